namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>The types that a field of a flat event can have.</summary>
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
}

/// <summary>What a number or bytes mean.</summary>
internal enum AvroLogical
{
    None,
    Decimal,
    Date,
    TimestampMillis,
    TimestampMicros,
}

/// <summary>A field's type without null. Precision and scale are those of a decimal, Size that of a fixed, Symbols an enum's.</summary>
internal sealed record AvroType(AvroKind Kind)
{
    public AvroLogical Logical { get; init; }
    public int Precision { get; init; }
    public int Scale { get; init; }
    public int Size { get; init; }
    public IReadOnlyList<string> Symbols { get; init; } = [];
}

/// <summary>A field; NullBranch is the place of null in its union (0 or 1), -1 when it cannot be null.</summary>
internal sealed record AvroField(string Name, AvroType Type, int NullBranch);

/// <summary>A flat record (Avro specification 1.12, "Schema Declaration"): full name and fields in wire order.</summary>
internal sealed record AvroSchema(string FullName, IReadOnlyList<AvroField> Fields);
