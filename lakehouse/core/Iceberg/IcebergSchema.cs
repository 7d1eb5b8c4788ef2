namespace Dart.Lake.Lakehouse.Iceberg;

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
    public bool SameAs(IcebergSchema other) => Fields.SequenceEqual(other.Fields) && IdentifierFieldIds.SequenceEqual(other.IdentifierFieldIds);
}

/// <summary>One column, or a part of a nested one.</summary>
public sealed record SchemaField(int Id, string Name, IcebergType Type, bool Required, string? Doc = null)
{
    /// <summary>Format v3: the value of rows written before the field was added, as JSON text.</summary>
    public string? InitialDefault { get; init; }

    /// <summary>Format v3: the value of new rows that give none, as JSON text.</summary>
    public string? WriteDefault { get; init; }

    internal IEnumerable<SchemaField> WithDescendants() => Type.Children.SelectMany(c => c.WithDescendants()).Prepend(this);
}

/// <summary>
/// A type as the spec writes it: <c>boolean int long float double date time timestamp timestamptz string binary uuid
/// decimal(P, S) fixed[L]</c>, text in Name, P and S for decimals; or <c>struct</c>, <c>list</c>, <c>map</c> with its fields in
/// <see cref="Children"/> (list: element; map: key, value). Equal by value.
/// </summary>
public sealed record IcebergType(string Name, int Precision = 0, int Scale = 0)
{
    public static readonly IcebergType Boolean = new("boolean"), Int = new("int"), Long = new("long"), Float = new("float"), Double = new("double"),
        Date = new("date"), Time = new("time"), Timestamp = new("timestamp"), Timestamptz = new("timestamptz"), String = new("string"), Binary = new("binary"), Uuid = new("uuid");

    /// <summary>Fields of a struct; the element of a list; key and value of a map; empty for primitives.</summary>
    public IReadOnlyList<SchemaField> Children { get; init; } = [];

    public bool IsPrimitive => Name is not ("struct" or "list" or "map");

    public static IcebergType Decimal(int precision, int scale) => new("decimal", precision, scale);

    public static IcebergType Fixed(int length) => new($"fixed[{length}]");

    /// <summary>L of <c>fixed[L]</c>, or null.</summary>
    public int? FixedLength => Name.StartsWith("fixed[", StringComparison.Ordinal) ? int.Parse(Name.AsSpan(6, Name.Length - 7)) : null;

    public bool Equals(IcebergType? other) => other is not null && string.Equals(Name, other.Name, StringComparison.Ordinal)
        && Precision == other.Precision && Scale == other.Scale && Children.SequenceEqual(other.Children);

    public override int GetHashCode() => HashCode.Combine(Name, Precision, Scale, Children.Count);

    public override string ToString() => Name switch
    {
        "decimal" => $"decimal({Precision}, {Scale})",
        "struct" or "list" or "map" => $"{Name}<{string.Join(", ", Children.Select(c => $"{c.Name}: {c.Type}"))}>",
        _ => Name,
    };
}

/// <summary>What is needed to create a table. Transforms: identity, day, bucket[N], truncate[W], year, month, hour, void.</summary>
public sealed record TableDefinition(IcebergSchema Schema, IReadOnlyList<PartitionFieldDefinition> Partitioning, IReadOnlyDictionary<string, string> Properties);

/// <summary>A partition field: the source column's name, the transform, and the field's name.</summary>
public sealed record PartitionFieldDefinition(string Source, string Transform, string Name);
