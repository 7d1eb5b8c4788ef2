using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Sql.Graph;

/// <summary>Which model is read by which, and an order in which each comes after what it reads.</summary>
internal sealed class ModelGraph
{
    /// <summary>The day's rows that broke a rule; a table of the engine's, or a model of that name whose rows come to them.</summary>
    public const string Quarantine = "quarantine";

    readonly Dictionary<string, IReadOnlyList<string>> parents = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<string>> children = new(StringComparer.Ordinal);

    public ModelGraph(Project project)
    {
        foreach (var model in project.Models.Values)
            parents[model.Name] = [.. ParentsOf(project, model)];
        foreach (var (child, names) in parents)
            foreach (var parent in names)
                (children.TryGetValue(parent, out var list) ? list : children[parent] = []).Add(child);
        Order = Sorted();
    }

    /// <summary>All models, parents first; equal ones by name, so that the order is always the same.</summary>
    public IReadOnlyList<string> Order { get; }

    public IReadOnlyList<string> Parents(string model) => parents.GetValueOrDefault(model) ?? [];

    public IReadOnlyList<string> Children(string model) => children.GetValueOrDefault(model) ?? [];

    // whoever reads quarantine waits for all who write to it, and so does the model of that name
    static IEnumerable<string> ParentsOf(Project project, Model model)
    {
        var read = model.Refs.Concat(model.Audits.OfType<RelationshipsAudit>().Select(a => a.To))
            .Concat(project.Models.Values
                .Where(m => model.RuleTables.Contains(m.Target))
                .Select(m => m.Name)).Where(name => name != model.Name);
        if (model.Name == Quarantine || model.Refs.Contains(Quarantine))
            read = read.Concat(project.Models.Values.Where(m => m.SplitsRows && m.Name != model.Name).Select(m => m.Name));
        return read.Where(project.Models.ContainsKey).Distinct(StringComparer.Ordinal);
    }

    List<string> Sorted()
    {
        var (order, waiting) = (new List<string>(), parents.ToDictionary(p => p.Key, p => p.Value.Count, StringComparer.Ordinal));
        var ready = new SortedSet<string>(waiting.Where(p => p.Value == 0).Select(p => p.Key), StringComparer.Ordinal);
        while (ready.Min is { } next)
        {
            ready.Remove(next);
            order.Add(next);
            foreach (var child in Children(next))
                if (--waiting[child] == 0)
                    ready.Add(child);
        }
        return order.Count == parents.Count
            ? order
            : throw Cycle(waiting.Where(p => p.Value > 0).Select(p => p.Key).ToHashSet(StringComparer.Ordinal));
    }

    LakeException Cycle(HashSet<string> left)
    {
        var (path, at) = (new List<string>(), left.Order(StringComparer.Ordinal).First());
        while (!path.Contains(at))
        {
            path.Add(at);
            at = Parents(at).First(left.Contains);
        }
        path.Add(at);
        path.RemoveRange(0, path.IndexOf(at));
        return LakeException.Invalid($"models read each other in a circle: {string.Join(" reads ", path)}; take one of these references out");
    }
}
