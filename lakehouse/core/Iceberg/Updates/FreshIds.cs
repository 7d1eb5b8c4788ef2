using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>
/// Gives the fields of a new table's schema ids from 1 on, as Java does whatever ids the client had: the fields of one level first, then
/// what is within them.
/// </summary>
sealed class FreshIds
{
    readonly Dictionary<int, int> given = [];
    int last;

    /// <summary>The schema with new ids, those of its identifier fields too.</summary>
    public IcebergSchema Of(IcebergSchema schema)
    {
        var fields = Level(schema.Fields);
        return new(0, fields) { IdentifierFieldIds = [.. schema.IdentifierFieldIds.Select(Find)] };
    }

    /// <summary>What an id of the client has become.</summary>
    /// <exception cref="LakeException">Invalid: no field had it.</exception>
    public int Find(int id) =>
        given.TryGetValue(id, out var fresh) ? fresh : throw LakeException.Invalid($"the schema has no field with id {id}");

    IReadOnlyList<SchemaField> Level(IReadOnlyList<SchemaField> fields)
    {
        foreach (var field in fields)
            given[field.Id] = ++last;
        return [.. fields.Select(field => field with
        {
            Id = given[field.Id],
            Type = field.Type.IsPrimitive ? field.Type : field.Type with { Children = Level(field.Type.Children) },
        })];
    }
}
