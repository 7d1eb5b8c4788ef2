using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Orchestration;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>Who looks into the ledger can tell a run that goes on from one whose process is gone.</summary>
public class LivingRunTests
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_run_counts_as_alive_however_long_it_takes_and_as_killed_when_nobody_renews_it()
    {
        var clock = new FakeTimeProvider(new(2026, 9, 25, 0, 0, 0, TimeSpan.Zero));
        var folder = Directory.CreateTempSubdirectory("dartlake-run-").FullName;
        await using (var lake = await Lake.OpenAsync(folder, clock, IdSource.Seeded(1), CancellationToken.None))
        {
            var run = new Run { RunId = "r1", Kind = "eod", Status = Run.Running, StartedAt = clock.GetUtcNow() };
            await using (await LivingRun.BeginAsync(lake.Ledger, run, clock, CancellationToken.None))
                for (var passed = TimeSpan.Zero; passed < 2 * Ledger.RunLimit; passed += TimeSpan.FromSeconds(3))
                {
                    clock.Advance(TimeSpan.FromSeconds(3));
                    await RenewedAsync(lake.Ledger, clock.GetUtcNow());
                    Assert.Equal(run, await lake.Ledger.FindRunAsync("r1", CancellationToken.None));
                }

            clock.Advance(Ledger.RunLimit);
            Assert.Equal(Run.Killed, (await lake.Ledger.FindRunAsync("r1", CancellationToken.None))!.Status);
        }
        Directory.Delete(folder, recursive: true);
    }

    static async Task RenewedAsync(Ledger ledger, DateTimeOffset now)
    {
        var began = TimeProvider.System.GetTimestamp();
        while ((await ledger.FindLeaseAsync("run:r1", CancellationToken.None))!.RenewedAt != now)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < patience, "the run was not renewed");
            await Task.Yield();
        }
    }
}
