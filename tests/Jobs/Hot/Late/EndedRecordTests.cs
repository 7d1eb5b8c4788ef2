using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Jobs.Pipelines.Hot.Shown;

namespace Dart.Lake.Jobs.Tests.Hot.Late;

/// <summary>A record that ends while something is open: what is open is valued by it until it is closed.</summary>
public class EndedRecordTests
{
    static readonly long Noon = HotRows.At(HotRows.Tuesday, 17);

    static readonly ReferenceRow endi = HotRows.Instrument("ENDI") with { ValidTo = Noon };
    static readonly ReferenceRow a = HotRows.Account("A"), b = HotRows.Account("B") with { ValidTo = Noon };

    static HotState State(HotRows rows)
    {
        var state = rows.NewState();
        foreach (var row in new[] { endi, HotRows.Instrument("KEEP"), HotRows.Instrument("GONE") with { ValidTo = Noon }, a, b })
            state.Apply(row);
        var at = 0L;
        foreach (var (account, instrument) in new[] { ("A", "ENDI"), ("B", "KEEP") })
            state.Apply(rows.New(++at, account, instrument, HotRows.At(HotRows.Monday), 1, 10, 10), new(rows.Names.Logs.Of("log"), 0, at));
        foreach (var instrument in new[] { "ENDI", "KEEP", "GONE" })
            state.Apply(rows.Mark(++at, instrument, HotRows.At(HotRows.Monday, 21), 12));
        return state;
    }

    static void Tuesday(HotState state, HotRows rows)
    {
        foreach (var (sequence, instrument) in new[] { (11L, "ENDI"), (12L, "KEEP") })
            state.Apply(rows.Mark(sequence, instrument, HotRows.At(HotRows.Tuesday, 21), 13));
    }

    static IEnumerable<string> Told(HotClose close) => close.Books
        .Select(p => $"{p.Account} {p.Instrument} {p.Quantity / 10_000m} at {p.Mark / 1_000_000m}: {Whole(p.Unrealised!.Value)}")
        .Order(StringComparer.Ordinal);

    static long Whole(Int128 amount) => (long)(amount / 10_000_000_000);

    [Fact]
    public void What_is_open_is_valued_by_the_last_record_and_flagged_and_what_is_not_is_not_known()
    {
        var rows = new HotRows();
        var state = State(rows);
        HotClose.Of(state, HotRows.D1, 0, []);
        state.Close(HotRows.D1);
        Tuesday(state, rows);
        // another account may trade what is still open; nothing was open of GONE
        state.Apply(rows.New(21, "A", "KEEP", HotRows.At(HotRows.Tuesday), 1, 1, 13), new(rows.Names.Logs.Of("log"), 0, 21));
        state.Apply(rows.New(22, "B", "ENDI", HotRows.At(HotRows.Tuesday), 1, 1, 12), new(rows.Names.Logs.Of("log"), 0, 22));
        state.Apply(rows.New(23, "A", "GONE", HotRows.At(HotRows.Tuesday), 1, 1, 12), new(rows.Names.Logs.Of("log"), 0, 23));
        var close = HotClose.Of(state, HotRows.D2, 0, []);
        Assert.Equal(["A ENDI 10 at 13: 30", "A KEEP 1 at 13: 0", "B ENDI 1 at 13: 1", "B KEEP 10 at 13: 30"], Told(close));
        Assert.Equal(["A", "B"], close.Accounts.Select(account => account.Account).Order(StringComparer.Ordinal));
        var hashes = new HotHashes(state).Of(state.TakeChanges());
        Assert.Equal(
            ["hot:pos:A:ENDI 1", "hot:pos:A:KEEP ", "hot:pos:B:ENDI 1", "hot:pos:B:KEEP 1"],
            hashes.Where(h => h.Key.StartsWith("hot:pos:", StringComparison.Ordinal))
                .Select(h => $"{h.Key} {h.Fields.Single(f => f.Key == "ended").Value}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_was_closed_is_not_kept_and_a_state_that_begins_with_the_lots_has_the_same()
    {
        var rows = new HotRows();
        var state = rows.NewState();
        foreach (var row in new[] { endi, HotRows.Instrument("KEEP"), a, b })
            state.Apply(row);
        var lot = new Lot(rows.Names.Sources.Of("oms"), 1, HotRows.At(HotRows.Monday), 10_000_000, 100_000, Money.Amount("100"));
        state.Open(HotRows.D1, [("A", "ENDI", lot)], new());
        Tuesday(state, rows);
        state.Apply(rows.New(21, "A", "ENDI", HotRows.At(HotRows.Tuesday), -1, 10, 13), new(rows.Names.Logs.Of("log"), 0, 21));
        var close = HotClose.Of(state, HotRows.D2, 0, []);
        Assert.Equal(["A ENDI 0 at 13: 0"], Told(close));
        state.Close(HotRows.D2);
        var next = HotRows.Tuesday.AddDays(1);
        state.Apply(rows.New(31, "A", "ENDI", HotRows.At(next), 1, 1, 13), new(rows.Names.Logs.Of("log"), 0, 31));
        Assert.Empty(HotClose.Of(state, HotRows.D2 + 1, 0, []).Books);
    }

    [Fact]
    public void What_it_was_worth_on_the_day_that_the_record_ended_is_carried_on()
    {
        var rows = new HotRows();
        var state = State(rows);
        HotClose.Of(state, HotRows.D1, 0, []);
        state.Close(HotRows.D1);
        Tuesday(state, rows);
        HotClose.Of(state, HotRows.D2, 0, []);
        state.Close(HotRows.D2);
        // of the same day the own mark counts, whatever the feed says afterwards
        state.Apply(HotRows.Prior("ENDI", HotRows.D2, 11));
        for (var day = HotRows.D2 + 1; day <= HotRows.D2 + 3; day++)
        {
            Assert.Contains("A ENDI 10 at 13: 30", Told(HotClose.Of(state, day, 0, [])));
            state.Close(day);
        }
    }
}
