using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Planning;

namespace Dart.Lake.Sql.Execution;

/// <summary>
/// After which stage of a plan nobody reads a model's rows in memory any more: of a large day they would fill it, or the disk, to the end.
/// </summary>
internal sealed class LastUses
{
    readonly Project project;
    readonly ILookup<int, Model> after;

    public LastUses(Project project, Plan plan)
    {
        this.project = project;
        var last = new Dictionary<(DateOnly Day, string Model), int>();
        foreach (var (at, stage) in plan.Stages.Index())
            foreach (var (day, read) in ReadBy(stage))
                last[(day, read)] = at;
        after = last.Where(use => project.Models[use.Key.Model].Materialization == Materialization.Temp)
            .ToLookup(use => use.Value, use => project.Models[use.Key.Model]);
    }

    /// <summary>Models in memory that were read for the last time by the stage of that place in the plan.</summary>
    public IEnumerable<Model> After(int stage) => after[stage];

    IEnumerable<(DateOnly Day, string Model)> ReadBy(PlanStage stage) => stage switch
    {
        // one that nobody reads goes at once
        BuildStage build => Reached(project.Models[build.Model].Refs).Append(build.Model).Select(model => (build.Day, model)),
        AuditStage audit => Reached(AuditedBy(audit)).Select(model => (audit.Day, model)),
        _ => [],
    };

    IEnumerable<string> AuditedBy(AuditStage stage) => project.Models.TryGetValue(stage.Subject, out var model)
        ? model.Audits.OfType<RelationshipsAudit>().Select(a => a.To).Prepend(model.Name)
        : project.Audits.Where(a => a.Path == stage.Subject).SelectMany(a => a.Refs);

    /// <summary>Models that are read, and those behind the views among them.</summary>
    IEnumerable<string> Reached(IEnumerable<string> read) => read.Where(project.Models.ContainsKey)
        .SelectMany(name => project.Models[name].Materialization is Materialization.View or Materialization.Ephemeral
            ? Reached(project.Models[name].Refs).Prepend(name)
            : [name]);
}
