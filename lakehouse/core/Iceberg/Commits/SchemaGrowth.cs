using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// What a table's schema becomes so that columns of certain names and types are there: it only grows, and meets them by name.
/// </summary>
public static class SchemaGrowth
{
    /// <summary>
    /// The schema with the fields that it lacks at its end, and wider types where they are wanted; the same one when nothing is missing.
    /// </summary>
    /// <param name="table">As it is now.</param>
    /// <param name="wanted">Fields by name. An id is taken when no column has ever had it, else the table's next one is; 0: any.</param>
    /// <exception cref="LakeException">Invalid: what is wanted does not only add; names the column.</exception>
    public static IcebergSchema With(TableMetadata table, IReadOnlyList<SchemaField> wanted)
    {
        var fields = table.Schema.Fields.ToList();
        var used = table.Schemas.SelectMany(s => s.AllFields).Select(f => f.Id).ToHashSet();
        var highest = Math.Max(table.LastColumnId, used.DefaultIfEmpty(0).Max());
        foreach (var field in wanted)
        {
            var at = fields.FindIndex(f => f.Name == field.Name);
            if (at >= 0)
            {
                fields[at] = Grown(fields[at], field);
                continue;
            }
            RefuseAbsent(table, field);
            var id = field.Id > 0 && used.Add(field.Id) ? field.Id : highest + 1;
            highest = Math.Max(highest, id);
            used.Add(id);
            fields.Add(field with { Id = id });
        }
        return fields.SequenceEqual(table.Schema.Fields) ? table.Schema : table.Schema with { Fields = fields };
    }

    /// <summary>The field with the type that can hold both.</summary>
    static SchemaField Grown(SchemaField there, SchemaField wanted) =>
        there.Type.Equals(wanted.Type) || SchemaEvolution.Widens(wanted.Type, there.Type) ? there
        : SchemaEvolution.Widens(there.Type, wanted.Type) ? there with { Type = wanted.Type }
        : throw LakeException.Invalid($"the column {there.Name} is {there.Type}, and {wanted.Type} is wanted");

    static void RefuseAbsent(TableMetadata table, SchemaField field)
    {
        if (field.Required)
            throw LakeException.Invalid($"the required column {field.Name} is not there, and rows that exist have no value for it");
        var before = table.Schemas.SelectMany(s => s.Fields).FirstOrDefault(f => f.Name == field.Name);
        if (before is not null && table.Schema.Find(before.Id) is { } renamed)
            throw LakeException.Invalid($"the column {field.Name} was renamed to {renamed.Name}");
        if (table.Schema.Fields.FirstOrDefault(f => string.Equals(f.Name, field.Name, StringComparison.OrdinalIgnoreCase)) is { } namesake)
            throw LakeException.Invalid($"the column {field.Name} is not there, but {namesake.Name} is");
    }
}
