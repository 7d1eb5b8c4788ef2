using Dart.Lake.Lakehouse.Engines;

namespace Dart.Lake.Host.Output;

/// <summary>Tells on stderr how far a query is that has no rows yet, every two seconds in which that has changed.</summary>
sealed class QueryProgress : IAsyncDisposable
{
    static readonly TimeSpan interval = TimeSpan.FromSeconds(2);

    readonly PeriodicTimer timer;
    readonly Task loop;

    QueryProgress(IQueryEngine engine, TimeProvider time)
    {
        timer = new(interval, time);
        loop = SayAsync(engine);
    }

    /// <summary>Begins to tell; ends when it is disposed of.</summary>
    public static QueryProgress Watch(IQueryEngine engine, TimeProvider time) => new(engine, time);

    async Task SayAsync(IQueryEngine engine)
    {
        var said = -1;
        while (await timer.WaitForNextTickAsync())
            if (engine.Progress is { } progress && (int)progress > said)
            {
                said = (int)progress;
                Failure.Note($"{said} % of the query done");
            }
    }

    public async ValueTask DisposeAsync()
    {
        timer.Dispose();
        await loop;
    }
}
