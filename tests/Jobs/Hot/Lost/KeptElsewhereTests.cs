using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;

namespace Dart.Lake.Jobs.Tests.Hot.Lost;

/// <summary>
/// A trade that a correction has moved is kept by two positions. One is lost, and keeps it when the day is cut; the other has forgotten it.
/// </summary>
public sealed class KeptElsewhereTests
{
    static readonly int sunday = HotRows.D1 - 1, friday = HotRows.D1 - 3, end = HotRows.D2 + 1;

    readonly HotRows rows = new();
    readonly HotState state;
    readonly Dictionary<long, (TradeRow Row, Coordinate At)> sent = [];

    public KeptElsewhereTests()
    {
        state = rows.NewState();
        const long most = 1_000_000_000;
        state.Apply(HotRows.Account("A"));
        foreach (var name in new[] { "X", "LOST" })
            state.Apply(HotRows.Instrument(name));
        foreach (var day in new[] { sunday - 1, sunday, HotRows.D1 })
            state.Apply(HotRows.Split("LOST", day, most, 1));
        // what it has, the splits make more of than there are numbers
        Take(rows.New(1, "A", "LOST", HotRows.At(HotRows.Monday.AddDays(-3)), 1, 1, 1));
        Assert.Equal(friday, state.Today);
    }

    [Fact]
    public void A_position_that_begins_again_has_the_trade_too()
    {
        var trade = rows.New(2, "A", "LOST", HotRows.At(HotRows.Monday), 1, 5, 1);
        Take(trade);
        Take(HotRows.Correct(trade, 3, HotRows.At(HotRows.Monday, 16), 1, 7, 1) with { Instrument = rows.Names.Instruments.Of("X") });
        Cut();
        Assert.Equal(7, Quantity("X"));

        Take(rows.New(4, "A", "X", HotRows.At(HotRows.Monday, 17), 1, 100, 1));
        var (book, day) = Assert.Single(state.Early);
        Assert.Equal(("X", HotRows.D1), (rows.Names.Instruments[book.Instrument], day));
        state.Recall([(book, friday, [])], sent.Values.Where(s => s.Row.Sequence is 2 or 3));
        Assert.Equal(107, Quantity("X"));
    }

    [Fact]
    public void A_change_of_the_trade_asks_for_the_position_that_has_forgotten_it()
    {
        var trade = rows.New(2, "A", "X", HotRows.At(HotRows.Monday), 1, 5, 1);
        Take(trade);
        Take(HotRows.Correct(trade, 3, HotRows.At(HotRows.Monday, 16), 1, 6, 1) with { Instrument = rows.Names.Instruments.Of("LOST") });
        Take(HotRows.Correct(trade, 4, HotRows.At(HotRows.Monday, 17), 1, 7, 1));
        Cut();
        Assert.Equal(7, Quantity("X"));

        Take(HotRows.Bust(trade, 5, HotRows.At(HotRows.Tuesday.AddDays(1))));
        var (book, day) = Assert.Single(state.Early);
        Assert.Equal(("X", HotRows.D1), (rows.Names.Instruments[book.Instrument], day));
        state.Recall([(book, friday, [])], sent.Values.Where(s => s.Row.Sequence is >= 2 and <= 4));
        Assert.Equal(0, Quantity("X"));
    }

    void Cut()
    {
        foreach (var day in new[] { friday, HotRows.D1, HotRows.D2 })
            state.Close(day);
        state.Show(end);
    }

    void Take(TradeRow row)
    {
        var at = new Coordinate(rows.Names.Logs.Of("log"), 0, row.Sequence);
        sent[row.Sequence] = (row, at);
        state.Apply(row, at);
    }

    decimal Quantity(string instrument)
    {
        state.Settle();
        return state.BookOf("A", instrument).Quantity / (decimal)Money.One;
    }
}
