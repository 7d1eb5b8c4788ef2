using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Graph;
using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Sql.Exports;

/// <summary>Finds the models that dbt cannot build as the engine does.</summary>
internal sealed class LeftOutModels(Project project, ModelCompiler compiler, IReadOnlyCollection<string> ownFunctions)
{
    /// <summary>In the order in which models are built.</summary>
    public IReadOnlyList<LeftOutModel> Find(DateOnly day)
    {
        var found = new List<LeftOutModel>();
        foreach (var model in new ModelGraph(project).Order.Select(project.Models.GetValueOrDefault).OfType<Model>())
            if (Reason(model, day, found) is { } reason)
                found.Add(new(model.Name, reason));
        return found;
    }

    string? Reason(Model model, DateOnly day, List<LeftOutModel> found)
    {
        var sql = compiler.Compile(model, day).Sql;
        var called = ownFunctions.Where(f => sql.Contains(f + "(", StringComparison.OrdinalIgnoreCase)).ToList();
        return called.Count > 0 ? $"it calls {string.Join(", ", called)}, which DuckDB has from dartlake alone"
            : model.SplitsRows ? "config(row_rules=true) is the engine's own"
            // the rows of one that a table keeps are there as they were published
            : model.Refs.FirstOrDefault(r => found.Exists(l => l.Model == r) && !project.Models[r].IsPublished) is { } step
                ? $"it reads {step}, which is left out and has no table" : null;
    }
}
