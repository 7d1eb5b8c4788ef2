using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>What a client's partition spec must hold against the table's schemas before it is kept.</summary>
static class SpecCheck
{
    /// <exception cref="LakeException">Invalid: a source that is not there or cannot be transformed so; a name or id that
    /// is used twice.</exception>
    public static void Check(IReadOnlyList<PartitionField> fields, TableMetadata table)
    {
        var schemas = SchemasOf(table);
        var (names, ids) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<int>());
        foreach (var (i, field) in fields.Index())
        {
            if (field.Name.Length == 0 || !names.Add(field.Name))
                throw LakeException.Invalid($"the name '{field.Name}' of a partition field is empty or used twice");
            if (field.FieldId < SpecJson.FirstPartitionFieldId || !ids.Add(field.FieldId))
                throw LakeException.Invalid($"the partition field id {field.FieldId} is used twice, or less than {SpecJson.FirstPartitionFieldId}");
            if (table.FormatVersion == 1 && field.FieldId != SpecJson.FirstPartitionFieldId + i)
                throw LakeException.Invalid("partition field ids of a table of format v1 must follow one another");
            var source = Source(schemas, field.SourceId, field.Transform, $"the partition field '{field.Name}'");
            if (schemas[0].Find(field.Name) is { } namesake
                && field.Transform.Kind is not TransformKind.Void
                && (namesake.Id != source?.Id || field.Transform.Kind is not TransformKind.Identity))
                throw LakeException.Invalid($"the partition field '{field.Name}' has the name of a column; give it another");
        }
    }

    /// <summary>
    /// The current one, then the newest first: updates may name a column of a schema that they have added and not set yet.
    /// </summary>
    public static IReadOnlyList<IcebergSchema> SchemasOf(TableMetadata table) => table.Schemas.Count > 0
        ? [.. table.Schemas.Reverse().OrderByDescending(s => s.SchemaId == table.CurrentSchemaId)]
        : throw LakeException.Invalid("a spec needs a schema: add that before it");

    /// <summary>The column of that id, which the transform must fit; null: of a dropped column, which only void stands for.</summary>
    public static SchemaField? Source(IReadOnlyList<IcebergSchema> schemas, int id, Transform transform, string what)
    {
        var source = schemas.Select(s => s.Find(id)).FirstOrDefault(f => f is not null);
        if (transform.Kind is TransformKind.Void)
            return source;
        if (source is null)
            throw LakeException.Invalid($"{what} names the column with id {id}, which is not there");
        if (transform.Kind is not TransformKind.Unknown && transform.ResultType(source.Type) is null)
            throw LakeException.Invalid($"{what}: the transform '{transform}' cannot be applied to '{source.Name}' of type {source.Type}");
        return source;
    }
}
