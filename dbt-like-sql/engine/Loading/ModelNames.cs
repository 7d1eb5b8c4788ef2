using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Loading;

/// <summary>What a template asks the engine for; loading and running answer differently.</summary>
internal abstract class ModelNames
{
    /// <summary>The contracts that a template may name.</summary>
    protected abstract ProjectContracts Contracts { get; }

    public abstract object? Ref(CallArguments call, string name);

    public abstract object? Source(CallArguments call, string source, string table);

    public abstract object? Published(CallArguments call, string name);

    public abstract object? Previous(CallArguments call, string name);

    public abstract object? Config(CallArguments call);

    public abstract object? This { get; }

    public abstract bool IsIncremental { get; }

    public abstract bool Execute { get; }

    public abstract string BrokenRule(CallArguments call, string table, string alias);

    /// <summary>A template asks for a var.</summary>
    protected virtual void Asked(string var)
    {
    }

    /// <summary>The payload of a bronze table as a template sees it: a column's text is its name, and it has a name and a type.</summary>
    public static List<object?> PayloadColumns(TableContract contract) =>
        [.. contract.Payload.Select(c => new TemplateObject(
            c.Name, new Dictionary<string, object?>(StringComparer.Ordinal) { ["name"] = c.Name, ["type"] = c.Type.ToString() }))];

    /// <summary>The names as a template sees them.</summary>
    /// <param name="vars">Values of <c>var</c>.</param>
    /// <param name="environment">Answers <c>env_var</c>; null: not set.</param>
    /// <param name="target">What the query is for; of a name that is no engine's, too, it is DuckDB.</param>
    public IReadOnlyDictionary<string, object?> Globals(
        IReadOnlyDictionary<string, object?> vars, Func<string, string?> environment, string target)
    {
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["ref"] = (TemplateFunction)(call => Ref(call, call.Positional switch
            {
                [string name] => name,
                [string, string name] => name,
                _ => throw call.Wrong("takes the name of a model"),
            })),
            ["source"] = (TemplateFunction)(call => call.Positional is [string source, string table]
                ? Source(call, source, table)
                : throw call.Wrong("takes the names of a source and of its table")),
            ["published"] = (TemplateFunction)(call => call.Positional is [string name] ? Published(call, name) : throw call.Wrong("takes the name of a model")),
            ["previous"] = (TemplateFunction)(call => call.Positional is [string name] ? Previous(call, name) : throw call.Wrong("takes the name of a model")),
            ["config"] = (TemplateFunction)(call => Config(call)),
            ["var"] = (TemplateFunction)(call => Var(call, vars)),
            ["env_var"] = (TemplateFunction)(call => EnvVar(call, environment)),
            ["is_incremental"] = (TemplateFunction)(_ => IsIncremental),
            ["broken_rule"] = (TemplateFunction)(call => call.Positional is [string table, string alias]
                ? BrokenRule(call, table, alias)
                : throw call.Wrong("takes a table and the alias of its rows")),
            ["payload_columns"] = (TemplateFunction)(call => call.Positional is [string table]
                ? PayloadColumns(Contracts.TryGet(table) ?? throw call.Wrong($"there is no contract of '{table}'"))
                : throw call.Wrong("takes a table")),
            ["this"] = This,
            ["execute"] = Execute,
            ["target"] = new TemplateObject(target, new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["name"] = target,
                ["type"] = (SqlDialect.TryOf(target) ?? SqlDialect.DuckDb).Name,
                ["schema"] = "main",
            }),
        };
    }

    object? Var(CallArguments call, IReadOnlyDictionary<string, object?> vars)
    {
        var bound = call.Bind("name", "default");
        var name = call.Text(bound[0], "name");
        Asked(name);
        if (vars.TryGetValue(name, out var value))
            return value;
        return bound[1] is Undefined ? throw call.Wrong($"the var '{name}' is not set; write it under vars in dbt_project.yml, give it with --vars, or give a default") : bound[1];
    }

    static string EnvVar(CallArguments call, Func<string, string?> environment)
    {
        var bound = call.Bind("name", "default");
        var name = call.Text(bound[0], "name");
        return environment(name) ?? (bound[1] is Undefined ? throw call.Wrong($"the environment variable '{name}' is not set") : TemplateValue.Text(bound[1]));
    }
}
