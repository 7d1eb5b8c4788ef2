using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Graph;
using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Sql.Planning;

/// <summary>A pure function from a project and the days wanted to a plan.</summary>
public static class Planner
{
    /// <summary>
    /// Day by day, each model after what it reads and its audits right after it; an audit of several models comes after the last of them; publication at the end.
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
        var stages = new List<PlanStage>();
        foreach (var day in days.Distinct().Order())
            stages.AddRange(OfDay(project, chosen, day));
        var tables = chosen.Select(name => project.Models[name]).Where(m => m.IsPublished).Select(m => m.Target.ToString())
            .Concat(chosen.Any(name => project.Models[name].SplitsRows) ? ["silver.quarantine"] : []);
        stages.Add(new PublishStage([.. tables.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], tags));
        return new(stages);
    }

    static IEnumerable<PlanStage> OfDay(Project project, IReadOnlyList<string> chosen, DateOnly day)
    {
        var built = new HashSet<string>(StringComparer.Ordinal);
        var waiting = project.Audits.Where(a => a.Refs.Any(chosen.Contains)).ToList();
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
