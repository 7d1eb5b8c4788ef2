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
