using System.Text.Json;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// A writer's schema against the columns of a table, after Avro's specification ("Schema Resolution"): fields and columns meet by name
/// or alias, of the reader's schema or of the writer's; a column that the writer lacks has the reader's default or is null; what the
/// table lacks are additional columns.
/// </summary>
internal sealed class AvroResolution
{
    readonly AvroSchema? reader;
    readonly ColumnBatch batch;
    readonly AdditionalColumns additional;
    readonly List<Meeting> meetings = [];

    /// <summary>A field and its column: one of ours by its place, or an additional one.</summary>
    sealed record Meeting(AvroField Field, int Own, ContractColumn? Additional);

    /// <exception cref="LakeException">Invalid: names the field that cannot be resolved.</exception>
    public AvroResolution(AvroSchema writer, AvroSchema? reader, ColumnBatch batch)
    {
        this.reader = reader;
        this.batch = batch;
        additional = new(batch);
        var byName = writer.Fields.Where(f => IndexOf(f.Name) >= 0).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var field in writer.Fields)
            Meet(field, byName);
        if (meetings.Where(m => m.Own >= 0).GroupBy(m => m.Own).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw LakeException.Invalid(
                $"fields {string.Join(" and ", twice.Select(m => ShownName.Of(m.Field.Name)))} are both the column {batch[twice.Key].Definition.Name}; rename one");
    }

    /// <summary>Columns that the table lacks, or whose type must become wider, before rows of this writer can be kept.</summary>
    public IReadOnlyList<ContractColumn> Additional => additional.Missing;

    /// <summary>A step for each field, in the writer's order. Values of columns that the batch lacks are read into a batch aside.</summary>
    public (AvroStep[] Steps, ColumnBatch? Aside) Steps()
    {
        var missing = Additional;
        var aside = missing.Count == 0 ? null : new ColumnBatch(batch.Contract with { Columns = missing }, 64);
        return ([.. meetings.Select(m => Step(m.Field, Column(m, aside)))], aside);
    }

    /// <summary>Columns that the writer has not, each with what stands there.</summary>
    /// <exception cref="LakeException">Invalid: names the field that is required.</exception>
    public IReadOnlyList<(Column Column, object? Value)> Absent()
    {
        var written = meetings.Where(m => m.Additional is not { } extra || additional.Has(extra))
            .Select(m => m.Additional?.Name ?? batch[m.Own].Definition.Name).ToHashSet(StringComparer.Ordinal);
        var absent = new List<(Column, object?)>();
        for (var i = 0; i < batch.ColumnCount; i++)
        {
            var column = batch[i].Definition;
            if (TableContract.IsCoordinate(column.Name) || written.Contains(column.Name))
                continue;
            var standard = Default(column);
            absent.Add(standard is not null || column.Nullable
                ? (batch[i], standard)
                : throw LakeException.Invalid($"the schema has no field {column.Name}, which {batch.Contract.Name} requires"));
        }
        return absent;
    }

    void Meet(AvroField field, HashSet<string> byName)
    {
        // a name counts before an alias
        var column = IndexOf(field.Name) is >= 0 and var own ? own
            : reader?.Fields.FirstOrDefault(f => f.Aliases.Contains(field.Name))?.Name is { } known && !byName.Contains(known)
                ? IndexOf(known)
            : field.Aliases.Where(a => !byName.Contains(a)).Select(IndexOf).FirstOrDefault(i => i >= 0, -1);
        if (column >= 0)
        {
            meetings.Add(new(field, column, null));
            return;
        }
        if (!AvroSchema.IsName(field.Name))
            throw LakeException.Invalid($"field {ShownName.Of(field.Name)} has a name that Avro does not allow, and so no column: give it one of letters, digits and _, or the alias of a column that is there");
        if (!field.IsOptional)
            throw LakeException.Invalid($"{batch.Contract.Name} has no column for field {field.Name}, which is neither nullable nor has a default; give it one, or add it to the contract");
        if (AvroColumns.TypeOf(field.Type) is { } type)
            meetings.Add(new(field, -1, additional.Place(field.Name, type)));
    }

    Column Column(Meeting meeting, ColumnBatch? aside) => meeting.Additional is not { } extra ? batch[meeting.Own]
        : additional.Has(extra) ? batch[batch.Contract.IndexOf(extra.Name)]
        : aside![aside.Contract.IndexOf(extra.Name)];

    static AvroStep Step(AvroField field, Column column) => AvroStep.TryMake(field.Type, column, field.NullBranch, field.Name)
        ?? throw LakeException.Invalid($"field {ShownName.Of(field.Name)} ({field.Type}) does not fit the column's {column.Definition.Type}");

    /// <summary>A column of the contract that is no coordinate and no additional one; these have rules of their own.</summary>
    int IndexOf(string name) =>
        !TableContract.IsCoordinate(name) && batch.Contract.IndexOf(name) is >= 0 and var i && !batch[i].Definition.IsAdditional ? i : -1;

    object? Default(ContractColumn column) => reader?.Fields.FirstOrDefault(f => f.Name == column.Name)?.Default is not { } json ? null
        : (column.Type.Kind, json.ValueKind) switch
        {
            (_, JsonValueKind.Null) => null,
            (ColumnKind.String, JsonValueKind.String) => json.GetString(),
            (ColumnKind.Int or ColumnKind.Date, JsonValueKind.Number) => json.GetInt32(),
            (ColumnKind.Long or ColumnKind.Timestamptz, JsonValueKind.Number) => json.GetInt64(),
            (ColumnKind.Double, JsonValueKind.Number) => json.GetDouble(),
            (ColumnKind.Boolean, JsonValueKind.True or JsonValueKind.False) => json.GetBoolean(),
            _ => throw LakeException.Bug($"the default of {column.Name}, {json}, is no {column.Type}"),
        };
}
