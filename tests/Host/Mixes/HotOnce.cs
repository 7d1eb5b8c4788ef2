using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Host.Tests.Mixes;

/// <summary>A hot job on an empty store, until it has cut a day and taken everything; then it is stopped.</summary>
static class HotOnce
{
    static readonly TimeSpan limit = TimeSpan.FromSeconds(90);

    /// <summary>All hashes as lines, without the times of the newest rows.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(
        Lake lake, DuckDbEngine engine, string brokers, DateOnly day, CancellationToken cancel)
    {
        using var garnet = EmbeddedGarnet.Start(IdSource.System);
        await using var store = await RedisStore.ConnectAsync(garnet.Settings, TimeProvider.System, IdSource.System, cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var settings = new HotSettings
        {
            Kafka = new() { Brokers = brokers, Patience = TimeSpan.FromMinutes(1) },
            FlushInterval = TimeSpan.FromMilliseconds(20),
            MaxHeldRows = 1_000_000,
            CutGrace = TimeSpan.FromHours(3),
            IdleLimit = TimeSpan.FromSeconds(30),
            Patience = TimeSpan.FromMinutes(1),
        };
        var registry = new FileSchemaRegistry(Path.Combine(lake.DataDir, "registry"), TimeProvider.System);
        var job = HotJob.RunAsync(settings, lake, engine, registry, store, TimeProvider.System, IdSource.System, NullLogger.Instance, p =>
        {
            if (p.Closed == day && p.Lag == 0)
                done.TrySetResult();
        }, stop.Token);
        var first = await Task.WhenAny(job, done.Task, Task.Delay(limit, TimeProvider.System, cancel));
        Assert.True(first == done.Task, job.IsFaulted ? $"the hot job has ended: {job.Exception}" : $"hot has not cut {day:yyyy-MM-dd} within {limit}");
        await stop.CancelAsync();
        try
        {
            await job;
        }
        catch (OperationCanceledException)
        {
            // that is what was asked
        }
        var lines = new List<string>();
        foreach (var prefix in new[] { HotKeys.PnlPrefix, HotKeys.PositionPrefix, HotKeys.PricePrefix })
            lines.AddRange((await store.ReadAsync(prefix, cancel)).Select(Line));
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    public static string Line(HotHash hash) =>
        $"{hash.Key} {string.Join(' ', hash.Fields.Where(f => f.Value is not null && f.Key != "ts")
            .OrderBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => $"{f.Key}={f.Value}"))}";
}
