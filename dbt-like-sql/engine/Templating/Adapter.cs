namespace Dart.Lake.Sql.Templating;

/// <summary>What templates call <c>adapter</c>: it chooses a macro by the engine that the query is for, as dbt's does.</summary>
internal static class Adapter
{
    /// <param name="engine">As the names of macros begin.</param>
    /// <param name="macro">A macro of the project, or null.</param>
    public static TemplateObject Of(string engine, Func<string, TemplateFunction?> macro) => new(
        "adapter",
        new Dictionary<string, object?>(StringComparer.Ordinal) { ["dispatch"] = (TemplateFunction)(call => Dispatch(call, engine, macro)) });

    // a second argument names the package, of which there is none but the project
    static TemplateFunction Dispatch(CallArguments call, string engine, Func<string, TemplateFunction?> macro)
    {
        var name = call.Text(call.Bind("macro_name", "macro_namespace")[0], "macro_name");
        var found = macro($"{engine}__{name}") ?? macro($"default__{name}")
            ?? throw call.Wrong($"there is neither a macro '{engine}__{name}' nor a macro 'default__{name}'");
        return arguments => found(arguments with { Function = name });
    }
}
