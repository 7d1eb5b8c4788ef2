using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>A table's schema (spec, "Schemas"). Field ids are never reused.</summary>
public sealed record IcebergSchema(int SchemaId, IReadOnlyList<SchemaField> Fields)
{
    public IReadOnlyList<int> IdentifierFieldIds { get; init; } = [];

    /// <summary>The top-level field of that name, or null.</summary>
    public SchemaField? Find(string name) => Fields.FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.Ordinal));

    /// <summary>The field of that id at any depth, or null.</summary>
    public SchemaField? Find(int id) => AllFields.FirstOrDefault(f => f.Id == id);

    /// <summary>Every field, nested ones after the one that holds them.</summary>
    public IEnumerable<SchemaField> AllFields => Fields.SelectMany(f => f.WithDescendants());

    /// <summary>The largest field id, 0 when there is no field.</summary>
    public int HighestFieldId => AllFields.Select(f => f.Id).DefaultIfEmpty(0).Max();

    /// <summary>Equal but for the schema's id: ids, names, types, nullability, docs, identifier fields.</summary>
    public bool SameAs(IcebergSchema other) =>
        Fields.SequenceEqual(other.Fields) && IdentifierFieldIds.SequenceEqual(other.IdentifierFieldIds);
}
