using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Staging;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Sql.Staging;

/// <summary>The engines of one run, which all see the same relations, and who of them builds and audits what.</summary>
internal sealed class RunEngines
{
    /// <summary>The layers that an engine can be named for, in the order in which they are built.</summary>
    public static readonly IReadOnlyList<string> Layers = ["silver", "gold"];

    readonly Dictionary<string, RunEngine> layers = new(StringComparer.Ordinal);

    readonly bool asksEmbedded;

    RunEngines(RunEngine embedded, StagingTables? staging, bool asksEmbedded) =>
        (Embedded, Staging, this.asksEmbedded) = (embedded, staging, asksEmbedded);

    public RunEngine Embedded { get; }

    /// <summary>Where engines of others leave their rows; null: there are none.</summary>
    public StagingTables? Staging { get; }

    /// <summary>Those that the run asks something.</summary>
    public IEnumerable<RunEngine> All => (asksEmbedded ? layers.Values.Prepend(Embedded) : layers.Values).Distinct();

    /// <param name="lake">Where tables are read and written.</param>
    /// <param name="targets">The engines that there are.</param>
    /// <param name="runId">Names what others leave.</param>
    /// <param name="asksEmbedded">Whether something of the run is for the embedded engine, whoever builds the layers.</param>
    public static RunEngines Of(Lake lake, RunTargets targets, string runId, bool asksEmbedded)
    {
        if (targets.Layers.Count == 0)
            return new(targets.Embedded, null, true);
        var (staging, shared) = (new StagingTables(lake, runId, targets.Ids), new SharedFiles());
        var engines = new RunEngines(
            Sharing(targets.Embedded, staging, shared), staging, asksEmbedded || !Layers.All(targets.Layers.ContainsKey));
        var doors = targets.Layers.Values.Distinct().ToDictionary(
            t => t, t => new RemoteEngine(lake, t, staging, shared).Doors().Within(targets.Limit, targets.Time));
        foreach (var (layer, target) in targets.Layers)
            engines.layers[layer] = doors[target];
        return engines;
    }

    /// <summary>What the embedded engine writes is in a staging table, too, for the others to read.</summary>
    static RunEngine Sharing(RunEngine embedded, StagingTables staging, SharedFiles shared) => embedded with
    {
        Export = async (sql, contract, location, only, cancel) =>
        {
            var files = await embedded.Export(sql, contract, location, only, cancel);
            if (files.Count > 0)
                shared.Add(await staging.ShareAsync(contract.Name.Replace('.', '_'), contract.ToDefinition(), files, cancel));
            return files;
        },
    };

    /// <summary>Who builds a layer; namespaces of a project of one's own are built after gold, and so are they here.</summary>
    public RunEngine Of(string layer) =>
        layers.GetValueOrDefault(Layers.Contains(layer, StringComparer.Ordinal) ? layer : Layers[^1], Embedded);

    /// <summary>Who builds a model, and audits it.</summary>
    /// <exception cref="LakeException">Invalid: it wants an engine that the run has not.</exception>
    public RunEngine Of(Model model) => model.Engine is null ? Of(model.Layer)
        : layers.Values.Prepend(Embedded).FirstOrDefault(e => e.Dialect == model.Engine) ?? throw LakeException.Invalid(
            $"{model.Path}: engine: only {model.Engine} builds it, and the run's engines are {string.Join(", ", layers.Values.Prepend(Embedded).Select(e => e.Dialect.Name).Distinct())}");

    /// <summary>Who asks an audit that is a query of its own: who builds the last layer that it reads.</summary>
    public RunEngine Of(SingularAudit audit, Project project) =>
        Of(Layers.LastOrDefault(layer => audit.Refs.Any(r => project.Models.GetValueOrDefault(r)?.Layer == layer)) ?? Layers[0]);
}
