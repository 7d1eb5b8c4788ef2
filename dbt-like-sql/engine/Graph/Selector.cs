using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Sql.Graph;

/// <summary>
/// Which models a command is for (dbt, "Syntax overview"): <c>name</c>, <c>tag:x</c>, <c>path:x</c>, with <c>+</c> before for all
/// parents and after for all children; several words add up, words joined by a comma intersect. <c>*</c> stands for any characters.
/// </summary>
internal static class Selector
{
    /// <summary>The selected models in the graph's order.</summary>
    /// <param name="select">Words; empty: all models.</param>
    /// <param name="exclude">Words of what is left out.</param>
    /// <exception cref="LakeException">Invalid: a word that selects nothing.</exception>
    public static IReadOnlyList<string> Select(
        Project project, ModelGraph graph, IReadOnlyList<string> select, IReadOnlyList<string> exclude)
    {
        var chosen = select.Count == 0 ? graph.Order.ToHashSet(StringComparer.Ordinal) : Union(project, graph, select);
        chosen.ExceptWith(Union(project, graph, exclude));
        return [.. graph.Order.Where(chosen.Contains)];
    }

    static HashSet<string> Union(Project project, ModelGraph graph, IReadOnlyList<string> words)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in words.SelectMany(w => w.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            var parts = word.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => Part(project, graph, part));
            var both = parts.Aggregate((HashSet<string>?)null, (a, b) => a is null ? b : [.. a.Intersect(b, StringComparer.Ordinal)]) ?? [];
            all.UnionWith(both.Count > 0 ? both : throw LakeException.Invalid($"'{word}' selects no model; `dartlake plan` shows all"));
        }
        return all;
    }

    static HashSet<string> Part(Project project, ModelGraph graph, string part)
    {
        var (parents, children) = (part.StartsWith('+'), part.EndsWith('+'));
        var word = part.Trim('+');
        var found = project.Models.Values.Where(m => Matches(m, word)).Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        var all = new HashSet<string>(found, StringComparer.Ordinal);
        if (parents)
            Follow(found, graph.Parents, all);
        if (children)
            Follow(found, graph.Children, all);
        return all;
    }

    static bool Matches(Model model, string word) => word.Split(':', 2) switch
    {
        ["tag", var tag] => model.Config.Tags.Any(t => Like(t, tag)),
        ["path", var path] => Below(model.Path, path.TrimEnd('/')),
        [var method, _] => throw LakeException.Invalid($"'{method}:' is not a way to select; there are a name, tag: and path:"),
        _ => Like(model.Name, word) || Like($"{model.Target}", word) || Folders(model.Path).Contains(word),
    };

    static bool Below(string modelPath, string path) =>
        modelPath == path || modelPath.StartsWith(path + "/", StringComparison.Ordinal) || Like(modelPath, path);

    // in dbt a folder's name selects what lies in it
    static string[] Folders(string path) => path.Split('/')[1..^1];

    static bool Like(string text, string pattern) =>
        System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);

    static void Follow(IEnumerable<string> from, Func<string, IReadOnlyList<string>> next, HashSet<string> all)
    {
        var todo = new Stack<string>(from);
        while (todo.TryPop(out var at))
            foreach (var neighbour in next(at))
                if (all.Add(neighbour))
                    todo.Push(neighbour);
    }
}
