using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.Prices;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Jobs.Pipelines.Hot.Shown;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>Rules of docs/data.md that decide to the last place what the end of day and the hot path must agree on.</summary>
public class ClosingRulesTests
{
    [Fact]
    public void Pieces_of_a_split_lot_are_differences_of_rounded_shares()
    {
        var rows = new HotRows();
        var state = Known(rows, HotRows.Instrument("X"), HotRows.Split("X", HotRows.D2, 7, 1));
        Apply(state, rows, rows.New(1, "A", "X", HotRows.At(HotRows.Monday), 1, 1, 1));
        state.Close(HotRows.D1);
        Apply(state, rows, rows.New(2, "A", "X", HotRows.At(HotRows.Tuesday, 15, 1), -1, 3, 1));
        Apply(state, rows, rows.New(3, "A", "X", HotRows.At(HotRows.Tuesday, 15, 2), -1, 3, 1));
        var book = Assert.Single(HotClose.Of(state, HotRows.D2, 0, []).Books);
        // 6/7 rounded is 0.8571428571; 3/7 and then half of what is left each rounded by itself, would be one more in the last place.
        Assert.Equal((6m - 0.8571428571m, 1m - 0.8571428571m), (Amount(book.Realised), Amount(book.Cost)));
    }

    [Theory]
    [InlineData(true, 95, 7.5)]
    [InlineData(false, 95, 0)]
    [InlineData(false, 110, 7.5)]
    [InlineData(true, 110, 0)]
    public void An_option_that_has_expired_is_valued_at_what_it_pays(bool isCall, int strike, double intrinsic)
    {
        var rows = new HotRows();
        var option = HotRows.Instrument(
            "O", multiplier: 100) with
        { Underlying = "X", Strike = strike * 1_000_000L, Expiry = HotRows.D1, OptionRight = isCall ? "CALL" : "PUT" };
        var state = Known(rows, HotRows.Instrument("X"), option);
        Apply(state, rows, rows.New(1, "A", "O", HotRows.At(HotRows.Monday), 1, 2, 5));
        state.Apply(rows.Mark(1, "X", HotRows.At(HotRows.Monday, 21), 102.5m));
        state.Apply(rows.Mark(2, "O", HotRows.At(HotRows.Monday, 21), 9));
        var spot = 102.5m;
        var pays = Math.Max(0, isCall ? spot - strike : strike - spot);
        Assert.Equal((decimal)intrinsic, pays);
        var (x, o) = (rows.Names.Instruments.Of("X"), rows.Names.Instruments.Of("O"));
        Assert.Equal(new Mark((long)(pays * 1_000_000), MarkSource.Expiry), state.Market.MarkOf(o, HotRows.D1));
        Assert.Equal(new Mark(102_500_000, MarkSource.Official), state.Market.MarkOf(x, HotRows.D1));
        state.Close(HotRows.D1);
        state.Apply(rows.Mark(3, "X", HotRows.At(HotRows.Tuesday, 21), 500));
        Assert.Equal(new Mark((long)(pays * 1_000_000), MarkSource.Expiry), state.Market.MarkOf(o, HotRows.D2));
        var book = Assert.Single(HotClose.Of(state, HotRows.D2, 0, []).Books);
        Assert.Equal((2m, 1000m), (book.Quantity / 10_000m, Amount(book.Cost)));
    }

    [Fact]
    public void After_a_restart_the_reference_feed_says_what_the_underlying_was()
    {
        var rows = new HotRows();
        var option = HotRows.Instrument("O") with { Underlying = "X", Strike = 95_000_000, Expiry = HotRows.D1, OptionRight = "CALL" };
        var state = Known(
            rows,
            HotRows.Instrument("X"),
            option,
            HotRows.Instrument("X") with { KindWord = "MARK", AsOf = HotRows.D1, Value = 102_500_000 });
        Assert.Equal(new Mark(7_500_000, MarkSource.Expiry), state.Market.MarkOf(rows.Names.Instruments.Of("O"), HotRows.D2));
    }

    [Fact]
    public void Splits_that_multiply_beyond_numbers_take_out_the_position_and_leave_no_mark()
    {
        var rows = new HotRows();
        const long most = 1_000_000_000;
        // one after another, and three that take effect at once
        var state = Known(
            rows,
            HotRows.Instrument("X"),
            HotRows.Instrument("Y"),
            HotRows.Instrument("Z"),
            HotRows.Split("X", HotRows.D1 + 1, most, 1),
            HotRows.Split("X", HotRows.D1 + 2, most, 1),
            HotRows.Split("X", HotRows.D1 + 3, most, 1),
            HotRows.Split("Y", HotRows.D1 - 2, 1, most),
            HotRows.Split("Y", HotRows.D1 - 1, 1, most),
            HotRows.Split("Y", HotRows.D1, 1, most),
            HotRows.Prior("X", HotRows.D1, 10),
            HotRows.Prior("Y", HotRows.D1 - 3, 10),
            HotRows.Prior("Z", HotRows.D1, 10));
        foreach (var (i, name) in new[] { "X", "Y", "Z" }.Index())
            Apply(state, rows, rows.New(i + 1, "A", name, HotRows.At(HotRows.Monday), 1, 1, 1));
        var late = HotRows.D1 + 4;
        (string, int, MarkSource)[] expected = [("X", late, MarkSource.None), ("Y", HotRows.D1, MarkSource.None), ("Z", late, MarkSource.Prior)];
        foreach (var (name, day, source) in expected)
            Assert.Equal(source, state.Market.MarkOf(rows.Names.Instruments.Of(name), day).Source);
        state.Close(late - 1);
        Apply(state, rows, rows.New(9, "A", "Z", HotRows.At(HotRows.Monday.AddDays(4)), 1, 1, 1));
        var shown = new HotHashes(state);
        Assert.NotEmpty(shown.Of(state.TakeChanges()));
        Assert.Contains("position A X", shown.Lost);
        Assert.DoesNotContain("position A Z", shown.Lost);
    }

    [Fact]
    public void What_a_split_leaves_nothing_of_is_told_and_realised_on_the_day_that_books_it_and_on_no_other()
    {
        var rows = new HotRows();
        // flat by a split on a day without a trade; the ex date is a day that is not traded, and the next cut comes after two of them
        var (trade, booked, next) = (HotRows.D1, HotRows.D1 + 2, HotRows.D1 + 4);
        var state = Known(rows, HotRows.Instrument("X"), HotRows.Split("X", trade + 1, 1, 10), HotRows.Prior("X", trade, 5));
        Apply(state, rows, rows.New(1, "A", "X", HotRows.At(HotRows.Monday), 1, 0.0004m, 5));
        state.Close(trade);
        var position = Assert.Single(HotClose.Of(state, booked, 0, []).Books);
        Assert.Equal((0L, -0.002m), (position.Quantity!.Value, Amount(position.Realised)));
        Assert.Contains(new HotHashes(state).Of(state.TakeChanges()), hash => hash is { Key: "hot:pos:A:X", IsGone: false });
        state.Close(booked);
        Assert.Empty(HotClose.Of(state, next, 0, []).Books);
    }

    [Fact]
    public void Splits_of_a_day_that_was_not_cut_are_booked_together_on_the_next_one()
    {
        var rows = new HotRows();
        var state = Known(rows, HotRows.Instrument("X"), HotRows.Split("X", HotRows.D1 + 1, 1, 3), HotRows.Split("X", HotRows.D1 + 2, 3, 1));
        Apply(state, rows, rows.New(1, "A", "X", HotRows.At(HotRows.Monday), 1, 1, 5));
        state.Close(HotRows.D1);
        // by themselves they would make 0.9999 of it
        Assert.Equal(10_000L, Assert.Single(HotClose.Of(state, HotRows.D1 + 2, 0, []).Books).Quantity);

        var apart = Known(rows, HotRows.Instrument("X"), HotRows.Split("X", HotRows.D1 + 1, 1, 3), HotRows.Split("X", HotRows.D1 + 2, 3, 1));
        Apply(apart, rows, rows.New(1, "A", "X", HotRows.At(HotRows.Monday), 1, 1, 5));
        apart.Close(HotRows.D1);
        apart.Close(HotRows.D1 + 1);
        Assert.Equal(9_999L, Assert.Single(HotClose.Of(apart, HotRows.D1 + 2, 0, []).Books).Quantity);
    }

    static HotState Known(HotRows rows, params ReferenceRow[] references)
    {
        var state = rows.NewState();
        foreach (var row in references.Prepend(HotRows.Account("A")))
            state.Apply(row);
        return state;
    }

    static void Apply(HotState state, HotRows rows, TradeRow row) => state.Apply(row, new(rows.Names.Logs.Of("log"), 0, row.Sequence));

    static decimal Amount(Int128? unscaled) => (decimal)unscaled!.Value / 10_000_000_000m;
}
