using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Tests.Storage;

public sealed class LocationMapTests
{
    [Theory]
    [InlineData("s3://firm/prod", "/data/lake", "s3://firm/prod/warehouse/a.parquet", "file:///data/lake/warehouse/a.parquet")]
    [InlineData("s3://firm/prod", "/data/lake", "s3a://firm/prod/warehouse/a.parquet", "file:///data/lake/warehouse/a.parquet")]
    [InlineData("s3://firm/prod", "/data/lake", "S3N://firm/prod", "file:///data/lake")]
    [InlineData("s3://firm/prod", "/data/lake", "s3://firm/prod-old/a", null)]
    [InlineData("s3://firm/prod", "/data/lake", "s3://other/prod/a", null)]
    [InlineData("s3://firm/prod", "/data/lake", "file:///data/lake/a", null)]
    [InlineData("s3://firm/prod", "/data/lake", "no location", null)]
    [InlineData("/data/lake", "s3://firm/prod", "file:///data/lake/warehouse/a b.parquet", "s3://firm/prod/warehouse/a b.parquet")]
    [InlineData("/data/lake", "s3://firm/prod", "file:/data/lake/a", "s3://firm/prod/a")]
    [InlineData("/data/lake", "s3://firm/prod", "/data/lake2/a", null)]
    [InlineData("s3://firm/prod", "s3://firm/test", "s3://firm/prod/a", "s3://firm/test/a")]
    public void A_place_below_one_root_is_the_same_below_the_other(string from, string to, string location, string? expected)
    {
        var map = new LocationMap(from, to);
        Assert.Equal(expected is not null, map.Holds(location));
        Assert.Equal(expected ?? location, map.Apply(location));
    }
}
