using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>Moves a table to another schema by field id (spec, "Schema Evolution").</summary>
static class SchemaEvolution
{
    /// <summary>The metadata with that schema as the current one; the very same metadata when it is that already.</summary>
    /// <exception cref="LakeException">Invalid: a change that old files could not be read with.</exception>
    public static TableMetadata Apply(TableMetadata table, IcebergSchema target)
    {
        if (target.SameAs(table.Schema))
            return table;
        Check(table, target);
        if (table.Schemas.FirstOrDefault(s => s.SameAs(target)) is { } known)
            return table with { CurrentSchemaId = known.SchemaId };
        var id = table.Schemas.Max(s => s.SchemaId) + 1;
        return table with
        {
            Schemas = [.. table.Schemas, target with { SchemaId = id }],
            CurrentSchemaId = id,
            LastColumnId = Math.Max(table.LastColumnId, target.HighestFieldId),
        };
    }

    static void Check(TableMetadata table, IcebergSchema target)
    {
        CheckFields(target);
        foreach (var field in target.AllFields)
        {
            if (table.Schema.Find(field.Id) is { } before)
                CheckChange(before, field);
            // also when the schema that had it was cleaned away
            else if (field.Id <= table.LastColumnId)
                throw LakeException.Invalid($"field id {field.Id} of '{field.Name}' belonged to a column that was dropped; give a new column a new id (above {table.LastColumnId})");
            else if (field.Required)
                throw LakeException.Invalid($"the new column '{field.Name}' must be nullable: rows that exist have no value for it");
        }
        foreach (var used in table.Spec.Fields.Where(f => f.Transform.Kind != TransformKind.Void && target.Find(f.SourceId) is null))
            throw LakeException.Invalid($"the column with id {used.SourceId} cannot be dropped: partition field {used.Name} is made of it");
    }

    /// <summary>What every schema that we write must hold.</summary>
    public static void CheckFields(IcebergSchema schema)
    {
        var ids = new HashSet<int>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in schema.AllFields)
            if (!ids.Add(field.Id) || field.Id is < 1 or > 2_147_483_447)
                throw LakeException.Invalid($"field id {field.Id} of '{field.Name}' is used twice or out of range");
        foreach (var field in schema.Fields)
            if (field.Name.Length == 0 || !names.Add(field.Name))
                throw LakeException.Invalid($"the column name '{field.Name}' is empty or used twice (case does not count)");
        foreach (var field in schema.AllFields.Where(f => f.InitialDefault is not null || f.WriteDefault is not null))
            throw LakeException.Invalid($"'{field.Name}' has a default, which format v2 does not have");
    }

    static void CheckChange(SchemaField before, SchemaField after)
    {
        if (after.Required && !before.Required)
            throw LakeException.Invalid($"the column '{after.Name}' cannot become required: rows that exist may have nulls");
        if (before.Type.IsPrimitive && !before.Type.Equals(after.Type) && !Widens(before.Type, after.Type))
            throw LakeException.Invalid($"the column '{after.Name}' cannot change from {before.Type} to {after.Type}; only int to long, float to double and more digits of a decimal are possible");
        if (!before.Type.IsPrimitive && !string.Equals(before.Type.Name, after.Type.Name, StringComparison.Ordinal))
            throw LakeException.Invalid($"the column '{after.Name}' cannot change from {before.Type.Name} to {after.Type.Name}");
    }

    /// <summary>Whether values of a type are values of another, which a column may change to.</summary>
    public static bool Widens(IcebergType from, IcebergType to) => (from.Name, to.Name) switch
    {
        ("int", "long") or ("float", "double") => true,
        ("decimal", "decimal") => from.Scale == to.Scale && from.Precision <= to.Precision,
        _ => false,
    };
}
