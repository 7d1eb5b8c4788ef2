using System.Numerics;
using System.Text;
using CsCheck;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

public sealed class BoundTests
{
    /// <summary>Code points of every length, with those around the surrogates and at the end.</summary>
    static readonly int[] edges = [0x41, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x1D11E, 0x10FFFF, 0x10FFFF];

    static readonly Gen<string> text = Gen.Int[0, edges.Length - 1].Select(i =>
        edges[i]).Array[0, 24].Select(points => string.Concat(points.Select(char.ConvertFromUtf32)));

    [Fact]
    public void Truncated_bounds_of_strings_enclose_the_value_and_are_short_and_whole() => text.Sample(value =>
    {
        var utf8 = Encoding.UTF8.GetBytes(value);
        var (lower, upper) = (BoundTruncation.Lower(IcebergType.String, utf8), BoundTruncation.Upper(IcebergType.String, utf8));
        Assert.True(lower.AsSpan().SequenceCompareTo(utf8) <= 0);
        Assert.InRange(Points(lower), 0, 16);
        if (upper is null)
            Assert.All(Encoding.UTF8.GetString(utf8).EnumerateRunes().Take(16), r => Assert.Equal(0x10FFFF, r.Value));
        else
        {
            Assert.True(upper.AsSpan().SequenceCompareTo(utf8) >= 0);
            Assert.InRange(Points(upper), 0, 16);
            Assert.Equal(
                upper, new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(new UTF8Encoding(false, true).GetString(upper)));
        }
    });

    [Fact]
    public void Truncated_bounds_of_binaries_enclose_the_value() => Gen.Byte.Array[0, 40].Sample(value =>
    {
        Assert.True(BoundTruncation.Lower(IcebergType.Binary, value).AsSpan().SequenceCompareTo(value) <= 0);
        Assert.True(BoundTruncation.Upper(IcebergType.Binary, value) is not { } upper || upper.AsSpan().SequenceCompareTo(value) >= 0);
    });

    [Theory]
    [InlineData("0123456789abcdef", "0123456789abcdef")]
    [InlineData("0123456789abcdefg", "0123456789abcdeg")]
    [InlineData("0123456789abcde\uD7FFx", "0123456789abcde\uE000")]
    public void An_upper_bound_is_incremented_only_when_something_was_cut(string value, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(BoundTruncation.Upper(IcebergType.String, Encoding.UTF8.GetBytes(value))!));

    [Fact]
    public void Decimals_are_two_s_complement_big_endian_and_minimal() => Gen.Select(
        Gen.Long, Gen.Long, Gen.Int[0, 63]).Sample((a, b, shift) =>
    {
        var value = ((Int128)a * b) >> shift;
        var bytes = DecimalBytes.Minimal(value);
        Assert.Equal(((BigInteger)value).ToByteArray(isUnsigned: false, isBigEndian: true), bytes);
        Assert.Equal(value, DecimalBytes.Read(bytes));
        Assert.Equal(value, DecimalBytes.Read(DecimalBytes.Fixed(value, 16)));
        Assert.Equal(value, DecimalBytes.Read([.. Enumerable.Repeat(value < 0 ? (byte)0xFF : (byte)0, 20), .. bytes]));
    });

    [Fact]
    public void Fixed_lengths_hold_every_value_of_the_precision()
    {
        foreach (var (precision, length) in ((int, int)[])[(1, 1), (2, 1), (3, 2), (9, 4), (18, 8), (19, 9), (38, 16)])
            Assert.Equal(length, DecimalBytes.LengthOf(precision));
    }

    [Fact]
    public void Single_values_keep_their_value_and_promoted_ones_are_read_by_their_length() => Gen.Select(
        Gen.Int, Gen.Long, Gen.Double, Gen.Float).Sample((i, l, d, f) =>
    {
        foreach (var (type, value) in ((IcebergType, Literal)[])[(
            IcebergType.Int, Literal.Of(i)), (IcebergType.Date, Literal.Of(i)), (IcebergType.Long, Literal.Of(l)),
            (IcebergType.Timestamptz, Literal.Of(l)), (
                IcebergType.Double, Literal.Of(d)), (IcebergType.Float, Literal.Of((double)f)), (IcebergType.Boolean, Literal.Of(i > 0)),
            (IcebergType.Decimal(38, 10), Literal.Decimal(l, 10)), (
                IcebergType.String, Literal.Of("𝄞" + i)), (IcebergType.Uuid, Literal.Of(new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)))])
            Assert.Equal(value, SingleValue.Deserialize(type, SingleValue.Serialize(type, value)));
        Assert.Equal(Literal.Of(i), SingleValue.Deserialize(IcebergType.Long, SingleValue.Serialize(IcebergType.Int, Literal.Of(i))));
        Assert.Equal(
            Literal.Of((double)f),
            SingleValue.Deserialize(IcebergType.Double, SingleValue.Serialize(IcebergType.Float, Literal.Of((double)f))));
    });

    static int Points(byte[] utf8) => Encoding.UTF8.GetString(utf8).EnumerateRunes().Count();
}
