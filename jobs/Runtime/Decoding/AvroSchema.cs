using System.Collections;
using System.Text.Json;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>The types of Avro (specification 1.12, "Schema Declaration").</summary>
internal enum AvroKind
{
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Enum,
    Fixed,
    Array,
    Map,
    Record,
    Union,
}

/// <summary>What a number or bytes mean.</summary>
internal enum AvroLogical
{
    None,
    Decimal,
    Date,
    TimestampMillis,
    TimestampMicros,
    TimestampNanos,
    /// <summary>Something that no column of ours means: a time of day, a local time, a duration.</summary>
    Other,
}

/// <summary>
/// A type. Precision and scale are those of a decimal, Size that of a fixed, Symbols an enum's; Children are the branches of a
/// union, the fields of a record, the one type within an array or a map.
/// </summary>
internal sealed record AvroType(AvroKind Kind)
{
    public AvroLogical Logical { get; init; }
    public int Precision { get; init; }
    public int Scale { get; init; }
    public int Size { get; init; }
    public IReadOnlyList<string> Symbols { get; init; } = [];
    public IReadOnlyList<AvroType> Children { get; init; } = [];

    public override string ToString() => Logical switch
    {
        AvroLogical.None => Kind.ToString().ToLowerInvariant(),
        AvroLogical.Decimal => $"{Kind.ToString().ToLowerInvariant()}, decimal({Precision}, {Scale})",
        _ => $"{Kind.ToString().ToLowerInvariant()}, {Logical}",
    };
}

/// <summary>
/// A field; NullBranch is the place of null in a union of null and one other type, which then is <paramref name="Type"/>; -1 when there
/// is none.
/// </summary>
internal sealed record AvroField(string Name, AvroType Type, int NullBranch)
{
    /// <summary>Names that it also has, as simple names.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What a reader takes when a writer has no such field; null: there is none.</summary>
    public JsonElement? Default { get; init; }

    /// <summary>A reader that does not know the field can do without: it may be null, or has a default.</summary>
    public bool IsOptional => NullBranch >= 0 || Default is not null || Type.Kind == AvroKind.Null
        || Type.Kind == AvroKind.Union && Type.Children.Any(b => b.Kind == AvroKind.Null);
}

/// <summary>A record: full name and fields in wire order.</summary>
internal sealed record AvroSchema(string FullName, IReadOnlyList<AvroField> Fields)
{
    /// <summary>Full names that it also has.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>
    /// Whether it is the record of that name, or of an alias: whatever their namespaces are, as the specification has it.
    /// </summary>
    public bool Is(string fullName) => Aliases.Prepend(FullName).Any(n => SimpleName(n) == SimpleName(fullName));

    /// <summary>Whether a simple name is one (specification, "Names"): a letter or _, then letters, digits and _.</summary>
    public static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>A name without its namespace.</summary>
    public static string SimpleName(string fullName) => fullName[(fullName.LastIndexOf('.') + 1)..];
}

/// <summary>The types of a record's fields as its children; the list of fields may still grow, for a record may hold itself.</summary>
internal sealed class FieldTypes(IReadOnlyList<AvroField> fields) : IReadOnlyList<AvroType>
{
    public int Count => fields.Count;

    /// <summary>The i-th field's type, with its null if it has one.</summary>
    public AvroType this[int i] => fields[i] switch
    {
        { NullBranch: 0 } f => new(AvroKind.Union) { Children = [new(AvroKind.Null), f.Type] },
        { NullBranch: 1 } f => new(AvroKind.Union) { Children = [f.Type, new(AvroKind.Null)] },
        var f => f.Type,
    };

    public IEnumerator<AvroType> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
