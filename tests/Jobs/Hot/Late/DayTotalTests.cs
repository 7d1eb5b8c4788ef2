using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Jobs.Pipelines.Hot.Shown;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot.Late;

/// <summary>
/// What a day has made, as the hot store shows it: the change of the level since the cut before, live and from the table of cuts.
/// </summary>
public class DayTotalTests
{
    readonly HotRows rows = new();
    readonly List<HotClose> closes = [];

    [Fact]
    public void The_day_that_is_shown_begins_at_the_cut_before_it()
    {
        var state = Known(HotRows.Account("A"), HotRows.Account("NEW"), HotRows.Account("MOVES"));
        Trade(state, 1, "A", HotRows.Monday, 10, 100, fee: 1);
        Trade(state, 2, "MOVES", HotRows.Monday, 1, 100);
        Mark(state, HotRows.Monday, 103);
        Assert.Equal(("0.00", "29.00", "29.00"), Of(state, "A"));

        Cut(state, HotRows.D1);

        // its own level is not what the day began at
        Assert.Equal(("0.00", "29.00", "29.00"), Of(state, "A"));
        state.Apply(HotRows.Account("MOVES", "EUR", sequence: 2));
        state.Apply(HotRows.Fixing("USD", "EUR", 0.5m));
        Trade(state, 3, "A", HotRows.Tuesday, -4, 105);
        Trade(state, 4, "NEW", HotRows.Tuesday, 2, 104);
        Mark(state, HotRows.Tuesday, 101);
        // realised 4 × 5, level 6 × 1 of 10 × 3
        Assert.Equal(("30.00", "26.00", "-4.00"), Of(state, "A"));
        Assert.Equal(("0.00", "-6.00", "-6.00"), Of(state, "NEW"));
        // half of 1 dollar; what it began at was in dollars
        Assert.Equal((null, "0.50", null), Of(state, "MOVES"));
        Cut(state, HotRows.D2);
        Assert.Equal(("30.00", "26.00", "-4.00"), Of(state, "A"));
    }

    [Fact]
    public void What_was_not_known_at_the_cut_before_is_no_level_to_begin_at()
    {
        var state = Known(HotRows.Account("A", "EUR"));
        Trade(state, 1, "A", HotRows.Monday, 10, 100);
        Mark(state, HotRows.Monday, 103);
        Cut(state, HotRows.D1);
        state.Apply(HotRows.Fixing("USD", "EUR", 0.5m));
        Trade(state, 2, "A", HotRows.Tuesday, 1, 103);
        Assert.Equal((null, "15.00", null), Of(state, "A"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_restart_begins_where_the_table_of_cuts_says(bool hasNextDay)
    {
        await using var lake = await HotLake.OpenAsync();
        var state = Known(HotRows.Account("A"), HotRows.Account("B", "EUR"));
        Trade(state, 1, "A", HotRows.Monday, 10, 100);
        Trade(state, 2, "B", HotRows.Monday, 10, 100);
        Mark(state, HotRows.Monday, 103);
        Cut(state, HotRows.D1);
        Mark(state, HotRows.Tuesday, 104.25m);
        Cut(state, HotRows.D2);
        foreach (var close in closes)
            await lake.CloseAsync(close with { Positions = [new(new(HotLake.Log, HotLake.Topic, 0), 7)] }, state);

        await using var session = await lake.SessionAsync();
        var last = await HotCloseTable.ReadLastAsync(session, rows.Names, default);

        Assert.Equal((HotRows.D2, HotRows.D1), (last!.Day, last.Before));
        var day = hasNextDay ? HotRows.D2 + 1 : HotRows.D2;
        Assert.Equal(hasNextDay ? 42_50 : 30_00, last.Levels.Before(day, "A", "USD"));
        Assert.Null(last.Levels.Before(day, "A", "EUR"));
        Assert.Null(last.Levels.Before(day, "B", "EUR"));
        Assert.Equal(0, last.Levels.Before(day, "C", "EUR"));
        Assert.Equal(state.Levels.Before(day, "A", "USD"), last.Levels.Before(day, "A", "USD"));
    }

    HotState Known(params ReferenceRow[] references)
    {
        var state = rows.NewState();
        foreach (var row in references.Append(HotRows.Instrument("X")))
            state.Apply(row);
        return state;
    }

    void Trade(HotState state, long sequence, string account, DateOnly day, int quantity, decimal price, decimal fee = 0) =>
        state.Apply(
            rows.New(sequence, account, "X", HotRows.At(day), Math.Sign(quantity), Math.Abs(quantity), price, fee), new(0, 0, sequence));

    void Mark(HotState state, DateOnly day, decimal price) => state.Apply(rows.Mark(day.DayNumber, "X", HotRows.At(day, 21), price));

    void Cut(HotState state, int day)
    {
        var close = HotClose.Of(state, day, 0, []);
        closes.Add(close);
        state.Close(day, close.Accounts.Select(account => account.Level));
    }

    static (string? Prior, string? Total, string? OfDay) Of(HotState state, string account)
    {
        state.TouchAll();
        var fields = new HotHashes(state).Of(state.TakeChanges())
            .Single(hash => hash.Key == HotKeys.Pnl(account)).Fields.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        return (fields["unrealised_prior"], fields["total"], fields["total_day"]);
    }
}
