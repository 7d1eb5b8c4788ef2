using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Loading;

/// <summary>Answers while loading: nothing is read, what is asked for is noted.</summary>
internal sealed class NotedNames(
    string nameOfModel, IReadOnlyDictionary<string, TableIdent> sources, ProjectContracts contracts, KnownKeys keys) : ModelNames
{
    protected override ProjectContracts Contracts => contracts;

    static readonly TemplateObject unread = new("unread", new Dictionary<string, object?>(StringComparer.Ordinal) { ["schema"] = "", ["identifier"] = "", ["name"] = "" });

    public List<string> Refs { get; } = [];

    /// <summary>The line on which a model is first read.</summary>
    public Dictionary<string, int> Lines { get; } = new(StringComparer.Ordinal);

    public List<TableIdent> Sources { get; } = [];

    /// <summary>Names of the vars that were asked for.</summary>
    public HashSet<string> Vars { get; } = new(StringComparer.Ordinal);

    protected override void Asked(string var) => Vars.Add(var);

    public List<ConfigEntry> Configs { get; } = [];

    public override object? Ref(CallArguments call, string name)
    {
        if (name == nameOfModel)
            throw call.Wrong("a model does not refer to itself; read its published rows with {{ this }}");
        Lines.TryAdd(name, call.Line);
        if (!Refs.Contains(name))
            Refs.Add(name);
        return unread;
    }

    public override object? Source(CallArguments call, string source, string table)
    {
        var ident = SourceTable(sources, contracts, call, source, table);
        if (!Sources.Contains(ident))
            Sources.Add(ident);
        return unread;
    }

    /// <summary>The table that a source means: as a properties file says, else one that the engine brings or that has a contract.</summary>
    public static TableIdent SourceTable(
        IReadOnlyDictionary<string, TableIdent> sources, ProjectContracts contracts, CallArguments call, string source, string table) =>
        sources.TryGetValue($"{source}.{table}", out var ident) ? ident
            : (source, table) is ("ops", "cut") or ("ops", "late") || contracts.TryGet($"{source}.{table}") is { Table: not null } ? new(source, table)
            : throw call.Wrong($"the source '{source}.{table}' is not described and has no contract; add it under sources in a properties file");

    /// <summary>Tables that reference rules ask.</summary>
    public List<TableIdent> RuleTables { get; } = [];

    /// <summary>Models whose rows of other days, or of before the run, are read.</summary>
    public List<string> PublishedRefs { get; } = [];

    public override object? Published(CallArguments call, string name) => Previous(call, name);

    public override object? Previous(CallArguments call, string name)
    {
        Lines.TryAdd(name, call.Line);
        if (!PublishedRefs.Contains(name))
            PublishedRefs.Add(name);
        return unread;
    }

    public override object? Config(CallArguments call)
    {
        var positional = call.Positional switch
        {
            [] => [],
            [Dictionary<string, object?> one] => one,
            _ => throw call.Wrong("takes names with values, or one dict of them"),
        };
        foreach (var (key, value) in positional.Concat(call.Named))
        {
            keys.Check(key, what => call.Source.Wrong(call.Line, what));
            Configs.Add(new(key, value, $"{call.Source.File}:{call.Line}"));
        }
        return "";
    }

    public override object? This => unread;

    public override bool IsIncremental => false;

    public override bool Execute => false;

    public override string BrokenRule(CallArguments call, string table, string alias)
    {
        foreach (var rule in (contracts.TryGet(table) ?? throw call.Wrong($"there is no contract of '{table}'")).RowRules.OfType<ReferenceRule>())
            RuleTables.Add(TableIdent.Parse(rule.Table));
        return "null";
    }
}
