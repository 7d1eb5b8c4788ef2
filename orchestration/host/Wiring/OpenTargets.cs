using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Host.Wiring;

/// <summary>The engines of others that build the models of a run, by layer; closed when they are disposed of.</summary>
sealed class OpenTargets : IAsyncDisposable
{
    readonly IReadOnlyList<TargetEngine> opened;

    OpenTargets(IReadOnlyDictionary<string, TargetEngine> layers) =>
        (Layers, opened) = (layers, [.. layers.Values.Distinct()]);

    public IReadOnlyDictionary<string, TargetEngine> Layers { get; }

    /// <param name="composition">Its settings name the engines.</param>
    /// <param name="target">Who builds all layers; null: as the settings say.</param>
    /// <exception cref="LakeException">Invalid: an engine that the settings do not know.</exception>
    public static OpenTargets Open(Composition composition, string? target)
    {
        var settings = composition.Settings.Targets;
        var engines = new Dictionary<string, TargetEngine?>(StringComparer.Ordinal);
        var layers = new Dictionary<string, TargetEngine>(StringComparer.Ordinal);
        foreach (var (layer, named) in new[] { ("silver", settings.Silver), ("gold", settings.Gold) })
        {
            var name = target ?? named;
            if (!engines.TryGetValue(name, out var engine))
                engines[name] = engine = composition.Target(name);
            if (engine is not null)
                layers[layer] = engine;
        }
        return new(layers);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in opened)
            await engine.Engine.DisposeAsync();
    }
}
