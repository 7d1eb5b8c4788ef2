using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Tests.Dialects;

/// <summary>Answers templates with the names of tables, so that a project compiles for an engine without a lake.</summary>
sealed class NamedTables(Project project, Model? model, SqlDialect dialect) : ModelNames
{
    static readonly DateOnly day = new(2026, 9, 21);

    protected override ProjectContracts Contracts => project.Contracts;

    /// <summary>The marts of this checkout.</summary>
    public static Project Marts() => ProjectLoader.Load(
        Path.Combine(Checkout.Root, "dbt-like-sql", "project"), new Dictionary<string, object?>(StringComparer.Ordinal), _ => null);

    public static string Compile(Project project, Template template, Model? model, SqlDialect dialect)
    {
        var vars = new Dictionary<string, object?>(project.Vars, StringComparer.Ordinal)
        {
            ["trade_date"] = $"{day:yyyy-MM-dd}",
            ["run_id"] = "r",
            ["calendar_version"] = 1L,
        };
        var names = new NamedTables(project, model, dialect).Globals(vars, _ => null, dialect.Name);
        return OneStatement.Of(Renderer.Render(template, names, project.Macros, TemplateLimits.Default), dialect.Lexer).Sql;
    }

    public override object? Ref(CallArguments call, string name) => Of(name);

    public string Of(string model) => project.Models.TryGetValue(model, out var read) && read.IsPublished
        ? $"{read.Target.Namespace}.{Quoted.Name(read.Target.Name)}"
        : model == "venue_sessions" ? "silver.venue_sessions" : $"work.{Quoted.Name(model)}";

    public override object? Source(CallArguments call, string source, string table) => $"{source}.{Quoted.Name(table)}";

    public override object? Published(CallArguments call, string name) => Of(name);

    public override object? Previous(CallArguments call, string name) => $"(select * from {Of(name)} where trade_date < {Quoted.Date(day)})";

    public override object? Config(CallArguments call) => "";

    public override object? This => model is null ? null : Of(model.Name);

    public override bool IsIncremental => true;

    public override bool Execute => true;

    public override string BrokenRule(CallArguments call, string table, string alias) =>
        RowRuleSql.Broken(project.Contracts.Get(table), alias, RuleTable, dialect);

    string RuleTable(string table) => project.Contracts.Get(table).IndexOf("trade_date") < 0
        ? table : $"(select * from {TableIdent.Parse(table)} where trade_date = {Quoted.Date(day)})";
}
