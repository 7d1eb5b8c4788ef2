using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Tests.Runtime;

/// <summary>What is waited for is told long before the patience is over.</summary>
public class FirstWordTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A Redis that is gone may leave a call without an answer for longer than the patience.</summary>
    [Fact]
    public async Task A_Redis_is_told_of_while_its_first_call_still_waits()
    {
        var log = new First();
        var patience = new RedisPatience(TimeSpan.FromSeconds(1), TimeProvider.System, log);
        await Assert.ThrowsAsync<LakeException>(() => patience.BearAsync<bool>(async () =>
        {
            // without a word it never ends
            await log.Told.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
            throw LakeException.Unavailable("gone");
        }, Cancel));
        Assert.StartsWith("the Redis has not answered for 0.3 seconds; waiting 1 seconds for it", await log.Told, StringComparison.Ordinal);
    }

    /// <summary>The client gives a call up after ten seconds, the whole of this patience.</summary>
    [Fact]
    public async Task Brokers_are_told_of_before_a_third_of_the_patience_is_over()
    {
        var (log, topic, patience) = (new First(), new TopicDefinition("t", 1), TimeSpan.FromSeconds(12));
        using var cluster = InProcessCluster.Start([topic], patience);
        var settings = cluster.Settings with { InProcess = false };
        using var admin = new KafkaAdmin(settings);
        using var consumer = new BatchConsumer(settings, "test", [topic.Name]);
        var watch = new LogWatch(new(), admin, consumer, [topic.Name], TimeProvider.System, log);
        await watch.BeginAsync(Cancel);
        cluster.Dispose();
        var lost = TimeProvider.System.GetTimestamp();
        while (!log.Told.IsCompleted)
        {
            var looking = watch.LookAsync(Cancel);
            await Task.WhenAny(looking, log.Told);
            if (!log.Told.IsCompleted)
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }
        var took = TimeProvider.System.GetElapsedTime(lost);
        Assert.True(took < patience / 2, $"the first word came after {took}");
        Assert.Contains(settings.Brokers, await log.Told, StringComparison.Ordinal);
    }

    /// <summary>Of a new lake nothing is told; of one that has lost a table, which table.</summary>
    [Fact]
    public async Task A_table_that_was_dropped_is_told_of_before_it_is_made_again()
    {
        await using var lake = await Hot.HotLake.OpenAsync();
        var log = new First();
        string[] tables = [Topics.Trades.Table, Topics.Reference.Table];
        await StreamedTables.TellMissingAsync(lake.Lake.Catalog, tables, log, Cancel);
        Assert.False(log.Told.IsCompleted);
        await lake.ReferencesAsync([]);
        await StreamedTables.TellMissingAsync(lake.Lake.Catalog, tables, log, Cancel);
        Assert.StartsWith("bronze.trades is not in the catalog, while other tables of this job are: if it was there it was dropped", await log.Told, StringComparison.Ordinal);
    }

    /// <summary>Takes the first thing that is logged.</summary>
    sealed class First : ILogger
    {
        readonly TaskCompletionSource<string> told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Told => told.Task;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            told.TrySetResult(formatter(state, exception));
    }
}
