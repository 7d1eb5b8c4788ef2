using System.Buffers.Binary;
using System.Globalization;

namespace Dart.Lake.Lakehouse.Iceberg.Values;

public enum TransformKind
{
    Identity,
    Bucket,
    Truncate,
    Year,
    Month,
    Day,
    Hour,
    Void,
    /// <summary>Of a later format: readers ignore it for pruning, writers refuse it.</summary>
    Unknown,
}

/// <summary>
/// A partition transform (spec, "Partition Transforms"); <paramref name="Width"/> is N of bucket[N] and W of truncate[W].
/// </summary>
public sealed record Transform(TransformKind Kind, int Width, string Text)
{
    public static readonly Transform Identity = new(TransformKind.Identity, 0, "identity");

    /// <summary>Parses the spec's spelling; one that is not known becomes <see cref="TransformKind.Unknown"/>.</summary>
    public static Transform Parse(string text)
    {
        var kind = text switch
        {
            "identity" => TransformKind.Identity,
            "year" => TransformKind.Year,
            "month" => TransformKind.Month,
            "day" => TransformKind.Day,
            "hour" => TransformKind.Hour,
            "void" => TransformKind.Void,
            _ => TransformKind.Unknown,
        };
        if (kind != TransformKind.Unknown)
            return new(kind, 0, text);
        return Argument(text, "bucket[") is { } n ? new(TransformKind.Bucket, n, text)
            : Argument(text, "truncate[") is { } w ? new(TransformKind.Truncate, w, text)
            : new(TransformKind.Unknown, 0, text);
    }

    /// <summary>The type of its results, or null when it cannot be applied to that source.</summary>
    public IcebergType? ResultType(IcebergType source) => Kind switch
    {
        TransformKind.Identity or TransformKind.Void => source.IsPrimitive ? source : null,
        TransformKind.Bucket => source.Name is "boolean" or "float" or "double" || !source.IsPrimitive ? null : IcebergType.Int,
        TransformKind.Truncate => source.Name is "int" or "long" or "decimal" or "string" or "binary" ? source : null,
        TransformKind.Year or TransformKind.Month => source.Name == "date" || IsTimestamp(source) ? IcebergType.Int : null,
        TransformKind.Day => source.Name == "date" || IsTimestamp(source) ? IcebergType.Date : null,
        TransformKind.Hour => IsTimestamp(source) ? IcebergType.Int : null,
        _ => null,
    };

    /// <summary>The transformed value; null for void.</summary>
    public Literal? Apply(IcebergType source, Literal value) => Kind switch
    {
        TransformKind.Identity => value,
        TransformKind.Void => null,
        TransformKind.Bucket => Literal.Of((long)((Hash(source, value) & int.MaxValue) % Width)),
        TransformKind.Truncate => Truncate(source, value),
        TransformKind.Hour => Literal.Of(FloorDiv(Micros(source, value), 3_600_000_000)),
        TransformKind.Day => Literal.Of(Days(source, value)),
        TransformKind.Month => Literal.Of(Months(Days(source, value))),
        TransformKind.Year => Literal.Of(FloorDiv(Months(Days(source, value)), 12)),
        _ => throw LakeException.Invalid($"the transform '{Text}' is not known; upgrade to write with it"),
    };

    static int? Argument(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) && text.EndsWith(']')
        && int.TryParse(
            text.AsSpan(prefix.Length, text.Length - prefix.Length - 1),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var value) && value > 0
            ? value : null;

    static bool IsTimestamp(IcebergType type) => type.Name is "timestamp" or "timestamptz" or "timestamp_ns" or "timestamptz_ns";

    /// <summary>Numbers of all widths, dates included, are hashed as 8 bytes (spec, Appendix B).</summary>
    static int Hash(IcebergType source, Literal value)
    {
        if (value.Kind == LiteralKind.Bytes)
            return Murmur3.Hash(value.Bytes);
        if (source.Name == "decimal")
            return Murmur3.Hash(DecimalBytes.Minimal(value.Integer));
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(
            bytes, source.Name.EndsWith("_ns", StringComparison.Ordinal) ? FloorDiv((long)value.Integer, 1000) : (long)value.Integer);
        return Murmur3.Hash(bytes);
    }

    Literal Truncate(IcebergType source, Literal value) => source.Name switch
    {
        "string" => Literal.Of(value.Bytes[..BoundTruncation.PrefixLength(value.Bytes, Width)].ToArray()),
        "binary" => Literal.Of(value.Bytes[..Math.Min(Width, value.Bytes.Length)].ToArray()),
        _ => Literal.Decimal(value.Integer - (((value.Integer % Width) + Width) % Width), value.Scale),
    };

    static long Micros(IcebergType source, Literal value) =>
        source.Name.EndsWith("_ns", StringComparison.Ordinal) ? FloorDiv((long)value.Integer, 1000) : (long)value.Integer;

    static long Days(IcebergType source, Literal value) =>
        source.Name == "date" ? (long)value.Integer : FloorDiv(Micros(source, value), 86_400_000_000);

    /// <summary>
    /// Months since 1970-01 of a day since 1970-01-01, in the proleptic Gregorian calendar (H. Hinnant, civil_from_days).
    /// </summary>
    static long Months(long days)
    {
        var shifted = days + 719_468;
        var era = FloorDiv(shifted, 146_097);
        var dayOfEra = shifted - era * 146_097;
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var fromMarch = (5 * dayOfYear + 2) / 153;
        return (yearOfEra + era * 400 - 1970) * 12 + fromMarch + 2;
    }

    static long FloorDiv(long value, long divisor) => value / divisor - (value % divisor < 0 ? 1 : 0);

    public override string ToString() => Text;
}
