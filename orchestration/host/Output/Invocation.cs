namespace Dart.Lake.Host.Output;

/// <summary>How this program is called from where the user stands, so that a printed line can be typed as it is.</summary>
static class Invocation
{
    /// <summary>Its name when the shell finds it by that, else its path.</summary>
    public static string Name { get; } = NameOf(Environment.ProcessPath ?? "dartlake", Environment.GetEnvironmentVariable("PATH") ?? "");

    static string NameOf(string process, string path)
    {
        // started by the dotnet host, the program is the assembly beside it
        if (Path.GetFileNameWithoutExtension(process) == "dotnet")
            return $"dotnet {ShellWord.Quoted(Near(Path.Combine(AppContext.BaseDirectory, "dartlake.dll")))}";
        var name = Path.GetFileName(process);
        var found = path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
        return found is not null && Path.GetFullPath(found) == process ? name : ShellWord.Quoted(Near(process));
    }

    // a path that goes up is harder to read than the whole one
    static string Near(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path) is var near
        && !near.StartsWith("..", StringComparison.Ordinal)
        && near.Contains('/', StringComparison.Ordinal)
        ? near
        : path;
}
