using Dapper;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

public class LedgerTests
{
    /// <summary>An empty lake of the shape that these tests are about.</summary>
    private protected virtual Task<TempLake> OpenAsync(TimeProvider? time = null) => TempLake.OpenAsync(time: time);

    static readonly DateTimeOffset start = new(2026, 11, 25, 1, 2, 3, 456, 789, TimeSpan.Zero);

    [Fact]
    public async Task Runs_and_stages_are_kept_and_replaced_by_their_key()
    {
        await using var lake = await OpenAsync();
        var ledger = lake.Lake.Ledger;
        var run = new Run { RunId = "r1", Kind = "eod", TradeDate = new(2026, 11, 24), Status = "running", StartedAt = start, Inputs = """{"bronze.trades":1}""" };
        await ledger.SaveRunAsync(run, CancellationToken.None);
        await ledger.SaveRunAsync(
            run with { RunId = "r2", Kind = "demo", TradeDate = null, StartedAt = start.AddSeconds(1) }, CancellationToken.None);
        var done = run with { Status = "failed", EndedAt = start.AddMinutes(1), Error = "an audit failed" };
        await ledger.SaveRunAsync(done, CancellationToken.None);
        Assert.Equal(done, await ledger.FindRunAsync("r1", CancellationToken.None));
        Assert.Null(await ledger.FindRunAsync("r3", CancellationToken.None));
        Assert.Equal(["r2", "r1"], (await ledger.ListRunsAsync(null, null, 10, CancellationToken.None)).Select(r => r.RunId));
        Assert.Equal(["r1"], (await ledger.ListRunsAsync("eod", new(2026, 11, 24), 10, CancellationToken.None)).Select(r => r.RunId));

        await ledger.SaveStageAsync(new("r1", 2, "gold", "running", start), CancellationToken.None);
        await ledger.SaveStageAsync(new("r1", 1, "silver", "succeeded", start, start, 5), CancellationToken.None);
        await ledger.SaveStageAsync(new("r1", 2, "gold", "failed", start, start, null, "m"), CancellationToken.None);
        Assert.Equal(
            [new Stage("r1", 1, "silver", "succeeded", start, start, 5), new("r1", 2, "gold", "failed", start, start, null, "m")],
            await ledger.ListStagesAsync("r1", CancellationToken.None));
    }

    [Fact]
    public async Task A_run_that_is_not_renewed_any_more_was_killed_and_one_that_lives_is_never_marked()
    {
        var time = new FakeTimeProvider(start);
        await using var lake = await OpenAsync(time: time);
        await using var other = await lake.ReopenAsync(2, time);
        var (ledger, cancel) = (lake.Lake.Ledger, CancellationToken.None);
        Run Of(string id, string kind = "eod") =>
            new() { RunId = id, Kind = kind, TradeDate = new(2026, 11, 24), Status = Run.Running, StartedAt = time.GetUtcNow() };
        await ledger.BeginRunAsync(Of("dead"), cancel);
        await ledger.BeginRunAsync(Of("alive"), cancel);
        await ledger.BeginRunAsync(Of("by hand", "run"), cancel);
        time.Advance(Ledger.RunLimit - TimeSpan.FromSeconds(1));
        await ledger.RenewRunAsync("alive", cancel);
        Assert.All(await ledger.ListRunsAsync(null, null, 9, cancel), run => Assert.Equal(Run.Running, run.Status));

        time.Advance(TimeSpan.FromSeconds(1));
        const string Error = "its process ended without a word, last seen 2026-11-25 01:02:03Z; it published nothing";
        Run Dead(string id, string kind) => Of(id, kind) with { StartedAt = start, Status = Run.Killed, EndedAt = start, Error = Error };
        var dead = Dead("dead", "eod");
        Assert.Equal([Of("alive") with { StartedAt = start }, Dead("by hand", "run"), dead], await other.Lake.Ledger.ListRunsAsync(null, null, 9, cancel));
        Assert.Equal(dead, await other.Lake.Ledger.FindRunAsync("dead", cancel));

        // whoever begins a run of the kind writes it down, of that kind alone
        await other.Lake.Ledger.BeginRunAsync(Of("next"), cancel);
        Assert.Equal(["alive running", "by hand running", "dead killed", "next running"], Rows(lake));

        // a machine that slept: what was taken for killed goes on, and ends with its own word
        await ledger.RenewRunAsync("dead", cancel);
        Assert.Equal(Of("dead") with { StartedAt = start }, await ledger.FindRunAsync("dead", cancel));
        var done = dead with { Status = "succeeded", EndedAt = time.GetUtcNow(), Error = null };
        await ledger.SaveRunAsync(done, cancel);
        await ledger.RenewRunAsync("dead", cancel);
        time.Advance(Ledger.RunLimit);
        Assert.Equal(done, await ledger.FindRunAsync("dead", cancel));
        Assert.Null(await ledger.FindLeaseAsync("run:dead", cancel));
    }

    static IEnumerable<string> Rows(TempLake lake) =>
        lake.Lake.Database.Read(connection => connection.Query<string>("SELECT run_id || ' ' || status FROM runs ORDER BY run_id").ToList());

    [Fact]
    public async Task A_run_of_before_runs_were_renewed_and_a_publication_of_a_killed_one_are_told()
    {
        await using var lake = await OpenAsync();
        var ledger = lake.Lake.Ledger;
        await ledger.SaveRunAsync(new Run { RunId = "r1", Kind = "eod", Status = Run.Running, StartedAt = start }, CancellationToken.None);
        Assert.Equal(
            (Run.Killed, null, "its process ended without a word; it published nothing"),
            await ledger.FindRunAsync("r1", CancellationToken.None) is { } run ? (run.Status, run.EndedAt, run.Error) : default);
        await lake.Lake.Database.WriteAsync(connection => connection.Execute(
            "INSERT INTO publications (run_id, kind, body, at) VALUES ('r1', 'eod', '{}', 0)"), CancellationToken.None);
        Assert.Equal(
            "its process ended without a word; what it published stands",
            (await ledger.FindRunAsync("r1", CancellationToken.None))!.Error);
    }

    [Fact]
    public async Task A_lease_is_taken_over_with_a_higher_epoch_when_its_holder_was_silent_for_ten_seconds()
    {
        var time = new FakeTimeProvider(start);
        await using var lake = await OpenAsync(time: time);
        var ledger = lake.Lake.Ledger;
        var first = await ledger.AcquireEpochAsync("hot", "a", CancellationToken.None);
        Assert.Equal(1, first!.Epoch);
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Null(await ledger.AcquireEpochAsync("hot", "b", CancellationToken.None));
        Assert.True(await ledger.RenewAsync(first, CancellationToken.None));
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Null(await ledger.AcquireEpochAsync("hot", "b", CancellationToken.None));
        time.Advance(TimeSpan.FromSeconds(0.1));
        var second = await ledger.AcquireEpochAsync("hot", "b", CancellationToken.None);
        Assert.Equal(2, second!.Epoch);
        Assert.False(await ledger.RenewAsync(first, CancellationToken.None));
        await ledger.ReleaseAsync(first, CancellationToken.None);
        Assert.Null(await ledger.AcquireEpochAsync("hot", "a", CancellationToken.None));
        await ledger.ReleaseAsync(second, CancellationToken.None);
        Assert.Equal(3, (await ledger.AcquireEpochAsync("hot", "a", CancellationToken.None))!.Epoch);
        Assert.Equal(4, (await ledger.AcquireEpochAsync("hot", "a", CancellationToken.None))!.Epoch);
    }

    [Fact]
    public async Task Racing_holders_of_two_openings_get_one_lease()
    {
        await using var lake = await OpenAsync();
        await using var other = await lake.ReopenAsync(2);
        var leases = await Task.WhenAll(Enumerable
            .Range(0, 20)
            .Select(i => Task.Run(() => (i % 2 == 0 ? lake : other).Lake.Ledger.AcquireEpochAsync("hot", $"h{i}", CancellationToken.None))));
        Assert.Single(leases, l => l is not null);
    }
}
