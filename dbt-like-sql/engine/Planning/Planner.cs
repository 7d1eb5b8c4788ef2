using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Graph;
using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Sql.Planning;

/// <summary>A pure function from a project and the days wanted to a plan.</summary>
public static class Planner
{
    /// <summary>
    /// Day by day, each model after what it reads and its audits right after it; an audit of several models comes after the last of them; publication at the end.
    /// Steps that a selected model reads and no table keeps are built with it.
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="days">The days to build, each once; built in their order.</param>
    /// <param name="select">Selectors; empty: all.</param>
    /// <param name="exclude">Selectors of what is left out.</param>
    /// <param name="tags">Tags that the publication sets.</param>
    public static Plan Plan(Project project, IReadOnlyList<DateOnly> days, IReadOnlyList<string> select, IReadOnlyList<string> exclude, IReadOnlyList<string> tags)
    {
        var graph = new ModelGraph(project);
        var chosen = Selector.Select(project, graph, select, exclude);
        var audits = project.Audits.Where(a => a.Refs.Any(chosen.Contains)).ToList();
        var steps = Steps(project, graph, chosen.SelectMany(graph.Parents).Concat(audits.SelectMany(a => a.Refs)));
        chosen = [.. graph.Order.Where(name => chosen.Contains(name) || steps.Contains(name))];
        var stages = new List<PlanStage>();
        foreach (var day in days.Distinct().Order())
            stages.AddRange(OfDay(project, chosen, audits, day));
        var tables = chosen.Select(name => project.Models[name]).Where(m => m.IsPublished).Select(m => m.Target.ToString())
            .Concat(chosen.Any(name => project.Models[name].SplitsRows) ? ["silver.quarantine"] : []);
        stages.Add(new PublishStage([.. tables.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], tags));
        return new(stages);
    }

    /// <summary>Only the audits of the selected models, on what is published of a day; steps that an audit reads and no table keeps are built for it.</summary>
    public static Plan Audit(Project project, DateOnly day, IReadOnlyList<string> select, IReadOnlyList<string> exclude)
    {
        var graph = new ModelGraph(project);
        var chosen = Selector.Select(project, graph, select, exclude);
        var singular = project.Audits.Where(a => a.Refs.Count == 0 || a.Refs.Any(chosen.Contains)).ToList();
        var audited = chosen.Where(name => project.Models[name].Audits.Count > 0).ToList();
        var steps = Steps(project, graph, audited.Concat(singular.SelectMany(a => a.Refs)));
        var builds = graph.Order.Where(name => steps.Contains(name) && project.Models[name].Materialization != Materialization.Ephemeral)
            .Select(name => (PlanStage)new BuildStage(day, name, project.Models[name].Materialization.ToString().ToLowerInvariant(), name));
        var audits = audited.Select(name => (PlanStage)new AuditStage(day, name, [.. project.Models[name].Audits.Select(a => a.Name)]));
        return new([.. builds, .. audits, .. singular.Select(a => new AuditStage(day, a.Path, [a.Name]))]);
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
            if (model.Materialization != Materialization.Ephemeral)
                yield return new BuildStage(day, model.Name, model.Materialization.ToString().ToLowerInvariant(), model.IsPublished ? model.Target.ToString() : model.Name);
            built.Add(model.Name);
            if (model.Audits.Count > 0)
                yield return new AuditStage(day, model.Name, [.. model.Audits.Select(a => a.Name)]);
            foreach (var audit in waiting.Where(a => a.Refs.All(r => built.Contains(r) || !chosen.Contains(r)) && QuarantineIsWhole(project, chosen, built, a)).ToList())
            {
                waiting.Remove(audit);
                yield return new AuditStage(day, audit.Path, [audit.Name]);
            }
        }
    }

    static bool QuarantineIsWhole(Project project, IReadOnlyList<string> chosen, HashSet<string> built, SingularAudit audit) =>
        !audit.Refs.Contains(ModelGraph.Quarantine) || chosen.All(name => built.Contains(name) || !project.Models[name].SplitsRows);
}
