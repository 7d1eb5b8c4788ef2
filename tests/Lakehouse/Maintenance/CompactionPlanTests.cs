using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Maintenance;

/// <summary>Which partitions are closed, at all ends of the values that a partition can have.</summary>
public sealed class CompactionPlanTests
{
    /// <summary>20,454 days, 672 months, 56 years, 490,896 hours after 1970.</summary>
    static readonly DateOnly before = new(2026, 1, 1);

    [Theory]
    [InlineData("day", 20_453, true)]
    [InlineData("day", 20_454, false)]
    [InlineData("day", int.MaxValue, false)]
    [InlineData("day", int.MinValue, true)]
    [InlineData("hour", 490_895, true)]
    [InlineData("hour", 490_896, false)]
    [InlineData("hour", int.MaxValue, false)]
    [InlineData("hour", int.MinValue, true)]
    [InlineData("month", 671, true)]
    [InlineData("month", 672, false)]
    // the last month and year of the calendar, and those after and before it
    [InlineData("month", 96_359, false)]
    [InlineData("month", 96_360, false)]
    [InlineData("month", -23_629, true)]
    [InlineData("month", int.MaxValue, false)]
    [InlineData("month", int.MinValue, true)]
    [InlineData("year", 55, true)]
    [InlineData("year", 56, false)]
    [InlineData("year", 8_029, false)]
    [InlineData("year", 8_030, false)]
    [InlineData("year", -1_970, true)]
    [InlineData("year", int.MaxValue, false)]
    [InlineData("year", int.MinValue, true)]
    public void A_partition_is_closed_when_all_of_its_time_lies_before_the_day(string transform, int value, bool isClosed)
    {
        var schema = new IcebergSchema(0, [new(1, "at", IcebergType.Timestamptz, Required: true)]);
        var table = MetadataEdit.Create(new(schema, [new("at", transform, "part")], new Dictionary<string, string>()), "file:///t", Guid.Empty, 0);
        var file = TempLake.File(value, "f");
        Assert.Equal(isClosed, CompactionPlan.Small(table, [file], new(before)).Count == 1);
    }

    [Theory]
    [InlineData(20_453, true)]
    [InlineData(20_454, false)]
    [InlineData(int.MaxValue, false)]
    public void A_date_is_closed_when_it_lies_before_the_day(int value, bool isClosed)
    {
        var table = MetadataEdit.Create(TempLake.ByDay, "file:///t", Guid.Empty, 0);
        Assert.Equal(isClosed, CompactionPlan.Small(table, [TempLake.File(value, "f")], new(before)).Count == 1);
    }
}
