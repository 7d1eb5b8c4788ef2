namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>Which kind of a table's file a name is of. What has none of these is never a table's to delete.</summary>
static class TableFileKind
{
    public const string Data = "data", Metadata = "metadata";

    static readonly string[] metadata = [".avro", ".metadata.json", ".metadata.json.gz", ".stats", ".puffin"];

    /// <summary>Null: none.</summary>
    public static string? Of(string name) => name.EndsWith(".parquet", StringComparison.Ordinal) ? Data
        : metadata.Any(end => name.EndsWith(end, StringComparison.Ordinal)) ? Metadata
        : null;
}
