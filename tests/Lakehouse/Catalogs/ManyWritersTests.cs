using System.Diagnostics;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

/// <summary>
/// Sixteen writers that share nothing but the catalog and the bucket commit to one table, each once a second, and each PUT takes a tenth of
/// a second longer than it does.
/// </summary>
public sealed class ManyWritersTests(SharedLakes lakes, ITestOutputHelper output) : IClassFixture<SharedLakes>
{
    const int Writers = 16;
    static readonly TableIdent trades = new("bronze", "trades");
    static readonly TimeSpan slower = TimeSpan.FromMilliseconds(100), cadence = TimeSpan.FromSeconds(1);

    /// <summary>In a test that is full: on a quiet machine.</summary>
    static readonly TimeSpan mostAtP99 = TimeSpan.FromSeconds(2.5);

    [Fact]
    public async Task No_commit_runs_out_of_retries_and_none_waits_long()
    {
        await using var slow = await lakes.BehindProxyAsync(
            line => line.StartsWith("PUT ", StringComparison.Ordinal) ? new() { Delay = slower } : Fault.None);
        var writers = new List<TempLake>();
        try
        {
            for (var i = 0; i < Writers; i++)
                writers.Add(await TempLake.OpenAsync(slow.NewPlace(), seed: i + 1, time: null));
            await writers[0].Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
            using var end = new CancellationTokenSource(TimeSpan.FromSeconds(TestSize.IsFull ? 60 : 8));
            var each = await Task.WhenAll(writers.Select((writer, i) => Task.Run(() => WriteAsync(writer, i, end.Token))));
            var times = each.SelectMany(t => t).Order().ToList();
            var p99 = times[(int)Math.Ceiling(times.Count * 0.99) - 1];
            var (half, most) = (times[times.Count / 2].TotalMilliseconds, times[^1].TotalMilliseconds);
            output.WriteLine($"{times.Count} commits: p50 {half:0} ms, p99 {p99.TotalMilliseconds:0} ms, most {most:0} ms");
            var table = await writers[^1].LoadAsync(trades);
            Assert.Equal(times.Count, (await writers[^1].PlanAsync(table)).Files.Count);
            Assert.True(times.Count > Writers);
            if (TestSize.IsFull)
                Assert.True(p99 <= mostAtP99, $"p99 {p99}");
        }
        finally
        {
            foreach (var writer in writers)
                await writer.DisposeAsync();
        }
    }

    static async Task<List<TimeSpan>> WriteAsync(TempLake lake, int writer, CancellationToken end)
    {
        var times = new List<TimeSpan>();
        while (!end.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, $"{writer}-{times.Count}")] });
            times.Add(Stopwatch.GetElapsedTime(begun));
            if (cadence - times[^1] is { Ticks: > 0 } rest)
                await Task.Delay(rest, TimeProvider.System, CancellationToken.None);
        }
        return times;
    }
}
