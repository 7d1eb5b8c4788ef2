using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.Spark;
using Dart.Lake.Lakehouse.Engines.Trino;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>The marts' macros on a real Trino: the answers that were worked out by hand, and that DuckDB gives.</summary>
[Collection(TrinoPlaceTests.Name)]
public sealed class TrinoMacroTests(TrinoPlace place)
{
    [Fact]
    public async Task Each_macro_answers_what_was_worked_out_by_hand()
    {
        await using var engine = new TrinoEngine(await place.SettingsAsync(), TimeProvider.System);
        Assert.Empty(await MacroAnswers.WrongAsync(engine, SqlDialect.Trino));
    }
}

/// <summary>The same on a real Spark.</summary>
[Collection(SparkPlaceTests.Name)]
public sealed class SparkMacroTests(SparkPlace place)
{
    [Fact]
    public async Task Each_macro_answers_what_was_worked_out_by_hand()
    {
        var settings = await place.SettingsAsync() with
        {
            Session = new Dictionary<string, string>
            {
                ["spark.sql.ansi.enabled"] = "true",
                ["spark.sql.ansi.doubleQuotedIdentifiers"] = "true",
                ["spark.sql.decimalOperations.allowPrecisionLoss"] = "false",
                ["spark.sql.session.timeZone"] = "UTC",
            },
        };
        await using var engine = new SparkEngine(settings, TimeProvider.System, IdSource.System);
        Assert.Empty(await MacroAnswers.WrongAsync(engine, SqlDialect.Spark));
    }
}

/// <summary>Asks an engine every case.</summary>
static class MacroAnswers
{
    /// <summary>Cases whose answers are others, with what the engine says.</summary>
    public static async Task<IReadOnlyList<string>> WrongAsync(IQueryEngine engine, SqlDialect dialect)
    {
        var project = ProjectLoader.Load(
            Path.Combine(Checkout.Root, "dbt-like-sql", "project"), new Dictionary<string, object?>(StringComparer.Ordinal), _ => null);
        var wrong = new List<string>();
        foreach (var one in MacroCase.All)
        {
            var sql = one.Sql(Rendered(one.Macro, project, dialect), dialect.TextType);
            await using var result = await engine.QueryAsync(OfEngine(sql, dialect), CancellationToken.None);
            var answers = (await result.ReadRowsAsync(100, CancellationToken.None)).Select(row => (string?)row[0]).ToList();
            if (!answers.SequenceEqual(one.Expected))
                wrong.Add($"{one.Macro}: {string.Join(" | ", answers.Select(a => a ?? "null"))}");
        }
        return wrong;
    }

    // a text with a zone is a time of Trino's only where the zone has a blank before it; Spark's type of times has no precision
    static string OfEngine(string sql, SqlDialect dialect) => dialect == SqlDialect.Trino
        ? sql.Replace("+00:00' as", " UTC' as", StringComparison.Ordinal)
        : sql.Replace("timestamp(6) with time zone", "timestamp", StringComparison.Ordinal);

    static string Rendered(string macro, Project project, SqlDialect dialect)
    {
        var names = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["target"] = new TemplateObject(dialect.Name, new Dictionary<string, object?>(StringComparer.Ordinal) { ["type"] = dialect.Name }),
            ["var"] = (TemplateFunction)(_ => "2026-09-21"),
        };
        return Renderer.Render(Template.Parse("case.sql", macro, TemplateLimits.Default), names, project.Macros, TemplateLimits.Default).Text;
    }
}
