namespace Dart.Lake.Lakehouse.Iceberg.Values;

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
