namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>What is needed to create a table. Transforms: identity, day, bucket[N], truncate[W], year, month, hour, void.</summary>
public sealed record TableDefinition(
    IcebergSchema Schema, IReadOnlyList<PartitionFieldDefinition> Partitioning, IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>Where its files go; null: below the lake's warehouse, by its name.</summary>
    public string? Location { get; init; }
}

/// <summary>A partition field: the source column's name, the transform, and the field's name.</summary>
public sealed record PartitionFieldDefinition(string Source, string Transform, string Name);
