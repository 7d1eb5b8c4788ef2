using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Sql.Exports;

/// <summary>The project's files as they are, and what dbt wants beside them: a profile, a selector, and vars of the day.</summary>
public static class ProjectCopy
{
    /// <summary>The name of the database's file beside them.</summary>
    public const string Database = "lake.duckdb";
    const string ProjectFile = "dbt_project.yml";

    /// <summary>Folders that dbt writes itself.</summary>
    static readonly string[] written = ["target", "logs", "dbt_packages"];

    /// <param name="request">Of one day.</param>
    /// <param name="leftOut">Models that dbt does not build.</param>
    /// <param name="folder">That is there.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">Invalid: the project has its vars in a form in which those of the day cannot be added.</exception>
    public static async Task WriteAsync(RunRequest request, IReadOnlyList<LeftOutModel> leftOut, string folder, CancellationToken cancel)
    {
        var from = request.Project.Folder;
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var path = Path.GetRelativePath(from, file);
            if (written.Contains(path.Split(Path.DirectorySeparatorChar)[0]) || path == ProjectFile)
                continue;
            var to = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            await File.WriteAllBytesAsync(to, await File.ReadAllBytesAsync(file, cancel), cancel);
        }
        var project = WithVars(await File.ReadAllTextAsync(Path.Combine(from, ProjectFile), cancel), request);
        await File.WriteAllTextAsync(Path.Combine(folder, ProjectFile), project, cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "profiles.yml"), Profile(request.Project), cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "selectors.yml"), Selectors(leftOut), cancel);
    }

    /// <summary>Vars of the project's own name outweigh those beside them.</summary>
    static string WithVars(string text, RunRequest request)
    {
        var lines = text.TrimEnd('\n').Split('\n').ToList();
        var at = lines.FindIndex(line => line.StartsWith("vars:", StringComparison.Ordinal));
        if (at < 0)
            lines.Insert(at = lines.Count, "vars:");
        if (lines[at].TrimEnd() != "vars:")
            throw LakeException.Invalid($"{ProjectFile}:{at + 1}: vars: write each on a line of its own below it, where those of the day can stand");
        lines.Insert(at + 1, $"  {request.Project.Name}: {{trade_date: \"{request.Days.Single():yyyy-MM-dd}\", firm_currency: \"{request.FirmCurrency}\", calendar_version: {request.CalendarVersion}}}");
        lines.Add("");
        return string.Join('\n', lines);
    }

    static string Profile(Project project) => $"""
        {project.Name}:
          target: day
          outputs:
            day:
              type: duckdb
              path: {Database}
              schema: main
              threads: 1
              settings: {"{"}TimeZone: UTC{"}"}

        """;

    /// <summary>What dbt builds where nothing is selected.</summary>
    static string Selectors(IReadOnlyList<LeftOutModel> leftOut) => $"""
        selectors:
          - name: built_by_dbt
            description: "All but the models that only dartlake can build."
            default: true
            definition:
              union:
                - {"{"}method: fqn, value: "*"{"}"}
        {string.Concat(leftOut.Select((l, i) => $"{(i == 0 ? "        - exclude:\n" : "")}            - {{method: fqn, value: {l.Model}}} # {l.Reason}\n"))}
        """;
}
