using System.Text.RegularExpressions;
using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Loading;

/// <summary>
/// Where a project's tables may lie: the platform's namespaces are its own project's, and no table is written by two models.
/// </summary>
internal static partial class TargetNames
{
    /// <summary>Schemas of the engine, in which a run has its relations.</summary>
    static readonly string[] ofEngine =
    [
        "work", "staged", "published", "seeds", "main", "temp", "system", "pg_catalog", "information_schema", LakeNames.Staging,
    ];

    /// <summary>Namespaces that only the platform's project writes to.</summary>
    static readonly HashSet<string> reserved = [.. TableContracts.All.Select(c => c.Name.Split('.')[0]), .. ofEngine];

    /// <summary>Whether a namespace or a table may have that name.</summary>
    public static bool IsName(string text) => Name().IsMatch(text);

    /// <exception cref="LakeException">Invalid: the model's file, and where it may write instead.</exception>
    public static void Check(Project project)
    {
        var writers = new Dictionary<string, Model>(StringComparer.Ordinal);
        foreach (var model in project.Models.Values.Where(m => m.IsPublished))
        {
            if (!IsName(model.Target.Namespace) || !IsName(model.Target.Name))
                throw LakeException.Invalid($"{model.Path}:1: the table {ShownName.Of($"{model.Target}")}: namespace and name are lower case letters, digits and _; set schema and alias");
            if (!writers.TryAdd(model.Target.ToString(), model))
                throw LakeException.Invalid($"{model.Path}:1: {model.Target} is written by {writers[model.Target.ToString()].Path} already; give it another alias");
            if (!project.IsPlatform)
                CheckOwn(project, model);
        }
    }

    static void CheckOwn(Project project, Model model)
    {
        var (space, table) = (model.Target.Namespace, model.Target.Name);
        if (reserved.Contains(space))
            throw LakeException.Invalid(
                $"{model.Path}:1: {space}.{table} lies in the namespace {space}, which only the project {Project.Platform} writes to; "
                + $"leave schema out and it is {project.Name}.{table}");
        if (model.SplitsRows)
            throw LakeException.Invalid($"{model.Path}:1: row_rules: the quarantine is that of the project {Project.Platform}; filter with broken_rule() instead");
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,127}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
