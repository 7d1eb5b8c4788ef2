namespace Dart.Lake.Lakehouse.Iceberg;

/// <summary>Table metadata (spec, "Table Metadata"), format v2.</summary>
public sealed record TableMetadata
{
    public required string TableUuid { get; init; }
    public required string Location { get; init; }
    public required IcebergSchema Schema { get; init; }
    public required IReadOnlyDictionary<string, string> Properties { get; init; }
}
