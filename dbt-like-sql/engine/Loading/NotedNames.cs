using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Loading;

/// <summary>Answers while loading: nothing is read, what is asked for is noted.</summary>
internal sealed class NotedNames(string nameOfModel, IReadOnlyDictionary<string, TableIdent> sources) : ModelNames
{
    static readonly TemplateObject unread = new("unread", new Dictionary<string, object?>(StringComparer.Ordinal) { ["schema"] = "", ["identifier"] = "", ["name"] = "" });

    public List<string> Refs { get; } = [];

    public List<TableIdent> Sources { get; } = [];

    public List<KeyValuePair<string, object?>> Configs { get; } = [];

    public override object? Ref(CallArguments call, string name)
    {
        if (name == nameOfModel)
            throw call.Wrong("a model does not refer to itself; read its published rows with {{ this }}");
        if (!Refs.Contains(name))
            Refs.Add(name);
        return unread;
    }

    public override object? Source(CallArguments call, string source, string table)
    {
        var ident = SourceTable(sources, call, source, table);
        if (!Sources.Contains(ident))
            Sources.Add(ident);
        return unread;
    }

    /// <summary>The table that a source means: as a properties file says, else one that the engine brings or that has a contract.</summary>
    public static TableIdent SourceTable(
        IReadOnlyDictionary<string, TableIdent> sources, CallArguments call, string source, string table) =>
        sources.TryGetValue($"{source}.{table}", out var ident) ? ident
            : (source, table) is ("ops", "cut") or ("ops", "late") || TableContracts.TryGet($"{source}.{table}") is { Table: not null } ? new(source, table)
            : throw call.Wrong($"the source '{source}.{table}' is not described and has no contract; add it under sources in a properties file");

    /// <summary>Tables that reference rules ask.</summary>
    public List<TableIdent> RuleTables { get; } = [];

    /// <summary>Models whose rows of other days, or of before the run, are read.</summary>
    public List<string> PublishedRefs { get; } = [];

    public override object? Published(CallArguments call, string name) => Previous(call, name);

    public override object? Previous(CallArguments call, string name)
    {
        if (!PublishedRefs.Contains(name))
            PublishedRefs.Add(name);
        return unread;
    }

    public override object? Config(CallArguments call)
    {
        if (call.Positional is [Dictionary<string, object?> dict])
            Configs.AddRange(dict);
        Configs.AddRange(call.Named);
        return "";
    }

    public override object? This => unread;

    public override bool IsIncremental => false;

    public override bool Execute => false;

    public override string BrokenRule(CallArguments call, string table, string alias)
    {
        foreach (var rule in (TableContracts.TryGet(table) ?? throw call.Wrong($"there is no contract of '{table}'")).RowRules.OfType<ReferenceRule>())
            RuleTables.Add(TableIdent.Parse(rule.Table));
        return "null";
    }
}
