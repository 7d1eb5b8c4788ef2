using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Registry;

/// <summary>The schemas that this version writes, in a registry.</summary>
static class SchemaSubjects
{
    /// <summary>Registers all schemas; ids by subject.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> RegisterAsync(ISchemaRegistry registry, CancellationToken cancel)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var schema in Topics.Schemas)
        {
            var language = schema.IsProtobuf ? SchemaLanguage.Protobuf : SchemaLanguage.Avro;
            ids.Add(schema.Subject, await registry.RegisterAsync(schema.Subject, language, schema.Text, cancel).ConfigureAwait(false));
        }
        return ids;
    }
}
