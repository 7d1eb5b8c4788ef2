namespace Dart.Lake.Sql.Tests.Models;

/// <summary>Copies of market data: however many there are of a record, and wherever its sequence number lies.</summary>
public sealed class MarketCopiesTests
{
    /// <summary>
    /// Sequence and how many copies: numbers with the same last bits, dense neighbours, both ends of 64 bits, and negative ones.
    /// </summary>
    static readonly (long Sequence, int Copies)[] sent =
    [
        (0, 2), (1, 1), (63, 2), (64, 1), (127, 3), (128, 4), (129, 2), (192, 5), (193, 1),
        (256, 2), (300, 1), (320, 3), (321, 3), (384, 4), (385, 3),
        (-1, 2), (-64, 1), (-65, 3), (-70, 1), (long.MaxValue, 2), (long.MinValue, 2), (long.MinValue + 1, 1),
    ];

    [Fact]
    public async Task Each_record_counts_once_and_what_says_something_else_is_quarantined()
    {
        await using var lake = await MartsLake.OpenAsync();
        await lake.AppendAsync("bronze.reference", "reference_raw", TwoDays.Reference, "sequence", "id", 1);
        var rows = string.Join(", ", sent.SelectMany(s => Enumerable.Range(0, s.Copies).Select(copy => $"({s.Sequence}, {copy}, {s.Copies})")));
        // the last of three or more copies is another record, and another feed has the same numbers once
        await lake.AppendAsync("bronze.market_data", "market_data_raw", $"""
            select 'QUOTE' as kind, 'I0' as instrument, timestamptz '2026-09-18 15:00:00+00' as event_time, timestamptz '2026-09-18 15:00:01+00' as ingest_time, f.source, s.sequence, 'XNAS' as venue,
                cast(100 as decimal(18, 6)) as bid, cast(case when s.copies > 2 and s.copy = s.copies - 1 then 102 else 101 end as decimal(18, 6)) as ask, s.copy
            from (values {rows}) s(sequence, copy, copies) join (values ('feed'), ('other')) f(source) on f.source = 'feed' or s.copy = 0
            """, "copy, sequence", "sequence", 4);
        await lake.AppendAsync("bronze.market_data", "market_data_raw", TwoDays.Marks(TwoDays.Friday), "sequence", "instrument", 1);
        var result = await lake.EndOfDayAsync(TwoDays.Friday);
        Assert.True(result.Outcome == Orchestration.EndOfDayOutcome.Published, string.Join("; ", result.Differences));
        var quotes = await lake.RowsAsync("select source, sequence, ask from silver.quotes order by source, sequence");
        Assert.Equal(
            new[] { "feed", "other" }.SelectMany(source => sent.Select(s => (source, s.Sequence)).Order()),
            quotes.Select(q => ((string)q[0]!, (long)q[1]!)));
        Assert.All(quotes, q => Assert.Equal(101m, Convert.ToDecimal(q[2], System.Globalization.CultureInfo.InvariantCulture)));
        var conflicts = await lake.RowsAsync("select sequence from silver.quarantine where rule = 'conflicting_duplicate' and source = 'feed' order by sequence");
        Assert.Equal(sent.Where(s => s.Copies > 2).Select(s => s.Sequence).Order(), conflicts.Select(c => (long)c[0]!));
    }
}
