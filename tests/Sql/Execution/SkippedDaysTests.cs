using Dart.Lake.Orchestration;
using static Dart.Lake.Sql.Tests.Execution.LakeFixture;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>No day is skipped in silence.</summary>
public class SkippedDaysTests
{
    static readonly DateOnly monday = new(2026, 9, 21), tuesday = new(2026, 9, 22);
    static readonly DateOnly wednesday = new(2026, 9, 23), thursday = new(2026, 9, 24);
    const string Marks = "select trade_date, instrument, cast(mark as varchar) from silver.marks order by all";

    static async Task<EndOfDayResult> Run(LakeFixture lake, DaysAsked asked, bool needsHotClose = true) =>
        await lake.EndOfDay(needsHotClose).RunAsync(asked, null, CancellationToken.None);

    [Fact]
    public async Task A_day_with_events_that_was_never_published_is_built_first_in_one_publication()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        await lake.CutAsync(monday);
        await Run(lake, new(monday));
        await lake.AppendAsync(new Trade("NEW", tuesday, 2, 20));
        await lake.CutAsync(tuesday);
        await lake.AppendAsync(new Trade("NEW", wednesday, 3, 40));
        await lake.CutAsync(wednesday);

        var refused = await Assert.ThrowsAsync<LakeException>(() => Run(lake, new(wednesday) { Only = true }));
        Assert.Equal(LakeErrorKind.Unavailable, refused.Kind);
        Assert.StartsWith("2026-09-22 has events and was never published", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["2026-09-21 AIG 10.000000"], await lake.RowsAsync(Marks));

        var result = await Run(lake, new(wednesday));
        Assert.Equal(["eod-2026-09-22", "eod-2026-09-23"], result.Days.Select(d => d.Tag));
        Assert.Contains("2026-09-22 has events and was never published: built first", result.Remarks);
        Assert.Equal(["2026-09-21 AIG 10.000000", "2026-09-22 AIG 30.000000", "2026-09-23 AIG 70.000000"], await lake.RowsAsync(Marks));
        Assert.Equal(2, (await lake.Lake.Ledger.ListPublicationsAsync("eod", null, CancellationToken.None)).Count);
        Assert.Equal(EndOfDayOutcome.NothingToDo, (await Run(lake, new(wednesday) { Only = true })).Outcome);
    }

    [Fact]
    public async Task Quotes_make_a_day_and_one_that_lies_before_published_days_has_them_built_again()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", tuesday, 1, 10));
        await lake.CutAsync(tuesday);
        await Run(lake, new(tuesday));
        await lake.AppendQuotesAsync((monday, 1, 10));
        await lake.AppendAsync(new Trade("NEW", wednesday, 2, 10));
        await lake.CutAsync(wednesday);
        var result = await Run(lake, new(wednesday));
        Assert.Equal(["eod-2026-09-21", "eod-2026-09-22-r2", "eod-2026-09-23"], result.Days.Select(d => d.Tag));
        Assert.Contains("the hot job has not cut 2026-09-21: its numbers of it are not compared", result.Remarks);
    }

    [Fact]
    public async Task A_day_without_an_event_is_named_or_published_empty_in_a_range()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        await lake.CutAsync(monday);
        await Run(lake, new(monday));
        await lake.AppendAsync(new Trade("NEW", thursday, 2, 10));
        // a correction is of the trade's day
        await lake.AppendAsync(new Trade("CORRECT", wednesday, 3, 11, Ref: 2));
        await lake.CutAsync(thursday);
        var named = await Run(lake, new(thursday));
        Assert.Equal(["eod-2026-09-24"], named.Days.Select(d => d.Tag));
        Assert.Contains("2026-09-22, 2026-09-23: no event; not built (eod --from --to publishes a day that is empty)", named.Remarks);

        var range = await Run(lake, new(thursday) { From = tuesday });
        Assert.Equal(["eod-2026-09-22", "eod-2026-09-23", "eod-2026-09-24-r2"], range.Days.Select(d => d.Tag));
        Assert.Equal(
            ["2026-09-21 AIG 10.000000", "2026-09-22 AIG 10.000000", "2026-09-23 AIG 10.000000", "2026-09-24 AIG 21.000000"], await lake.RowsAsync(Marks));
        Assert.Equal(EndOfDayOutcome.NothingToDo, (await Run(lake, new(thursday) { From = monday })).Outcome);
    }

    [Fact]
    public async Task A_row_of_long_ago_that_its_source_knew_today_makes_no_day_and_is_told()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", wednesday, 1, 10), new Trade("NEW", monday, 2, 10) { Known = wednesday.AddDays(7) });
        await lake.CutAsync(wednesday);
        var result = await Run(lake, new(wednesday));
        Assert.Equal(["eod-2026-09-23"], result.Days.Select(d => d.Tag));
        Assert.Contains("2026-09-21: nothing but events that their source knew more than seven days away; not built", result.Remarks);
    }
}
