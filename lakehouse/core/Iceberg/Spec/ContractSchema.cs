using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>From a contract to what Iceberg stores of it.</summary>
public static class ContractSchema
{
    /// <summary>The contract's columns with its ids; required where not nullable; the unit is kept in the doc.</summary>
    public static IcebergSchema ToIceberg(this TableContract contract) => new(0,
    [
        .. contract.Columns.Select(c => new SchemaField(
            c.Id, c.Name, ToIceberg(c.Type), !c.Nullable, c.Unit.Length == 0 ? c.Description : $"{c.Description} [{c.Unit}]")),
    ]);

    /// <summary>All that is needed to create the contract's table.</summary>
    public static TableDefinition ToDefinition(this TableContract contract) => new(
        contract.ToIceberg(),
        [.. contract.Partitions.Select(p => new PartitionFieldDefinition(p.Source, p.Transform, p.Name))],
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["write.parquet.compression-codec"] = "zstd",
            ["comment"] = contract.Description,
        });

    public static IcebergType ToIceberg(this ColumnType type) => type.Kind switch
    {
        ColumnKind.String => IcebergType.String,
        ColumnKind.Int => IcebergType.Int,
        ColumnKind.Long => IcebergType.Long,
        ColumnKind.Double => IcebergType.Double,
        ColumnKind.Boolean => IcebergType.Boolean,
        ColumnKind.Date => IcebergType.Date,
        ColumnKind.Timestamptz => IcebergType.Timestamptz,
        ColumnKind.Binary => IcebergType.Binary,
        ColumnKind.Decimal => IcebergType.Decimal(type.Precision, type.Scale),
        _ => throw LakeException.Bug($"{type} has no Iceberg type"),
    };

    /// <summary>The contract's type of what Iceberg stores; null: contracts have none.</summary>
    public static ColumnType? TryColumnType(IcebergType type) =>
        type.IsPrimitive ? ColumnType.TryParse(type.Name == "decimal" ? $"decimal({type.Precision},{type.Scale})" : type.Name) : null;
}
