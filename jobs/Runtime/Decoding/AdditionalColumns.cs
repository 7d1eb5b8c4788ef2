using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// Which columns of bronze a writer's fields go to that the contract lacks: one of the field's name, or, where another column has that
/// name already and cannot take its values, one with the type in its name. So an additional field never makes a record a dead letter.
/// </summary>
internal sealed class AdditionalColumns(ColumnBatch batch)
{
    const int MostNamesakes = 10;

    /// <summary>By so many digits after the point a value can be given more of them (<see cref="AvroColumns.Op"/>).</summary>
    const int MostMoreScale = 18;

    readonly List<ContractColumn> placed = [];

    /// <summary>
    /// Columns that the batch lacks, and the table must get before there are rows:
    /// a new one has the id 0, one that must take wider values the id that it has.
    /// </summary>
    public IReadOnlyList<ContractColumn> Missing => [.. placed.Where(c => !Has(c))];

    /// <summary>Whether the batch can take the column's values.</summary>
    public bool Has(ContractColumn column) =>
         batch.Contract.IndexOf(column.Name) is >= 0 and var i && batch[i].Definition.Type == column.Type;

    /// <summary>The column for a field; each has one of its own.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="type">What its values need.</param>
    public ContractColumn Place(string field, ColumnType type)
    {
        var column = For(field, type);
        placed.Add(column);
        return column;
    }

    ContractColumn For(string field, ColumnType type)
    {
        var contract = batch.Contract;
        // an underscore at the start is for coordinates
        var name = field.StartsWith('_') ? $"field{field}" : field;
        for (var i = 0; i < MostNamesakes; i++)
        {
            var candidate = i switch { 0 => name, 1 => $"{name}_{Word(type)}", _ => $"{name}_{Word(type)}_{i}" };
            if (contract.OtherNames.Concat(placed.Select(p => p.Name)).Contains(candidate, StringComparer.OrdinalIgnoreCase))
                continue;
            var there = contract.Columns.FirstOrDefault(c => string.Equals(c.Name, candidate, StringComparison.OrdinalIgnoreCase));
            if (there is null)
                return New(candidate, field, type);
            if (there.IsAdditional && there.Name == candidate && Common(there.Type, type) is { } both)
                return there.Type == both ? there : there with { Type = both };
        }
        throw LakeException.Invalid($"field {field} has {MostNamesakes} namesakes of other types in {contract.Name}; give it another name");
    }

    /// <summary>A column that is in no table yet.</summary>
    static ContractColumn New(string name, string field, ColumnType type) =>
        new(0, name, type, Nullable: true, "", $"field {field} of a writer's schema", ColumnEncoding.Default) { IsAdditional = true };

    /// <summary>The type of a column that can hold all values of both without a loss; null: none that a table can change to.</summary>
    static ColumnType? Common(ColumnType column, ColumnType field)
    {
        if (column == field)
            return column;
        if (column.Kind == ColumnKind.Decimal && field.Kind == ColumnKind.Decimal
            && column.Scale - field.Scale is >= 0 and <= MostMoreScale)
        {
            var digits = Math.Max(column.Precision, field.Precision - field.Scale + column.Scale);
            return digits <= 38 ? column with { Precision = digits } : null;
        }
        return (column.Kind, field.Kind) switch
        {
            (ColumnKind.Long, ColumnKind.Int) or (ColumnKind.Double, ColumnKind.Int) => column,
            (ColumnKind.Int, ColumnKind.Long) => field,
            _ => null,
        };
    }

    static string Word(ColumnType type) => type.Kind == ColumnKind.Decimal
        ? $"decimal_{type.Precision}_{type.Scale}"
        : type.Kind.ToString().ToLowerInvariant();
}
