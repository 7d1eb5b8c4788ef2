using System.IO.Compression;
using Dart.Lake.Analytics.Markets;
using Dart.Lake.Orchestration;

namespace Dart.Lake.Sql.Tests.Models;

/// <summary>Bars of real ticks beside the publisher's own minute bars.</summary>
public sealed class LeanBarsTests
{
    static readonly string[] symbols = ["aig", "bac", "ibm", "spy"];
    static readonly DateOnly[] days = [new(2013, 10, 7), new(2013, 10, 8)];

    /// <summary>Prices are in units of 1/10,000 dollar.</summary>
    sealed record Bar(long Open, long High, long Low, long Close, long Volume)
    {
        public long[] Prices => [Open, High, Low, Close];
    }

    sealed record Built(Bar Bar, HashSet<long> Eligible, HashSet<long> LeftOut);

    [Fact]
    public async Task Bars_agree_with_LEANs_and_what_differs_is_counted_by_cause()
    {
        var lean = Shared.Path("data", "lean", "equity", "usa");
        await using var lake = await MartsLake.OpenAsync();
        var ours = await BuildAsync(lake, lean);
        var theirs = days.SelectMany(day => symbols.SelectMany(symbol => Lines(Path.Combine(
            lean, "minute", symbol, $"{day:yyyyMMdd}_trade.zip")).Select(line => line.Split(',').Select(long.Parse).ToArray())
            .Select(f => (Key: (symbol.ToUpperInvariant(), At(day, f[0])), Bar: new Bar(f[1], f[2], f[3], f[4], f[5]))))).ToDictionary(
                b => b.Key, b => b.Bar);
        Assert.Equal(4563, theirs.Count);
        Assert.Empty(theirs.Keys.Except(ours.Keys));
        Assert.Equal([("AIG", At(days[0], 49_620_000))], ours.Keys.Except(theirs.Keys));
        Assert.True(theirs.Count(b => ours[b.Key].Bar.Volume == b.Value.Volume) >= 0.99 * 4563);
        var least = new[] { 0.91, 0.94, 0.93, 0.91 };
        var causes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var price = 0; price < 4; price++)
        {
            var pairs = theirs
                .Select(b => (Theirs: b.Value.Prices[price], Ours: ours[b.Key].Bar.Prices[price], Minute: ours[b.Key]))
                .ToList();
            Assert.True(pairs.Count(p => p.Ours == p.Theirs) >= least[price] * 4563);
            Assert.True(pairs.Count(p => Math.Abs(p.Ours - p.Theirs) <= 200) >= 0.99 * 4563);
            foreach (var (expected, _, minute) in pairs.Where(p => p.Ours != p.Theirs))
            {
                var cause = minute.Eligible.Contains(expected) ? "another eligible print of the minute" : minute.LeftOut.Contains(expected) ? "a print that is left out" : "no print of the minute";
                causes[cause] = causes.GetValueOrDefault(cause) + 1;
            }
        }
        Assert.Equal(new() { ["a print that is left out"] = 2, ["another eligible print of the minute"] = 1317 }, new Dictionary<string, int>(causes));
        Assert.Equal(8, theirs.Count(b => ours[b.Key].Bar.Volume < b.Value.Volume));
        Assert.Equal(19, theirs.Count(b => ours[b.Key].Bar.Volume > b.Value.Volume));
        foreach (var row in await lake.RowsAsync("select distinct condition, eligible from silver.prints"))
            Assert.Equal(SaleConditions.SetsPrice((string)row[0]!), row[1]);
    }

    static async Task<Dictionary<(string, DateTime), Built>> BuildAsync(MartsLake lake, string lean)
    {
        await lake.AppendAsync("bronze.reference", "reference_raw", """
            select 'INSTRUMENT' as kind, s.id, timestamptz '2013-10-07 11:00:00+00' as event_time, timestamptz '2013-10-07 11:00:00+00' as ingest_time, 'ref' as source, s.n as sequence,
                timestamptz '2000-01-01 00:00:00+00' as valid_from, 'EQUITY' as instrument_kind, 'USD' as currency, s.venue, 1 as multiplier
            from (values ('AIG', 'XNYS', 1), ('BAC', 'XNYS', 2), ('IBM', 'XNYS', 3), ('SPY', 'ARCX', 4)) s(id, venue, n)
            """, "sequence", "id", 1);
        var folder = Directory.CreateTempSubdirectory("dartlake-ticks-").FullName;
        try
        {
            foreach (var day in days)
            {
                foreach (var symbol in symbols)
                    await File.WriteAllLinesAsync(Path.Combine(folder, $"{day:yyyyMMdd}_{symbol}.csv"),
                        Lines(Path.Combine(
                            lean, "tick", symbol, $"{day:yyyyMMdd}_trade.zip")).Select((line, number) => $"{symbol.ToUpperInvariant()},{number},{line}"));
                await lake.AppendAsync("bronze.market_data", "market_data_raw", $$"""
                    select 'PRINT' as kind, instrument, timestamptz '{{day:yyyy-MM-dd}} 04:00:00+00' + to_milliseconds(ms) as event_time, timestamptz '{{day:yyyy-MM-dd}} 04:00:00+00' + to_milliseconds(ms) as ingest_time,
                        'lean/' || instrument as source, cast({{day.DayNumber}}000000 + line as bigint) as sequence, cast(cast(units as decimal(18, 0)) * 0.0001 as decimal(18, 6)) as price, size, condition, suspicious = 1 as suspicious
                    from read_csv('{{folder}}/{{day:yyyyMMdd}}_*.csv', header = false, columns = {instrument: 'varchar', line: 'bigint', ms: 'bigint', units: 'bigint', size: 'bigint', exchange: 'varchar', condition: 'varchar', suspicious: 'integer'})
                    """, "sequence", "instrument", 2);
                var result = await lake.EndOfDayAsync(day);
                Assert.True(
                    result.Outcome == EndOfDayOutcome.Published,
                    string.Join("; ", result.Differences.Concat(result.Audits.Where(a => a.Status != "pass").Select(a => a.ToString()))));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        var rows = await lake.RowsAsync("""
            select b.instrument, epoch_us(b.minute), cast(b.open * 10000 as bigint), cast(b.high * 10000 as bigint), cast(b.low * 10000 as bigint), cast(b.close * 10000 as bigint), cast(b.volume as bigint), p.eligible, p.left_out
            from gold.ohlcv_1m b
            join (
                select instrument, date_trunc('minute', event_time) as minute,
                    string_agg(distinct cast(cast(price * 10000 as bigint) as varchar), ' ') filter (where eligible) as eligible,
                    string_agg(distinct cast(cast(price * 10000 as bigint) as varchar), ' ') filter (where not eligible) as left_out
                from silver.prints group by all
            ) p on p.instrument = b.instrument and p.minute = b.minute
            """);
        return rows.ToDictionary(
            r => ((string)r[0]!, DateTime.UnixEpoch.AddMicroseconds((long)r[1]!)),
            r => new Built(new((long)r[2]!, (long)r[3]!, (long)r[4]!, (long)r[5]!, (long)r[6]!), Prices(r[7]), Prices(r[8])));
    }

    static HashSet<long> Prices(object? text) => text is string prices ? [.. prices.Split(' ').Select(long.Parse)] : [];

    /// <summary>New York was four hours behind UTC on both days.</summary>
    static DateTime At(DateOnly day, long milliseconds) =>
        day.ToDateTime(new TimeOnly(4, 0), DateTimeKind.Utc).AddMilliseconds(milliseconds);

    static IEnumerable<string> Lines(string zip)
    {
        using var archive = ZipFile.OpenRead(zip);
        using var reader = new StreamReader(archive.Entries[0].Open());
        while (reader.ReadLine() is { } line)
            if (line.Length > 0)
                yield return line;
    }
}
