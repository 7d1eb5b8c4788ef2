using Dart.Lake.Orchestration;

namespace Dart.Lake.Sql.Tests.Models;

/// <summary>The project's marts, built by the real engine on a real lake.</summary>
public sealed class MartsTests(MartsTests.Built built) : IClassFixture<MartsTests.Built>
{
    /// <summary>Both days on two threads, with many partitions and commits; built once, only read.</summary>
    public sealed class Built : IAsyncLifetime
    {
        internal MartsLake Lake { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Lake = await MartsLake.OpenAsync(threads: 2);
            await TwoDays.SendAsync(Lake, partitions: 8, commits: 3);
        }

        public ValueTask DisposeAsync() => Lake.DisposeAsync();
    }

    readonly MartsLake lake = built.Lake;
    static readonly Func<string, decimal> multiplier = instrument => instrument == "I6" ? 100 : 1;

    [Fact]
    public async Task Lots_and_profits_of_20_000_trades_equal_those_of_queues_to_the_last_digit()
    {
        var rows = await lake.RowsAsync("select kind, account, instrument, event_time, ingest_time, source, sequence, ref_sequence, side, price, quantity, fee from bronze.trades order by _kafka_partition, _offset");
        var books = new QueueBooks();
        var trades = books.Stand(rows.Select(r => new QueueBooks.Sent(
            (string)r[0]!,
            (string)r[1]!,
            (string)r[2]!,
            Time(r[3]),
            Time(r[4]),
            (string)r[5]!,
            (long)r[6]!,
            (long?)r[7],
            (string?)r[8],
            Number(r[9]),
            Number(r[10]),
            Number(r[11]))));
        foreach (var day in new[] { TwoDays.Friday, TwoDays.Monday })
        {
            if (day == TwoDays.Monday)
                books.Split("I1", 3 * 7, 2);
            var today = trades.Where(t => DateOnly.FromDateTime(t.First.Time) == day).ToList();
            var realised = books.Trade(today, multiplier);
            var expected = realised.Select(p => $"{p.Key.Item1} {p.Key.Item2} {p.Value:0.0000000000}").Order(StringComparer.Ordinal);
            var actual = await lake.RowsAsync($"select concat(account, ' ', instrument), realised from gold.daily_pnl where trade_date = date '{day:yyyy-MM-dd}'");
            Assert.Equal(expected, actual.Select(r => $"{r[0]} {Number(r[1]):0.0000000000}").Order(StringComparer.Ordinal));
            var lots = books.Books.SelectMany(b =>
                b.Value.Select(l => $"{b.Key.Account} {b.Key.Instrument} {l.Opening} {l.Signed:0.0000} {Math.Sign(l.Signed) * l.Cost:0.0000000000}"));
            var open = await lake.RowsAsync($"select account, instrument, source, sequence, quantity, cost from gold.lots_eod where trade_date = date '{day:yyyy-MM-dd}' order by account, instrument, lot_number");
            Assert.Equal(lots, open.Select(r => $"{r[0]} {r[1]} {((string)r[2]!, (long)r[3]!)} {Number(r[4]):0.0000} {Number(r[5]):0.0000000000}"));
            Assert.Equal(today.Sum(t => t.Counts.Fee), Number((await lake.RowsAsync($"select sum(fees) from gold.daily_pnl where trade_date = date '{day:yyyy-MM-dd}'"))[0][0]));
            Assert.Equal(today.Sum(t => t.Counts.Fee), Number((await lake.RowsAsync(
                $"select sum(left_value) from gold.reconciliation where check_name = 'fees' and trade_date = date '{day:yyyy-MM-dd}'"))[0][0]));
        }
        var counts = (await lake.RowsAsync("select subject, sum(left_value) from gold.reconciliation where check_name = 'count_of_trades' group by 1")).ToDictionary(r => (string)r[0]!, r => Number(r[1]));
        Assert.Equal(
            (trades.Count, books.Duplicates, books.Quarantined, books.Folded),
            ((int)counts["live"]!, (int)counts["duplicate"]!, (int)counts["quarantined"]!, (int)counts["folded"]!));
        Assert.Equal("0", (await lake.RowsAsync("select cast(count(*) as varchar) from gold.reconciliation where status = 'DIFFERENT'"))[0][0]);
    }

    [Fact]
    public async Task Options_that_have_expired_keep_what_their_underlying_made_them_worth()
    {
        var marks = (await lake.RowsAsync("select concat(trade_date, ' ', instrument), mark, mark_source from silver.marks where instrument in ('I0', 'I2', 'I3')")).ToDictionary(r => (string)r[0]!, r => (Mark: Number(r[1])!.Value, Source: (string)r[2]!));
        var spot = marks["2026-09-18 I0"].Mark;
        Assert.NotEqual(spot, marks["2026-09-21 I0"].Mark);
        foreach (var day in new[] { "2026-09-18", "2026-09-21" })
            Assert.Equal(((Math.Max(0, spot - 300), "EXPIRY"), (Math.Max(0, 300 - spot), "EXPIRY")), (marks[$"{day} I2"], marks[$"{day} I3"]));
        Assert.Equal("0", (await lake.RowsAsync("select cast(count(*) as varchar) from gold.option_greeks where delta is not null"))[0][0]);
    }

    [Fact]
    public async Task A_day_that_later_corrections_change_is_restated_and_says_what_changed()
    {
        var changed = await lake.RowsAsync("select trade_date, realised_before, realised_after from gold.restatements");
        Assert.NotEmpty(changed);
        Assert.All(changed, r => Assert.Equal(TwoDays.Friday, r[0]));
        Assert.Contains(changed, r => Number(r[1]) != Number(r[2]));
        Assert.Equal(EndOfDayOutcome.NothingToDo, (await lake.EndOfDayAsync(TwoDays.Monday)).Outcome);
    }

    [Fact]
    public async Task The_marts_do_not_depend_on_threads_partitions_or_commits()
    {
        await using var one = await MartsLake.OpenAsync(threads: 1);
        await TwoDays.SendAsync(one, partitions: 1, commits: 1);
        var (expected, actual) = (await one.DigestsAsync(), await lake.DigestsAsync());
        Assert.Equal(expected, actual);
        Assert.True(expected.Values.Count(d => !d.StartsWith("0 ", StringComparison.Ordinal)) > 15);
    }

    static decimal? Number(object? value) =>
        value is null ? null : Convert.ToDecimal(value, System.Globalization.CultureInfo.InvariantCulture);

    static DateTime Time(object? value) => value switch
    {
        DateTimeOffset at => at.UtcDateTime,
        DateTime at => at,
        _ => throw new InvalidOperationException($"{value} is no time"),
    };
}
