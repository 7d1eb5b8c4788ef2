using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>A table's columns as the job writes them: those of the contract, and those that writers' schemas have added.</summary>
internal static class TableColumns
{
    /// <summary>
    /// The contract with the ids of the table, whose columns meet by name, and with the table's further columns at its end. Those that
    /// nothing of ours can write are left out, and are null in new rows.
    /// </summary>
    /// <exception cref="LakeException">Invalid: such a column is required.</exception>
    public static TableContract Of(TableContract own, IcebergSchema schema)
    {
        var others = schema.Fields.Where(f => own.IndexOf(f.Name) < 0)
            .ToLookup(f => f.Required || TypeOf(f.Type) is null || TableContract.IsCoordinate(f.Name));
        if (others[true].FirstOrDefault(f => f.Required) is { } required)
            throw LakeException.Invalid($"{own.Name} has the required column {required.Name}, which is in no contract: make it optional, or drop it");
        return own with
        {
            Columns =
            [
                .. ContractTables.In(schema, own).Columns,
                .. others[false].Select(f => new ContractColumn(
                    f.Id, f.Name, TypeOf(f.Type)!.Value, Nullable: true, "", f.Doc ?? "", ColumnEncoding.Default)
                    { IsAdditional = true }),
            ],
            OtherNames = [.. others[true].Select(f => f.Name)],
        };
    }

    /// <summary>Columns as fields that a table may have to grow by.</summary>
    public static IReadOnlyList<SchemaField> ToFields(IEnumerable<ContractColumn> columns, TableContract own) =>
        (own with { Columns = [.. columns] }).ToIceberg().Fields;

    /// <summary>The type of ours that an Iceberg type is, or null: both have the same words.</summary>
    static ColumnType? TypeOf(IcebergType type) => ColumnType.TryParse(type.ToString());
}
