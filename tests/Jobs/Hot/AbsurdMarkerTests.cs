using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Restart;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>Days of markers that nobody can mean.</summary>
public class AbsurdMarkerTests
{
    [Theory]
    [InlineData(50_000_000)]
    [InlineData(int.MaxValue)]
    [InlineData(-800_000)]
    public async Task A_marker_of_a_day_that_cannot_be_which_a_lake_holds_from_before_stops_no_start(int day)
    {
        await using var lake = await HotLake.OpenAsync();
        var markers = new[] { (Offset: 3L, Day: day), (7, HotRows.D1) };
        await lake.RowsAsync(LakeNames.LogHoles, markers.Select(m => new Dictionary<string, object?>
        {
            ["_kafka_partition"] = 0,
            ["from_offset"] = m.Offset,
            ["to_offset"] = m.Offset + 1,
            ["reason"] = "END_OF_DAY",
            ["trade_date"] = m.Day,
            ["source"] = "sim",
        }));
        LogPartition[] logs = [new(HotLake.Log, HotLake.Topic, 0), new(HotLake.Log, HotLake.Topic, 1)];
        var gate = (await HotRestore.LoadAsync(lake.Engine, lake.Lake, logs, null, 100, null, default)).Gate;

        Assert.Equal(
            "END_OF_DAY of 2026-11-23 stands in 1 of 2 partitions (first trades_raw[0]@7)", gate.Waits!.ToString());
    }

    /// <summary>Calendars end in 2035; a day beyond is closed at its end, and closes like any other.</summary>
    [Theory]
    [InlineData(1900, 1, 1, "1900-01-02 00:00")]
    [InlineData(2026, 11, 23, "2026-11-23 22:00")] // 17:00 New York, currencies
    [InlineData(2026, 11, 28, "2026-11-30 21:00")] // a Saturday: 16:00 New York of Monday
    [InlineData(2050, 6, 1, "2050-06-02 00:00")]
    [InlineData(9999, 12, 31, null)]
    public void A_day_closes_whatever_its_year(int year, int month, int day, string? closes)
    {
        var days = HotCalendar.Days(new(year, month, day));
        var at = new HotCalendar().CloseOf(null, days);
        if (closes is null)
            Assert.Equal((days + 1) * 86_400_000_000L, at);
        else
            Assert.Equal(closes, DateTime.UnixEpoch.AddTicks(at * 10).ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture));
        var state = new HotRows().NewState();
        state.Close(days);
        Assert.Equal(days, state.Closed);
    }
}
