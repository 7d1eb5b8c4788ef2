namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>What is needed to create a table. Transforms: identity, day, bucket[N], truncate[W], year, month, hour, void.</summary>
public sealed record TableDefinition(
    IcebergSchema Schema, IReadOnlyList<PartitionFieldDefinition> Partitioning, IReadOnlyDictionary<string, string> Properties);

/// <summary>A partition field: the source column's name, the transform, and the field's name.</summary>
public sealed record PartitionFieldDefinition(string Source, string Transform, string Name);
