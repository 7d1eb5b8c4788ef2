using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>The updates of schemas. One that is there already is found again rather than added.</summary>
sealed class SchemaEdit(TableEdit edit)
{
    int? added;

    /// <summary>False: the update is of another kind.</summary>
    public bool Apply(string action, JsonElement update)
    {
        switch (action)
        {
            case "add-schema":
                Add(SchemaJson.Read(update.Need("schema")));
                return true;
            case "set-current-schema":
                SetCurrent(update.Int("schema-id"));
                return true;
            case "remove-schemas":
                Remove(update.Items("schema-ids").Select(id => id.GetInt32()).ToHashSet());
                return true;
            default:
                return false;
        }
    }

    void Add(IcebergSchema schema)
    {
        SchemaCheck.Check(schema, edit.Table.FormatVersion);
        if (edit.Table.Schemas.FirstOrDefault(s => s.SameAs(schema)) is { } known)
        {
            added = known.SchemaId;
            return;
        }
        var id = edit.Table.Schemas.Select(s => s.SchemaId + 1).DefaultIfEmpty(0).Max();
        edit.Table = edit.Table with
        {
            Schemas = [.. edit.Table.Schemas, schema with { SchemaId = id }],
            LastColumnId = Math.Max(edit.Table.LastColumnId, schema.HighestFieldId),
        };
        added = id;
    }

    void SetCurrent(int id)
    {
        if (id == TableEdit.Last)
            id = added ?? throw LakeException.Invalid("Cannot set last added schema: no schema has been added");
        if (id == edit.Table.CurrentSchemaId)
            return;
        if (edit.Table.Schemas.All(s => s.SchemaId != id))
            throw LakeException.Invalid($"Cannot set current schema to unknown schema: {id}");
        edit.Table = edit.Table with { CurrentSchemaId = id };
    }

    void Remove(HashSet<int> ids)
    {
        if (ids.Contains(edit.Table.CurrentSchemaId))
            throw LakeException.Invalid("Cannot remove the current schema");
        if (edit.Table.Schemas.Any(s => ids.Contains(s.SchemaId)))
            edit.Table = edit.Table with { Schemas = [.. edit.Table.Schemas.Where(s => !ids.Contains(s.SchemaId))] };
    }
}
