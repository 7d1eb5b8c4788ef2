using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Restart;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot.Lost;

/// <summary>
/// A hundred thousand trades at the limits of the contract cost 10^28, one more than 38 digits with 10 after the point hold: one bust
/// brings the position back, in a job that never stopped and in those that began again after any of the cuts (decision 0044).
/// </summary>
public sealed class LostAndFoundTests : IAsyncLifetime
{
    const int Trades = 100_000;
    const decimal HighestPrice = 1_000_000, HighestQuantity = 100_000_000, HighestMultiplier = 1_000_000_000;

    static readonly LogPartition log = new(HotLake.Log, HotLake.Topic, 0);
    static readonly ReferenceRow[] references = [HotRows.Account("A"), HotRows.Instrument("WIDE", multiplier: HighestMultiplier)];

    readonly HotRows rows = new();
    HotLake lake = null!;
    HotState live = null!;

    public async ValueTask InitializeAsync()
    {
        lake = await HotLake.OpenAsync();
        await lake.ReferencesAsync(references);
        live = new(HotRules.Of(rows.Names), rows.Names, new HotCalendar());
        foreach (var row in references)
            live.Apply(row);
    }

    public ValueTask DisposeAsync() => lake.DisposeAsync();

    [Fact]
    public async Task A_position_that_was_lost_comes_back_alike_in_a_job_that_never_stopped_and_in_one_that_began_again()
    {
        var first = await TakeTooManyAsync();
        Assert.Empty((await CutAsync(HotRows.D1, Trades)).LostOpenings);
        Assert.True(IsLost(live));
        Assert.True(IsLost(await RestartedAsync()));

        await TakeAsync([rows.New(Trades, "A", "WIDE", HotRows.At(HotRows.Tuesday), 1, 1, 1)], Trades);
        Assert.Equal([new LostOpening("A", "WIDE")], (await CutAsync(HotRows.D2, Trades + 1)).LostOpenings);
        var restarted = await RestartedAsync();
        Assert.True(IsLost(restarted));

        var bust = HotRows.Bust(first[5], Trades + 1, HotRows.At(HotRows.Tuesday.AddDays(1)));
        foreach (var job in new[] { live, restarted })
            Bust(job, bust);
        await lake.TradesAsync(rows.Names, [(bust, new(0, 0, Trades + 1))], Until(Trades + 2));

        // 99,999 trades of 10^8 units and one of one unit; their cost is 99,999 * 10^8 * 10^6 * 10^9 and 10^9
        var (quantity, cost) = (99_999_000_000_000_000L + 10_000, (Int128)99_999 * Power(23 + 10) + Power(9 + 10));
        foreach (var job in new[] { live, restarted, await RestartedAsync() })
        {
            Assert.False(IsLost(job));
            var book = job.Books.Single(b => b.Quantity != 0);
            Assert.Equal((quantity, cost, Trades), (book.Quantity, book.Cost, book.Lots.Count));
        }
    }

    /// <summary>The first day that is cut opens beyond the types: there is no other to begin at.</summary>
    [Fact]
    public async Task A_position_that_no_day_opened_with_numbers_begins_with_its_first_trade()
    {
        var first = await TakeTooManyAsync();
        await TakeAsync([rows.New(Trades, "A", "WIDE", HotRows.At(HotRows.Tuesday), 1, 1, 1)], Trades);
        Assert.Equal([new LostOpening("A", "WIDE")], (await CutAsync(HotRows.D2, Trades + 1)).LostOpenings);
        var restarted = await RestartedAsync();
        Assert.True(IsLost(restarted));

        Bust(restarted, HotRows.Bust(first[5], Trades + 1, HotRows.At(HotRows.Tuesday.AddDays(1))));
        Assert.False(IsLost(restarted));
        Assert.Equal((99_999_000_000_000_000L + 10_000, Trades), (restarted.Books.Single().Quantity, restarted.Books.Single().Lots.Count));
    }

    [Fact]
    public async Task A_position_with_more_trades_than_a_start_reads_has_no_numbers_and_ends_no_job()
    {
        var first = await TakeTooManyAsync();
        await CutAsync(HotRows.D1, Trades);
        await TakeAsync([rows.New(Trades, "A", "WIDE", HotRows.At(HotRows.Tuesday), 1, 1, 1)], Trades);
        await CutAsync(HotRows.D2, Trades + 1);
        var restarted = await RestartedAsync();
        await using (var session = await lake.SessionAsync())
        {
            var recalled = await new HotHistory(session, restarted, Until(Trades + 1), mostRows: 10).RestoreAsync(default);
            Assert.Equal((0, 1), (recalled.Books, recalled.Lost));
        }
        Assert.True(IsLost(restarted));

        Bust(restarted, HotRows.Bust(first[5], Trades + 1, HotRows.At(HotRows.Tuesday.AddDays(1))));
        Assert.True(IsLost(restarted));
        Assert.Equal([new LostOpening("A", "WIDE")], HotClose.Of(restarted, HotRows.D2 + 1, 0, [new(log, Trades + 2)]).LostOpenings);
    }

    /// <summary>A late change of a closed day asks for the position's trades again, which are too many still.</summary>
    [Fact]
    public async Task A_late_change_of_such_a_position_ends_no_job_either()
    {
        var first = await TakeTooManyAsync();
        await CutAsync(HotRows.D1, Trades);
        await TakeAsync([rows.New(Trades, "A", "WIDE", HotRows.At(HotRows.Tuesday), 1, 1, 1)], Trades);
        await CutAsync(HotRows.D2, Trades + 1);
        var names = new HotNames();
        var job = new HotState(HotRules.Of(names), names, new HotCalendar());
        foreach (var row in references)
            job.Apply(row);
        job.Open(HotRows.D1, [], new());
        job.Close(HotRows.D2);
        await using var session = await lake.SessionAsync();
        var history = new HotHistory(session, job, Until(Trades + 1), mostRows: 10);
        Assert.Equal(1, (await history.RestoreAsync(default)).Lost);

        var bust = HotRows.Bust(first[5], Trades + 1, HotRows.At(HotRows.Tuesday.AddDays(1)));
        job.Apply(Own(job, bust), new(names.Logs.Of(log.LogId), 0, Trades + 1));
        Assert.True(job.NeedsHistory);
        var recalled = await history.RecallAsync(default);
        Assert.Equal((0, 1, false), (recalled.Books, recalled.Lost, job.NeedsHistory));
        Assert.True(IsLost(job));
    }

    /// <summary>Tuesday opens beyond the types and closes within them: the close has numbers, and a restart has them too.</summary>
    [Fact]
    public async Task A_position_that_opens_a_day_beyond_its_type_and_closes_it_within_has_numbers_at_the_close()
    {
        await TakeTooManyAsync();
        await CutAsync(HotRows.D1, Trades);
        await TakeAsync([rows.New(Trades, "A", "WIDE", HotRows.At(HotRows.Tuesday), -1, HighestQuantity, HighestPrice)], Trades);
        var close = await CutAsync(HotRows.D2, Trades + 1);

        var expected = (99_999_000_000_000_000L, (Int128)99_999 * Power(23 + 10));
        Assert.Equal([new LostOpening("A", "WIDE")], close.LostOpenings);
        Assert.Equal((expected.Item1, expected.Item2), (close.Books.Single().Quantity!.Value, close.Books.Single().Cost!.Value));
        foreach (var job in new[] { live, await RestartedAsync() })
        {
            Assert.False(IsLost(job));
            Assert.Equal(expected, (job.Books.Single().Quantity, job.Books.Single().Cost));
        }
    }

    async Task<IReadOnlyList<TradeRow>> TakeTooManyAsync()
    {
        List<TradeRow> all = [.. Enumerable.Range(0, Trades)
            .Select(i => rows.New(i, "A", "WIDE", HotRows.At(HotRows.Monday) + i, 1, HighestQuantity, HighestPrice))];
        await TakeAsync(all, 0);
        return all;
    }

    async Task TakeAsync(IReadOnlyList<TradeRow> of, int from)
    {
        var placed = of.Select((row, i) => (row, new Coordinate(rows.Names.Logs.Of(log.LogId), 0, from + i))).ToList();
        foreach (var (row, at) in placed)
            live.Apply(row, at);
        await lake.TradesAsync(rows.Names, placed, Until(from + of.Count));
    }

    async Task<HotClose> CutAsync(int day, long next)
    {
        var close = HotClose.Of(live, day, 0, [new(log, next)]);
        await lake.CloseAsync(close, live);
        live.Close(day);
        return close;
    }

    async Task<HotState> RestartedAsync() =>
        (await HotRestore.LoadAsync(lake.Engine, lake.Lake, [], null, 1_000_000, null, default)).State;

    /// <summary>Codes of names are each job's own.</summary>
    static TradeRow Own(HotState job, in TradeRow row) => row with
    {
        Source = job.Names.Sources.Of("oms"),
        Account = job.Names.Accounts.Of("A"),
        Instrument = job.Names.Instruments.Of("WIDE"),
    };

    static void Bust(HotState job, in TradeRow bust)
    {
        job.Apply(Own(job, bust), new(job.Names.Logs.Of(log.LogId), 0, Trades + 1));
        Assert.False(job.NeedsHistory);
    }

    static bool IsLost(HotState job)
    {
        job.Settle();
        return job.Books.Single().IsLost;
    }

    static Dictionary<LogPartition, long> Until(long next) => new() { [log] = next };

    static Int128 Power(int ten) => Enumerable.Range(0, ten).Aggregate((Int128)1, (power, _) => power * 10);
}
