using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Sql.Tests.Loading;

/// <summary>A project in a folder of its own, removed at the end.</summary>
internal sealed class TemporaryProject : IDisposable
{
    public TemporaryProject(params ReadOnlySpan<(string Path, string Text)> files)
    {
        Folder = Directory.CreateTempSubdirectory("dartlake-sql-").FullName;
        Write("dbt_project.yml", "name: dart_lake\nvars: {min_qty: 1}\n");
        foreach (var (path, text) in files)
            Write(path, text);
        if (Directory.Exists(Path.Combine(Folder, "models", "silver")))
            Add("silver", "+schema: silver, +tags: [silver]");
        if (Directory.Exists(Path.Combine(Folder, "models", "gold")))
            Add("gold", "+schema: gold, +materialized: day");
    }

    /// <summary>Configuration of a folder of the platform's project, unless the project brings its own file.</summary>
    void Add(string models, string config)
    {
        var file = Path.Combine(Folder, "dbt_project.yml");
        var text = File.ReadAllText(file);
        if (!text.StartsWith("name: dart_lake\nvars: {min_qty: 1}\n", StringComparison.Ordinal))
            return;
        if (!text.Contains("models:", StringComparison.Ordinal))
            text += "models:\n  dart_lake:\n";
        File.WriteAllText(file, $"{text}    {models}: {{{config}}}\n");
    }

    public string Folder { get; }

    public void Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    public Project Load(params ReadOnlySpan<(string Name, object? Value)> vars)
    {
        var given = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in vars)
            given.Add(name, value);
        return ProjectLoader.Load(Folder, given, _ => null);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
