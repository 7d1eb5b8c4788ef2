using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

public sealed class TransformTests
{
    /// <summary>The vectors of the spec's Appendix B, and what a hash of 4 bytes would wrongly give.</summary>
    [Fact]
    public void Bucket_hashes_are_those_of_the_specification()
    {
        Assert.Equal(2017239379, Hash(IcebergType.Int, Literal.Of(34)));
        Assert.Equal(2017239379, Hash(IcebergType.Long, Literal.Of(34)));
        Assert.Equal(-653330422, Hash(IcebergType.Date, Literal.Of(new DateOnly(2017, 11, 16))));
        Assert.Equal(-500754589, Hash(IcebergType.Decimal(9, 2), Literal.Of(14.20m)));
        Assert.Equal(-662762989, Hash(IcebergType.Time, Literal.Of(81_068_000_000)));
        Assert.Equal(-2047944441, Hash(IcebergType.Timestamp, Literal.Of(1_510_871_468_000_000)));
        Assert.Equal(-1207196810, Hash(IcebergType.Timestamptz, Literal.Of(1_510_871_468_000_001)));
        Assert.Equal(1210000089, Hash(IcebergType.String, Literal.Of("iceberg")));
        Assert.Equal(1488055340, Hash(IcebergType.Uuid, Literal.Of(Guid.Parse("f79c3e09-677c-4bbd-a479-3f349cb785e7"))));
        Assert.Equal(-188683207, Hash(IcebergType.Binary, Literal.Of([0, 1, 2, 3])));
    }

    [Theory]
    [InlineData("truncate[10]", 1, 0)]
    [InlineData("truncate[10]", -1, -10)]
    [InlineData("truncate[10]", -10, -10)]
    public void Numbers_truncate_downwards(string transform, long value, long expected) =>
        Assert.Equal(expected, (long)Transform.Parse(transform).Apply(IcebergType.Long, Literal.Of(value))!.Value.Integer);

    [Fact]
    public void Strings_truncate_by_code_points_and_decimals_on_the_unscaled_value()
    {
        Assert.Equal(Literal.Of("𝄞é"), Transform.Parse("truncate[2]").Apply(IcebergType.String, Literal.Of("𝄞éx")));
        Assert.Equal(Literal.Of(-11.00m), Transform.Parse("truncate[50]").Apply(IcebergType.Decimal(9, 2), Literal.Of(-10.65m)));
    }

    [Theory]
    [InlineData("1969-12-31T23:59:59.999999", -1, -1, -1, -1)]
    [InlineData("1970-01-01T00:00:00", 0, 0, 0, 0)]
    [InlineData("2017-12-01T10:30:00", 47, 575, 17_501, 420_034)]
    [InlineData("1960-02-29T01:00:00", -10, -119, -3594, -86_255)]
    public void Times_round_down_also_before_1970(string text, long year, long month, long day, long hour)
    {
        var micros = (DateTime.Parse(text, System.Globalization.CultureInfo.InvariantCulture).Ticks - DateTime.UnixEpoch.Ticks) / 10;
        long Of(string transform) => (long)Transform.Parse(transform).Apply(IcebergType.Timestamptz, Literal.Of(micros))!.Value.Integer;
        Assert.Equal((year, month, day, hour), (Of("year"), Of("month"), Of("day"), Of("hour")));
    }

    /// <summary>Against .NET's calendar for every day of 1600 to 2400.</summary>
    [Fact]
    public void Months_and_years_of_dates_are_the_calendars()
    {
        var epoch = new DateOnly(1970, 1, 1).DayNumber;
        for (var date = new DateOnly(1600, 1, 1); date.Year < 2400; date = date.AddDays(1))
        {
            var days = Literal.Of(date.DayNumber - epoch);
            Assert.Equal((date.Year - 1970) * 12 + date.Month - 1, (int)Transform.Parse("month").Apply(IcebergType.Date, days)!.Value.Integer);
            Assert.Equal(date.Year - 1970, (int)Transform.Parse("year").Apply(IcebergType.Date, days)!.Value.Integer);
        }
    }

    [Fact]
    public void A_transform_of_a_later_format_is_kept_by_its_text()
    {
        Assert.Equal((TransformKind.Unknown, "zorder[3]"), (Transform.Parse("zorder[3]").Kind, Transform.Parse("zorder[3]").ToString()));
        Assert.Null(Transform.Parse("bucket[4]").ResultType(IcebergType.Double));
        Assert.Equal(IcebergType.Date, Transform.Parse("day").ResultType(IcebergType.Timestamptz));
    }

    /// <summary>bucket[2^31 - 1] of a value is its hash without the sign; the sign bit is checked by what it leaves.</summary>
    static int Hash(IcebergType type, Literal value)
    {
        var bucket = (int)Transform.Parse("bucket[2147483647]").Apply(type, value)!.Value.Integer;
        var bytes = value.Kind == LiteralKind.Bytes ? value.Bytes.ToArray()
            : type.Name == "decimal" ? DecimalBytes.Minimal(value.Integer)
            : BitConverter.GetBytes((long)value.Integer);
        var hash = Murmur3.Hash(bytes);
        Assert.Equal(hash & int.MaxValue, bucket);
        return hash;
    }
}
