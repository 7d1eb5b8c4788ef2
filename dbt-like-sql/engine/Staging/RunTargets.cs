using Dart.Lake.Lakehouse.Staging;

namespace Dart.Lake.Sql.Staging;

/// <summary>Which engines build the models of runs.</summary>
/// <param name="Embedded">Builds what no other is named for, and models that need functions of ours.</param>
/// <param name="Ids">Draws names of staging tables.</param>
public sealed record RunTargets(RunEngine Embedded, IdSource Ids)
{
    /// <summary>The engine of a layer (silver, gold); of a layer that is not here the embedded one.</summary>
    public IReadOnlyDictionary<string, TargetEngine> Layers { get; init; } = new Dictionary<string, TargetEngine>(StringComparer.Ordinal);

    /// <summary>How long a statement of another engine may take, by this clock.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromHours(1);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Who is asked about a lake's tables outside of a run: who builds the first layer. It keeps and writes nothing.</summary>
    public RunEngine Asked(Lake lake) => Layers.TryGetValue(RunEngines.Layers[0], out var target)
        ? new RemoteEngine(lake, target, new StagingTables(lake, "", Ids), new SharedFiles()).Doors().Within(Limit, Time)
        : Embedded;

    /// <summary>One engine that builds all.</summary>
    public static RunTargets Of(RunEngine embedded) => new(embedded, IdSource.System);
}
