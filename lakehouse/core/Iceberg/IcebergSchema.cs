namespace Dart.Lake.Lakehouse.Iceberg;

/// <summary>A table's schema (spec, "Schemas"). Field ids are never reused.</summary>
public sealed record IcebergSchema(int SchemaId, IReadOnlyList<SchemaField> Fields);

/// <summary>One column.</summary>
public sealed record SchemaField(int Id, string Name, IcebergType Type, bool Required, string? Doc = null);

/// <summary>A primitive type as the spec writes it: <c>boolean int long float double date timestamp timestamptz string binary uuid decimal(P, S) fixed[L]</c>; text in Name, P and S for decimals.</summary>
public sealed record IcebergType(string Name, int Precision = 0, int Scale = 0)
{
    public static readonly IcebergType Boolean = new("boolean"), Int = new("int"), Long = new("long"), Float = new("float"), Double = new("double"),
        Date = new("date"), Timestamp = new("timestamp"), Timestamptz = new("timestamptz"), String = new("string"), Binary = new("binary"), Uuid = new("uuid");

    public static IcebergType Decimal(int precision, int scale) => new("decimal", precision, scale);

    public override string ToString() => Name == "decimal" ? $"decimal({Precision}, {Scale})" : Name;
}

/// <summary>What is needed to create a table. Transforms: identity, day, bucket[N], truncate[W], year, month, hour, void.</summary>
public sealed record TableDefinition(IcebergSchema Schema, IReadOnlyList<PartitionFieldDefinition> Partitioning, IReadOnlyDictionary<string, string> Properties);

/// <summary>A partition field: the source column's name, the transform, and the field's name.</summary>
public sealed record PartitionFieldDefinition(string Source, string Transform, string Name);
