using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Sql.Tests.Loading;

/// <summary>A project in a folder of its own, removed at the end.</summary>
internal sealed class TemporaryProject : IDisposable
{
    public TemporaryProject(params ReadOnlySpan<(string Path, string Text)> files)
    {
        Folder = Directory.CreateTempSubdirectory("dartlake-sql-").FullName;
        Write("dbt_project.yml", "name: marts\nvars: {min_qty: 1}\nmodels:\n  marts:\n    silver: {+schema: silver, +tags: [silver]}\n    gold: {+schema: gold, +materialized: day}\n");
        foreach (var (path, text) in files)
            Write(path, text);
    }

    public string Folder { get; }

    public void Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    public Project Load() => ProjectLoader.Load(Folder, new Dictionary<string, object?>(), _ => null);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
