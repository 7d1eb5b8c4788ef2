using Dart.Lake.Schemas;
using Dart.Lake.Schemas.Naming;

namespace Dart.Lake.Sql.Loading;

/// <summary>
/// A tree of <c>dbt_project.yml</c>, such as <c>models:</c>: configuration for the project, below its name, for folders and files.
/// </summary>
/// <param name="root">The project file.</param>
/// <param name="tree">The tree's key.</param>
/// <param name="project">The project's name.</param>
/// <param name="keys">Of the configuration.</param>
internal sealed class ConfigTree(YamlMapping root, string tree, string project, KnownKeys keys)
{
    /// <summary>Every key of it is configuration that is known, or names what is there.</summary>
    /// <param name="paths">Of the files that it is for.</param>
    /// <exception cref="LakeException">Invalid: with the line.</exception>
    public void Check(IReadOnlyCollection<string> paths)
    {
        if (root.TryMap(tree) is not { } top)
            return;
        foreach (var key in Folders(top))
            if (key != project)
                throw top.Wrong(key, $"{tree}: '{ShownName.Of(key)}' is not this project; configuration of {tree} stands below '{project}'");
        CheckOwn(top);
        if (top.TryMap(project) is { } own)
            Check(own, [.. paths.Select(Parts)]);
    }

    void Check(YamlMapping node, IReadOnlyCollection<string[]> paths)
    {
        CheckOwn(node);
        foreach (var key in Folders(node))
        {
            List<string[]> below = [.. paths.Where(p => p.Length > 0 && p[0] == key).Select(p => p[1..])];
            if (below.Count == 0)
                throw node.Wrong(key, Absent(key, [.. paths.Where(p => p.Length > 0).Select(p => p[0])]));
            Check((YamlMapping)node[key]!, below);
        }
    }

    string Absent(string key, IReadOnlyCollection<string> known) => keys.Known.Contains(key)
        ? $"{tree}: a mapping of configuration has a + before its name: write +{key}"
        : $"{tree}: there is no folder or file '{ShownName.Of(key)}'{(NearestName.Of(key, known) is { } near ? $"; the nearest is '{near}'" : "")}";

    void CheckOwn(YamlMapping node)
    {
        foreach (var (key, _) in Own(node))
            keys.Check(key, what => node.Wrong(key, what));
    }

    /// <summary>Configuration of a file, from the lightest layer to the heaviest.</summary>
    public IEnumerable<IEnumerable<ConfigEntry>> Layers(string path)
    {
        var node = root.TryMap(tree);
        yield return Entries(node);
        node = node?.GetValueOrDefault(project) as YamlMapping;
        yield return Entries(node);
        foreach (var part in Parts(path))
        {
            node = node?.GetValueOrDefault(part) as YamlMapping;
            yield return Entries(node);
        }
    }

    static IEnumerable<ConfigEntry> Entries(YamlMapping? node) =>
        node is null ? [] : Own(node).Select(p => new ConfigEntry(p.Key.TrimStart('+'), p.Value, $"{node.File}:{node.LineOf(p.Key)}"));

    static IEnumerable<KeyValuePair<string, object?>> Own(YamlMapping node) =>
        node.Where(p => p.Key.StartsWith('+') || p.Value is not YamlMapping);

    static IEnumerable<string> Folders(YamlMapping node) =>
        node.Where(p => !p.Key.StartsWith('+') && p.Value is YamlMapping).Select(p => p.Key);

    /// <summary>Folders below the first, and the file's name without its ending.</summary>
    static string[] Parts(string path) => [.. path.Split('/').Skip(1).Select(p => Path.GetFileNameWithoutExtension(p)!)];
}
