using Dart.Lake.Lakehouse.Engines.DuckDb;

namespace Dart.Lake.Lakehouse.Tests.Engines;

/// <summary>One DuckDB and one session for the tests of a class.</summary>
public sealed class DuckDbFixture : IAsyncLifetime
{
    public DuckDbFixture() => Session = Engine.OpenSession();

    public DuckDbEngine Engine { get; } = DuckDbEngine.Open(new() { Threads = 2, MemoryLimitBytes = 1L << 30 });

    public DuckDbSession Session { get; }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await Engine.DisposeAsync();
    }
}
