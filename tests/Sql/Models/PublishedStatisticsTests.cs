using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration;
using Dart.Lake.Sql.Execution;

namespace Dart.Lake.Sql.Tests.Models;

/// <summary>Statistics after a publication, and that nothing of the day hangs on them.</summary>
public sealed class PublishedStatisticsTests
{
    static readonly DateOnly day = new(2026, 9, 21);

    [Fact]
    public async Task What_a_day_has_published_has_statistics_of_its_snapshot_and_bronze_has_none()
    {
        await using var lake = await MartsLake.OpenAsync();
        await TradeAsync(lake, 1);
        var result = await lake.EndOfDayAsync(day, lake.Duck);
        Assert.Equal(EndOfDayOutcome.Published, result.Outcome);
        Assert.Contains("statistics", result.Seconds.Keys);
        Assert.DoesNotContain(result.Remarks, remark => remark.Contains("statistics", StringComparison.Ordinal));
        var tables = (await lake.Lake.Catalog.SurveyAsync(CancellationToken.None)).Tables.Values
            .Where(t => t.Metadata.CurrentSnapshot?.Summary.GetValueOrDefault("total-records", "0") != "0")
            .ToLookup(t => t.Ident.Namespace is "silver" or "gold");
        Assert.NotEmpty(tables[true]);
        Assert.All(tables[true], t => Assert.Equal(
            t.Metadata.CurrentSnapshotId, Assert.Single(t.Metadata.Statistics).GetProperty("snapshot-id").GetInt64()));
        Assert.All(tables[false], t => Assert.Empty(t.Metadata.Statistics));
        Assert.Equal(EndOfDayOutcome.NothingToDo, (await lake.EndOfDayAsync(day, lake.Duck)).Outcome);
    }

    [Fact]
    public async Task A_day_whose_statistics_cannot_be_made_is_published_and_says_so()
    {
        await using var lake = await MartsLake.OpenAsync();
        await TradeAsync(lake, 1);
        var closed = DuckDbEngine.Open(lake.Duck.Options);
        await closed.DisposeAsync();
        var result = await lake.EndOfDayAsync(day, closed);
        Assert.Equal(EndOfDayOutcome.Published, result.Outcome);
        Assert.Contains(result.Remarks, remark => remark.Contains("no statistics", StringComparison.Ordinal));
        var run = Assert.Single(await lake.Lake.Ledger.ListRunsAsync(null, null, 10, CancellationToken.None));
        Assert.Equal("succeeded", run.Status);
        Assert.Contains("no statistics", run.Outputs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_takes_longer_than_a_query_may_has_no_statistics_and_the_day_is_published()
    {
        await using var lake = await MartsLake.OpenAsync();
        await TradeAsync(lake, 1);
        var result = await lake.EndOfDayAsync(day, lake.Duck, limit: TimeSpan.Zero);
        Assert.Equal(EndOfDayOutcome.Published, result.Outcome);
        Assert.Contains(result.Remarks, remark => remark.StartsWith("no statistics of silver.trades: it takes longer than 0 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Statistics_that_are_made_are_not_said_to_be_missing_when_only_their_stage_cannot_be_booked()
    {
        await using var lake = await MartsLake.OpenAsync();
        await TradeAsync(lake, 1);
        using var stop = new CancellationTokenSource();
        var result = await lake.EndOfDayAsync(day, lake.Duck, progress: new StopAt("statistics", stop), cancel: stop.Token);
        Assert.Equal(EndOfDayOutcome.Published, result.Outcome);
        Assert.DoesNotContain(result.Remarks, remark => remark.Contains("no statistics", StringComparison.Ordinal));
        Assert.Contains(result.Remarks, remark => remark.Contains("their stage is not in the ledger: stopped", StringComparison.Ordinal));
        var trades = await lake.Lake.Catalog.TryLoadAsync(TableIdent.Parse("silver.trades"), CancellationToken.None);
        Assert.Single(trades!.Metadata.Statistics);
    }

    /// <summary>Stops a run when a stage has ended, before it is booked.</summary>
    sealed class StopAt(string stage, CancellationTokenSource stop) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            if (value.Layer == stage)
                stop.Cancel();
        }
    }

    static async Task TradeAsync(MartsLake lake, int sequence)
    {
        const string at = "timestamptz '2026-09-21 11:00:00+00'";
        await lake.AppendAsync("bronze.reference", "reference_raw", $"""
            select kind, id, {at} as event_time, {at} as ingest_time, 'ref' as source, n::bigint as sequence, timestamptz '2000-01-01 00:00:00+00' as valid_from,
                instrument_kind, 'USD' as currency, 'XNYS' as venue, desk
            from (values ('INSTRUMENT', 'I1', 1, 'EQUITY', null), ('ACCOUNT', 'A1', 2, null, 'D')) r(kind, id, n, instrument_kind, desk)
            """, "sequence", "id", 1);
        await lake.AppendAsync("bronze.trades", "trades_raw", $"""
            select 'NEW' as kind, 'A1' as account, 'I1' as instrument, timestamptz '2026-09-21 14:00:00+00' as event_time,
                timestamptz '2026-09-21 14:01:00+00' as ingest_time, 'oms' as source, {sequence}::bigint as sequence, 'BUY' as side,
                10::decimal(18, 6) as price, 10::decimal(18, 4) as quantity, 0::decimal(18, 6) as fee, 'USD' as currency, 'XNYS' as venue
            """, "sequence", "account", 1);
        await lake.AppendAsync("bronze.market_data", "market_data_raw", """
            select 'MARK' as kind, 'I1' as instrument, timestamptz '2026-09-21 20:01:00+00' as event_time,
                timestamptz '2026-09-21 20:01:00+00' as ingest_time, 'feed' as source, 1::bigint as sequence, 11::decimal(18, 6) as price, 'XNYS' as venue
            """, "sequence", "instrument", 1);
    }
}
