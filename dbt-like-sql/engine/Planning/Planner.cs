using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Graph;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Planning;

/// <summary>A pure function from a project and the days wanted to a plan.</summary>
public static class Planner
{
    /// <summary>
    /// Day by day, each model after what it reads and its audits right after it; an audit of several models comes after the last of them;
    /// publication at the end. Who builds gold builds its reconciliation. Steps that a selected model reads and no table keeps are built
    /// with it. Only a run of every model of the platform brings the venues' sessions: a version of the calendars says the same whenever it
    /// is asked, so a part of the models leaves them as the end of the day published them.
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="days">The days to build, each once; built in their order.</param>
    /// <param name="select">Selectors; empty: all.</param>
    /// <param name="exclude">Selectors of what is left out.</param>
    /// <param name="tags">Tags that the publication sets.</param>
    public static Plan Plan(
        Project project,
        IReadOnlyList<DateOnly> days,
        IReadOnlyList<string> select,
        IReadOnlyList<string> exclude,
        IReadOnlyList<string> tags)
    {
        var graph = new ModelGraph(project);
        var chosen = Selector.Select(project, graph, select, exclude);
        chosen = Reconciled(project, chosen);
        var audits = project.Audits.Where(a => a.Refs.Any(chosen.Contains)).ToList();
        var steps = Steps(project, graph, chosen.SelectMany(graph.Parents).Concat(audits.SelectMany(a => a.Refs)));
        chosen = [.. graph.Order.Where(name => chosen.Contains(name) || steps.Contains(name))];
        var stages = new List<PlanStage>();
        foreach (var day in days.Distinct().Order())
        {
            if (project.IsPlatform && chosen.Count == project.Models.Count)
                stages.Add(new BringStage(day, NativeTables.Sessions.ToString()));
            stages.AddRange(OfDay(project, chosen, audits, day));
        }
        var tables = stages.SelectMany(stage => Written(project, stage)).ToHashSet(StringComparer.Ordinal);
        return new(tables.Count == 0 ? stages : [.. stages, new PublishStage([.. tables.Order(StringComparer.Ordinal)], tags)]);
    }

    /// <summary>Gold is not published before it is reconciled, so who builds some of it builds that model too.</summary>
    static IReadOnlyList<string> Reconciled(Project project, IReadOnlyList<string> chosen) =>
        project.HasModel(Project.Reconciliation) && chosen.Any(project.IsGold)
            ? [.. chosen.Union([Project.Reconciliation])]
            : chosen;

    /// <summary>
    /// Only the audits of the selected models, on what is published of a day; steps that an audit reads and no table keeps are built
    /// for it.
    /// </summary>
    public static Plan Audit(Project project, DateOnly day, IReadOnlyList<string> select, IReadOnlyList<string> exclude)
    {
        var graph = new ModelGraph(project);
        var chosen = Selector.Select(project, graph, select, exclude);
        var singular = project.Audits.Where(a => a.Refs.Count == 0 || a.Refs.Any(chosen.Contains)).ToList();
        var audited = chosen.Where(name => project.Models[name].Audits.Count > 0).ToList();
        var steps = Steps(project, graph, audited.Concat(singular.SelectMany(a => a.Refs)));
        var builds = graph.Order.Where(steps.Contains).Select(name => (PlanStage)Build(project.Models[name], day));
        var audits = audited.Select(name => (PlanStage)Audit(project.Models[name], day));
        return new([.. builds, .. audits, .. singular.Select(a => new AuditStage(day, a.Path, [a.Name]))]);
    }

    /// <summary>Tables that a plan's models and audits read and whose columns no contract says: only a lake knows them.</summary>
    public static IReadOnlyList<string> UnknownSources(Project project, Plan plan)
    {
        var read = plan.Stages.OfType<BuildStage>().SelectMany(s => project.Models[s.Model].Sources)
            .Concat(plan.Stages.OfType<AuditStage>()
                .SelectMany(s => project.Audits.Where(a => a.Path == s.Subject)).SelectMany(a => a.Sources));
        return
        [
            .. read.Distinct().Where(s => !NativeTables.Has(s) && project.Contracts.TryGet(s.ToString()) is null).Select(s => s.ToString()),
        ];
    }

    /// <summary>Models of those that no table keeps, and what these read of that kind.</summary>
    static HashSet<string> Steps(Project project, ModelGraph graph, IEnumerable<string> read)
    {
        var steps = new HashSet<string>(StringComparer.Ordinal);
        var todo = new Stack<string>(read);
        while (todo.TryPop(out var name))
            if (project.Models.TryGetValue(name, out var model) && !model.IsPublished && steps.Add(name))
                foreach (var parent in graph.Parents(name))
                    todo.Push(parent);
        return steps;
    }

    static IEnumerable<PlanStage> OfDay(Project project, IReadOnlyList<string> chosen, IReadOnlyList<SingularAudit> audits, DateOnly day)
    {
        var built = new HashSet<string>(StringComparer.Ordinal);
        var waiting = audits.ToList();
        foreach (var model in chosen.Select(name => project.Models[name]))
        {
            yield return Build(model, day);
            built.Add(model.Name);
            if (model.Audits.Count > 0)
                yield return Audit(model, day);
            foreach (var audit in waiting.Where(a => IsReady(project, chosen, built, a)).ToList())
            {
                waiting.Remove(audit);
                yield return new AuditStage(day, audit.Path, [audit.Name]);
            }
        }
    }

    static BuildStage Build(Model model, DateOnly day) =>
        new(day, model.Name, model.Materialization.ToString().ToLowerInvariant(), model.IsPublished ? model.Target.ToString() : model.Name)
        {
            Engine = model.Engine?.Name,
        };

    static AuditStage Audit(Model model, DateOnly day) => new(day, model.Name, [.. model.Audits.Select(a => a.Name)]);

    /// <summary>All that the audit reads is built, as far as the run builds it.</summary>
    static bool IsReady(Project project, IReadOnlyList<string> chosen, HashSet<string> built, SingularAudit audit) =>
        audit.Refs.All(name => built.Contains(name) || !chosen.Contains(name))
        && (!audit.Refs.Contains(ModelGraph.Quarantine) || chosen.All(name => built.Contains(name) || !project.Models[name].SplitsRows));

    /// <summary>The tables that a stage leaves rows for, or a day without rows.</summary>
    static IEnumerable<string> Written(Project project, PlanStage stage) => stage switch
    {
        BringStage bring => [bring.Table],
        BuildStage build when project.Models[build.Model] is { IsPublished: true } model =>
            model.SplitsRows ? [build.Table, Quarantine.Ident.ToString()] : [build.Table],
        AuditStage => [NativeTables.Results.ToString()],
        _ => [],
    };
}
