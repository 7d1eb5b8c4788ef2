namespace Dart.Lake.Schemas;

/// <summary>The schema of records on the wire, as this version writes them.</summary>
/// <param name="Subject">Under which a registry keeps it.</param>
/// <param name="RecordName">Full name of the record or message.</param>
/// <param name="Resource">Where its text is compiled in: <c>avro/NAME.avsc</c> or <c>proto/NAME.proto</c>.</param>
public sealed record WireSchema(string Subject, string RecordName, string Resource)
{
    /// <summary>Whether it is Protobuf; else it is Avro.</summary>
    public bool IsProtobuf => Resource.EndsWith(".proto", StringComparison.Ordinal);

    /// <summary>Its text.</summary>
    public string Text
    {
        get
        {
            using var reader = new StreamReader(typeof(WireSchema).Assembly.GetManifestResourceStream(Resource)
                ?? throw LakeException.Bug($"the schema {Resource} is not compiled in"));
            return reader.ReadToEnd();
        }
    }
}
