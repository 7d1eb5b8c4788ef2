using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Compiling;

/// <summary>Answers templates while a day is built.</summary>
/// <param name="project">The project.</param>
/// <param name="relations">Tables of the run.</param>
/// <param name="engine">Who reads what is compiled.</param>
/// <param name="model">The model that is compiled; null: an audit.</param>
/// <param name="day">The day that is built.</param>
/// <param name="onlyNew">Whether <c>ref</c> shows only the day's new rows of day models.</param>
internal sealed class RunNames(
    Project project, RunRelations relations, RunEngine engine, Model? model, DateOnly day, bool onlyNew) : ModelNames
{
    protected override ProjectContracts Contracts => project.Contracts;

    public override object? Ref(CallArguments call, string name) =>
        Relation(ModelRelation(name, onlyNew) ?? throw call.Wrong($"'{name}' is neither a model nor a seed"), name);

    /// <summary>SQL of a model, a seed, or a table of the engine's; null when there is none of that name.</summary>
    public string? ModelRelation(string name, bool news)
    {
        if (project.Models.TryGetValue(name, out var read))
            return !read.IsPublished ? Sql(RunRelations.Step(name))
                : news && read.Materialization == Materialization.Day ? NewRows(read.Target)
                : Sql(RunRelations.Name(read.Target));
        if (project.Seeds.ContainsKey(name))
            return Sql($"seeds.{Quoted.Name(name)}");
        return name switch
        {
            "venue_sessions" => Sql(NativeTables.SessionsView),
            "quarantine" => news ? NewRows(Quarantine.Ident) : Sql(RunRelations.Name(Quarantine.Ident)),
            _ => null,
        };
    }

    // what is published of the day is what an audit of it is about when the run has built nothing
    string NewRows(TableIdent ident) => relations.TryTarget(ident) is { IsStaged: true } ? Sql(RunRelations.NewRows(ident))
        : $"(select * from {Sql(RunRelations.Name(ident))} whole where trade_date = {Quoted.Date(day)})";

    string Sql(string name) => relations.Sql(engine, name);

    public override object? Source(CallArguments call, string source, string table)
    {
        var ident = NotedNames.SourceTable(project.Sources, project.Contracts, call, source, table);
        var sql = ident == NativeTables.Sessions ? Sql(NativeTables.SessionsView)
            : ident == NativeTables.Late ? NativeTables.LateOf(Sql(NativeTables.LateRows), day)
            : Sql(relations.TryTarget(ident) is not null ? RunRelations.Published(ident) : RunRelations.Name(ident));
        return Relation(sql, ident.Name);
    }

    public override object? Previous(CallArguments call, string name) =>
        project.Models.GetValueOrDefault(name) is { IsPublished: true } read && relations.TryTarget(read.Target) is not null
            ? Relation($"(select * from {Sql(RunRelations.Name(read.Target))} whole where trade_date < {Quoted.Date(day)})", name)
            : throw call.Wrong($"'{name}' is no model that is published");

    public override object? Published(CallArguments call, string name) =>
        project.Models.GetValueOrDefault(name) is { IsPublished: true } read && relations.TryTarget(read.Target) is not null
            ? Relation(Sql(RunRelations.Published(read.Target)), name)
            : throw call.Wrong($"'{name}' is no model that is published");

    public override object? Config(CallArguments call) => "";

    public override object? This =>
        model is { IsPublished: true } ? Relation(Sql(RunRelations.Name(model.Target)), model.Target.Name) : new Undefined("this");

    public override bool IsIncremental =>
        model is { Materialization: Materialization.Day } && relations.TryTarget(model.Target)?.Published.Count > 0;

    public override bool Execute => true;

    public override string BrokenRule(CallArguments call, string table, string alias)
    {
        var contract = project.Contracts.TryGet(table) ?? throw call.Wrong($"there is no contract of '{table}'");
        return Broken(contract, alias, hasPlaces: true);
    }

    /// <summary>SQL: the first rule that a row breaks, else null; of one that was released what is left of the rules.</summary>
    /// <param name="contract">Has the rules.</param>
    /// <param name="alias">Of the rows.</param>
    /// <param name="hasPlaces">Whether the rows have coordinates; rows without cannot have been released.</param>
    public string Broken(TableContract contract, string alias, bool hasPlaces)
    {
        var broken = RowRuleSql.Broken(contract, alias, RuleTable, engine.Dialect);
        if (!hasPlaces || !relations.HasReleases)
            return broken;
        var left = RowRuleSql.Broken(contract.Lifted, alias, RuleTable, engine.Dialect);
        return $"case when {relations.IsReleased(engine, Quoted.Name(alias))} then {left} else {broken} end";
    }

    /// <summary>SQL of the table that a reference rule names.</summary>
    public string RuleTable(string table)
    {
        var ident = TableIdent.Parse(table);
        var sql = project.Models.Values.FirstOrDefault(m => m.Target == ident) is { } read
            ? ModelRelation(read.Name, news: false)!
            : Sql(RunRelations.Name(ident));
        return project.Contracts.Get(table).IndexOf("trade_date") < 0 ? sql : $"(select * from {sql} whole where trade_date = {Quoted.Date(day)})";
    }

    static TemplateObject Relation(string sql, string name) =>
        new(sql, new Dictionary<string, object?>(StringComparer.Ordinal) { ["name"] = name, ["identifier"] = name });
}
