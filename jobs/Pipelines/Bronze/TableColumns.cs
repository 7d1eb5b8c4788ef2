using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>A table's columns as the job writes them: those of the contract, and those that writers' schemas have added.</summary>
internal static class TableColumns
{
    /// <summary>
    /// The contract with the ids of the table, whose columns meet by name, and with the table's further columns at its end. A column that
    /// somebody has renamed meanwhile is the one of its id, under the name that it had. Those that nothing of ours can write are left out,
    /// and are null in new rows.
    /// </summary>
    /// <param name="own">The contract of ours.</param>
    /// <param name="schema">The table's, as it is now.</param>
    /// <param name="before">What this gave when the table was looked at before; null: it was not.</param>
    /// <exception cref="LakeException">Invalid: a column that nothing of ours can write is required.</exception>
    public static TableContract Of(TableContract own, IcebergSchema schema, TableContract? before = null)
    {
        List<ContractColumn> columns = [.. own.Columns.Select(c => c with { Id = schema.Find(c.Name)?.Id ?? IdBefore(before, c) })];
        var ours = columns.Select(c => c.Id).ToHashSet();
        var others = schema.Fields.Where(f => own.IndexOf(f.Name) < 0 && !ours.Contains(f.Id))
            .ToLookup(f => f.Required || TypeOf(f.Type) is null || TableContract.IsCoordinate(f.Name));
        if (others[true].FirstOrDefault(f => f.Required) is { } required)
            throw LakeException.Invalid($"{own.Name} has the required column {required.Name}, which is in no contract: make it optional, or drop it");
        columns.AddRange(others[false].Select(f => new ContractColumn(
            f.Id, NameBefore(before, schema, f) ?? f.Name, TypeOf(f.Type)!.Value, Nullable: true, "", f.Doc ?? "", ColumnEncoding.Default)
        {
            IsAdditional = true,
        }));
        var names = columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        return own with { Columns = columns, OtherNames = [.. schema.Fields.Select(f => f.Name).Where(n => !names.Contains(n))] };
    }

    static int IdBefore(TableContract? before, ContractColumn column) =>
        before is not null && before.IndexOf(column.Name) is >= 0 and var i ? before.Columns[i].Id : column.Id;

    /// <summary>The name by which rows that wait have an additional column; null: by the one that it has now, or it is taken.</summary>
    static string? NameBefore(TableContract? before, IcebergSchema schema, SchemaField field) =>
        before?.Columns.FirstOrDefault(c => c.IsAdditional && c.Id == field.Id)?.Name is { } name && schema.Find(name) is null
            ? name
            : null;

    /// <summary>Columns as fields that a table may have to grow by.</summary>
    public static IReadOnlyList<SchemaField> ToFields(IEnumerable<ContractColumn> columns, TableContract own) =>
        (own with { Columns = [.. columns] }).ToIceberg().Fields;

    /// <summary>The type of ours that an Iceberg type is, or null: both have the same words.</summary>
    static ColumnType? TypeOf(IcebergType type) => ColumnType.TryParse(type.ToString());
}
