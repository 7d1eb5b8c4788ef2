using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.Trino;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>A real Trino over an embedded lake's catalog keeps what every engine keeps.</summary>
[Collection(TrinoPlaceTests.Name)]
public sealed class TrinoConformanceTests(TrinoPlace place) : WritingEngineConformance
{
    protected override ConformanceLake Lake => place.Lake;

    protected override async Task<IQueryEngine> OpenAsync(string? asOf = null) => await TrinoEngine.OpenNamedAsync(
        await place.SettingsAsync(), TimeProvider.System, Lake.Lake.Catalog, Lake.Lake.Scan, asOf, CancellationToken.None);

    protected override Task<bool> RunsAsync(string text) => place.RunsAsync(text);
}
