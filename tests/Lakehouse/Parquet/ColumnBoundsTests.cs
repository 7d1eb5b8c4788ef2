using CsCheck;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Parquet;
using Parquet.Meta;
using Encoding = System.Text.Encoding;
using Physical = Parquet.Meta.Type;

namespace Dart.Lake.Lakehouse.Tests.Parquet;

public sealed class ColumnBoundsTests
{
    static readonly int[] edges = [0x61, 0x7F, 0x7FF, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF];
    static readonly byte[] edgeBytes = [0, 1, 0xFE, 0xFF];
    static readonly Gen<byte[]> texts = Gen.Int[0, 7].Select(i => edges[i]).Array[0, 40]
        .Select(points => Encoding.UTF8.GetBytes(string.Concat(points.Select(char.ConvertFromUtf32))));

    static (byte[]? Lower, byte[]? Upper) Of(IcebergType type, SchemaElement element, params (byte[]? Min, byte[]? Max)[] groups)
    {
        var bounds = new ColumnBounds(type, element);
        foreach (var (min, max) in groups)
            bounds.Add(new Statistics { MinValue = min!, MaxValue = max!, NullCount = 0 }, 10);
        return (bounds.Lower, bounds.Upper);
    }

    static SchemaElement Element(Physical type, LogicalType? logical = null) => new() { Name = "x", Type = type, LogicalType = logical! };

    [Fact]
    public void Bounds_of_long_texts_stay_bounds_of_at_most_sixteen_code_points() => Gen.Select(texts, texts).Sample((a, b) =>
    {
        var (min, max) = a.AsSpan().SequenceCompareTo(b) <= 0 ? (a, b) : (b, a);
        var (lower, upper) = Of(IcebergType.String, Element(Physical.BYTE_ARRAY), (min, max));
        Assert.True(lower.AsSpan().SequenceCompareTo(min) <= 0);
        Assert.True(upper is null || upper.AsSpan().SequenceCompareTo(max) >= 0);
        foreach (var bound in new[] { lower, upper })
            Assert.True(bound is null || Encoding.UTF8.GetString(bound).EnumerateRunes().Count() <= 16);
        // There is no bound only when nothing of that length is greater.
        Assert.True(upper is not null || Encoding.UTF8.GetString(max).EnumerateRunes().Take(16).All(r => r.Value == 0x10FFFF));
    });

    [Fact]
    public void Bounds_of_long_binaries_stay_bounds() => Gen.Int[0, 3].Select(i => edgeBytes[i]).Array[0, 40].Sample(value =>
    {
        var (lower, upper) = Of(IcebergType.Binary, Element(Physical.BYTE_ARRAY), (value, value));
        Assert.True(lower.AsSpan().SequenceCompareTo(value) <= 0);
        Assert.True(upper is null
            ? value.Length > 16 && value.Take(16).All(b => b == 0xFF)
            : upper.AsSpan().SequenceCompareTo(value) >= 0 && upper.Length <= 16);
    });

    [Fact]
    public void Row_groups_are_folded_by_value_and_not_by_bytes()
    {
        byte[] Int(int v) => BitConverter.GetBytes(v);
        var (lower, upper) = Of(IcebergType.Int, Element(Physical.INT32), (Int(-1), Int(3)), (Int(-5), Int(-2)), (Int(256), Int(700)));
        Assert.Equal([Int(-5), Int(700)], [lower!, upper!]);
    }

    [Fact]
    public void Statistics_that_cannot_be_right_give_no_bounds()
    {
        byte[] Int(int v) => BitConverter.GetBytes(v);
        byte[] Real(double v) => BitConverter.GetBytes(v);
        var micros = new LogicalType { TIMESTAMP = new() { Unit = new() { MICROS = new() }, IsAdjustedToUTC = true } };
        var millis = new LogicalType { TIMESTAMP = new() { Unit = new() { MILLIS = new() }, IsAdjustedToUTC = true } };
        (byte[]?, byte[]?) none = (null, null);
        Assert.Equal(none, Of(IcebergType.Int, Element(Physical.INT32), (Int(5), Int(4))));
        Assert.Equal(none, Of(IcebergType.Int, Element(Physical.INT32), ([1, 2, 3], Int(4))));
        Assert.Equal(none, Of(IcebergType.Int, Element(Physical.INT32), (Int(1), Int(4)), (null, null)));
        Assert.Equal(none, Of(IcebergType.Int, Element(Physical.INT64), (Real(1), Real(2))));
        Assert.Equal(none, Of(IcebergType.Double, Element(Physical.DOUBLE), (Real(double.NaN), Real(2))));
        Assert.Equal(none, Of(IcebergType.String, Element(Physical.BYTE_ARRAY), ([0x61, 0xC3, 0x28], [0x62])));
        Assert.Equal(none, Of(IcebergType.Timestamptz, Element(Physical.INT64, millis), (Real(0), Real(0))));
        Assert.Equal(none, Of(
            IcebergType.Decimal(18, 6),
            Element(Physical.INT64, new LogicalType { DECIMAL = new() { Precision = 18, Scale = 4 } }),
            (Real(0), Real(0))));
        Assert.NotEqual(none, Of(IcebergType.Timestamptz, Element(Physical.INT64, micros), (Real(0), Real(0))));
    }

    [Fact]
    public void Either_zero_lies_within_the_bounds_of_a_double()
    {
        var (lower, upper) = Of(IcebergType.Double, Element(Physical.DOUBLE), (BitConverter.GetBytes(0.0), BitConverter.GetBytes(-0.0)));
        Assert.Equal([BitConverter.GetBytes(-0.0), BitConverter.GetBytes(0.0)], [lower!, upper!]);
    }
}
