using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;

namespace Dart.Lake.Lakehouse.Tests.Engines;

/// <summary>DuckDB over an embedded lake keeps what every engine keeps.</summary>
public sealed class DuckDbConformanceTests(DuckDbConformanceTests.Place place)
    : QueryEngineConformance, IClassFixture<DuckDbConformanceTests.Place>
{
    protected override ConformanceLake Lake => place.Lake;

    protected override async Task<IQueryEngine> OpenAsync(string? asOf = null) =>
        await LakeSession.OpenNamedAsync(place.Engine, Lake.Lake.Catalog, Lake.Lake.Scan, asOf, CancellationToken.None);

    /// <summary>A session works on one statement, and the suite asks the next one of it.</summary>
    protected override Task<bool> RunsAsync(string text) => Task.FromResult(false);

    /// <summary>The lake and the DuckDB of the class.</summary>
    public sealed class Place : IAsyncLifetime
    {
        readonly string folder = Directory.CreateTempSubdirectory("dartlake-conformance-").FullName;

        public DuckDbEngine Engine { get; } = DuckDbEngine.Open(new() { Threads = 1, MemoryLimitBytes = 1L << 30 });

        public ConformanceLake Lake { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Lake = await ConformanceLake.MakeAsync(folder);

        public async ValueTask DisposeAsync()
        {
            await Engine.DisposeAsync();
            await Lake.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
