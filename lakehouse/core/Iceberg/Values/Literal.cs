using System.Numerics;
using System.Text;

namespace Dart.Lake.Lakehouse.Iceberg.Values;

/// <summary>What a <see cref="Literal"/> holds.</summary>
public enum LiteralKind
{
    /// <summary>boolean (0, 1), int, long, date (days), time, timestamp, timestamptz (microseconds) and unscaled decimals.</summary>
    Integer,
    Real,
    /// <summary>string as UTF-8, binary, fixed, uuid big-endian.</summary>
    Bytes,
}

/// <summary>A typed value of a filter or a bound, ordered as Iceberg orders values: numbers by value, bytes unsigned.</summary>
public readonly struct Literal : IEquatable<Literal>, IComparable<Literal>
{
    readonly Int128 integer;
    readonly double real;
    readonly byte[]? bytes;

    Literal(LiteralKind kind, Int128 integer, int scale, double real, byte[]? bytes) =>
        (Kind, this.integer, Scale, this.real, this.bytes) = (kind, integer, scale, real, bytes);

    public LiteralKind Kind { get; }

    /// <summary>Digits after the point of a decimal, else 0.</summary>
    public int Scale { get; }

    public Int128 Integer => integer;
    public double RealValue => real;
    public ReadOnlySpan<byte> Bytes => bytes;

    public static Literal Of(bool value) => new(LiteralKind.Integer, value ? 1 : 0, 0, 0, null);

    /// <summary>int, long, date in days, timestamps in microseconds since 1970.</summary>
    public static Literal Of(long value) => new(LiteralKind.Integer, value, 0, 0, null);
    public static Literal Of(double value) => new(LiteralKind.Real, 0, 0, value, null);
    public static Literal Of(string value) => new(LiteralKind.Bytes, 0, 0, 0, Encoding.UTF8.GetBytes(value));
    public static Literal Of(byte[] value) => new(LiteralKind.Bytes, 0, 0, 0, value);
    public static Literal Of(Guid value) => new(LiteralKind.Bytes, 0, 0, 0, value.ToByteArray(bigEndian: true));
    public static Literal Of(DateOnly date) => Of((long)date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
    public static Literal Of(decimal value) => Decimal(DecimalBytes.Unscaled(value), value.Scale);

    /// <summary><paramref name="unscaled"/> × 10^-<paramref name="scale"/>.</summary>
    public static Literal Decimal(Int128 unscaled, int scale) => new(LiteralKind.Integer, unscaled, scale, 0, null);

    /// <summary>By value; both must be of one kind.</summary>
    public int CompareTo(Literal other) => (Kind, other.Kind) switch
    {
        (LiteralKind.Integer, LiteralKind.Integer) when Scale == other.Scale => integer.CompareTo(other.integer),
        (LiteralKind.Integer, LiteralKind.Integer) => (integer * BigInteger.Pow(10, Math.Max(0, other.Scale - Scale)))
            .CompareTo(other.integer * BigInteger.Pow(10, Math.Max(0, Scale - other.Scale))),
        (LiteralKind.Real, LiteralKind.Real) => real.CompareTo(other.real),
        (LiteralKind.Bytes, LiteralKind.Bytes) => Bytes.SequenceCompareTo(other.Bytes),
        _ => throw LakeException.Invalid($"a {Kind} value cannot be compared with a {other.Kind} value"),
    };

    public bool Equals(Literal other) => Kind == other.Kind && CompareTo(other) == 0;

    public override bool Equals(object? obj) => obj is Literal other && Equals(other);

    public override int GetHashCode() => Kind switch
    {
        LiteralKind.Integer => Scale == 0 ? integer.GetHashCode() : 0,
        LiteralKind.Real => real.GetHashCode(),
        _ => Bytes.Length,
    };

    public override string ToString() => Kind switch
    {
        LiteralKind.Integer => Scale == 0 ? integer.ToString() : $"{integer}e-{Scale}",
        LiteralKind.Real => real.ToString("R"),
        _ => Convert.ToHexString(Bytes),
    };

    public static bool operator ==(Literal left, Literal right) => left.Equals(right);
    public static bool operator !=(Literal left, Literal right) => !left.Equals(right);
    public static bool operator <(Literal left, Literal right) => left.CompareTo(right) < 0;
    public static bool operator >(Literal left, Literal right) => left.CompareTo(right) > 0;
    public static bool operator <=(Literal left, Literal right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Literal left, Literal right) => left.CompareTo(right) >= 0;
}
