using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Jobs.Pipelines.Hot.Shown;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot.Lost;

/// <summary>What is beyond the types takes out its position or its account, and nobody else (decision 0035).</summary>
public class LostPositionTests
{
    const decimal HighestPrice = 1_000_000, HighestQuantity = 100_000_000, HighestMultiplier = 1_000_000_000;

    readonly HotRows rows = new();
    readonly HotState state;
    readonly HotHashes hashes;

    public LostPositionTests()
    {
        state = rows.NewState();
        hashes = new(state);
        foreach (var account in new[] { "A", "B" })
            state.Apply(HotRows.Account(account));
        state.Apply(HotRows.Instrument("X"));
        state.Apply(HotRows.Instrument("WIDE", multiplier: HighestMultiplier));
        foreach (var (i, (account, instrument)) in new[] { ("A", "X"), ("B", "X") }.Index())
            Trade(i, account, instrument, 10, 5);
    }

    [Fact]
    public void An_account_beyond_its_type_has_no_numbers_until_a_correction_makes_them_small()
    {
        // One trade at the limits of its rules: the position can be told (10^23), the account (18 digits) cannot.
        var trade = Trade(9, "A", "WIDE", HighestQuantity, HighestPrice);
        state.Apply(rows.Quote(1, "WIDE", HotRows.At(HotRows.Monday), HighestPrice - 2, HighestPrice - 1));

        Assert.Equal(["account A"], Lost());
        Assert.Equal("100000000.0000", Shown(HotKeys.Position("A", "WIDE"))["quantity"]);
        Assert.Null(Shown(HotKeys.Pnl("A"))["unrealised"]);
        Assert.Equal("0.00", Shown(HotKeys.Pnl("B"))["unrealised"]);
        Assert.Equal(["B"], HotValues.Pnl(state).Select(p => p.Account));

        state.Apply(HotRows.Correct(trade, 10, trade.IngestTime + 1, 1, 1, HighestPrice / 1_000_000), new(0, 0, 10));
        state.Apply(rows.Quote(2, "WIDE", HotRows.At(HotRows.Monday, 16), 1, 1));
        Assert.Empty(Lost());
        Assert.Equal("0.00", Shown(HotKeys.Pnl("A"))["unrealised"]);
    }

    [Fact]
    public void A_position_beyond_its_type_is_null_in_the_close_and_the_others_are_there()
    {
        // Beyond 38 digits. The row rules of this test let it in, as those of the
        // contracts let in some hundred thousand trades that add up to it.
        Trade(20, "A", "WIDE", 90_000_000_000_000, 900_000_000_000);

        Assert.Equal(["account A", "position A WIDE"], Lost());
        var close = HotClose.Of(state, HotRows.D1, 0, []);
        var lost = close.Books.Single(b => b.Instrument == "WIDE");
        Assert.Equal((null, null, null), (lost.Quantity, lost.Cost, lost.Realised));
        Assert.Empty(close.LostOpenings);
        Assert.Equal(100_000, close.Books.Single(b => b is { Account: "A", Instrument: "X" }).Quantity);
        Assert.Equal(100_000, close.Books.Single(b => b is { Account: "B" }).Quantity);
    }

    TradeRow Trade(long sequence, string account, string instrument, decimal quantity, decimal price)
    {
        var row = rows.New(sequence, account, instrument, HotRows.At(HotRows.Monday), 1, quantity, price);
        state.Apply(row, new(0, 0, sequence));
        return row;
    }

    IReadOnlyCollection<string> Lost()
    {
        Changed();
        return hashes.Lost;
    }

    Lakehouse.HotStore.HotHash Shown(string key) => Changed().Single(h => h.Key == key);

    IReadOnlyList<Lakehouse.HotStore.HotHash> Changed()
    {
        state.TouchAll();
        return hashes.Of(state.TakeChanges());
    }
}
