namespace Dart.Lake.Jobs.Runtime.Registry;

/// <summary>The schemas that this version writes, by subject.</summary>
public static class SchemaSubjects
{
    public const string EndOfDay = "end_of_day-value";

    static readonly (string Subject, SchemaLanguage Language, string Resource)[] all =
    [
        ("market_data_raw-value", SchemaLanguage.Avro, "avro/market_data_raw.avsc"),
        ("trades_raw-value", SchemaLanguage.Avro, "avro/trades_raw.avsc"),
        ("reference_raw-value", SchemaLanguage.Avro, "avro/reference_raw.avsc"),
        (EndOfDay, SchemaLanguage.Avro, "avro/end_of_day.avsc"),
        ("permit_raw-value", SchemaLanguage.Protobuf, "proto/permit.proto"),
    ];

    /// <summary>Subject of a topic's values.</summary>
    public static string OfTopic(string topic) => topic + "-value";

    /// <summary>Registers all schemas; ids by subject.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> RegisterAsync(ISchemaRegistry registry, CancellationToken cancel)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (subject, language, resource) in all)
            ids.Add(subject, await registry.RegisterAsync(subject, language, Read(resource), cancel).ConfigureAwait(false));
        return ids;
    }

    /// <summary>The text of a schema that is compiled in, by subject.</summary>
    public static string Text(string subject) => Read(all.First(s => s.Subject == subject).Resource);

    static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(Dart.Lake.Schemas.TableContracts).Assembly.GetManifestResourceStream(resource)
            ?? throw LakeException.Bug($"the schema {resource} is not compiled in"));
        return reader.ReadToEnd();
    }
}
