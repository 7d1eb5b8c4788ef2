using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>What a hot job works with; see <see cref="HotJob.RunAsync"/>.</summary>
sealed record HotParts(
    HotSettings Settings,
    Lake Lake,
    DuckDbEngine Engine,
    ISchemaRegistry Registry,
    RedisStore Store,
    TimeProvider Time,
    IdSource Ids,
    ILogger Log);
