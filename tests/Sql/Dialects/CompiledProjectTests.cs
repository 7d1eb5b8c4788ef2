using System.Text.RegularExpressions;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Tests.Dialects;

/// <summary>Every model and audit of the marts compiles for three engines, and has nothing that only another one has.</summary>
public partial class CompiledProjectTests
{
    public static TheoryData<string> Engines => ["duckdb", "trino", "spark"];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Every_model_and_audit_compiles_for_an_engine_and_only_for_it(string engine)
    {
        var (project, dialect) = (NamedTables.Marts(), SqlDialect.TryOf(engine)!);
        var queries = project.Models.Values.Where(m => (m.Engine ?? dialect) == dialect)
            .Select(m => (m.Path, Sql: NamedTables.Compile(project, m.Template, m, dialect)))
            .Concat(project.Audits.Select(a => (a.Path, Sql: NamedTables.Compile(project, a.Template, null, dialect))))
            .Concat(project.Models.Values.SelectMany(m => m.Audits.Select(a => (
                Path: a.At, Sql: AuditSql.Failing(a, $"gold.{Quoted.Name(m.Name)}", new NamedTables(project, m, dialect).Of, dialect)))))
            .ToList();
        Assert.True(queries.Count > 100, $"{queries.Count}");
        if (dialect == SqlDialect.DuckDb)
            return;
        var found = queries
            .SelectMany(q => Foreign(dialect).Matches(Bare(q.Sql, dialect.Lexer)).Select(m => $"{q.Path}: {m.Value}")).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found.Take(20)));
    }

    [Fact]
    public void The_model_that_calls_functions_of_ours_says_which_engine_builds_it()
    {
        var marts = NamedTables.Marts();
        var plan = $"{Planner.Plan(marts, [new(2026, 9, 21)], ["option_greeks"], [], [])}";
        Assert.Contains("build    gold.option_greeks (day, on duckdb)", plan, StringComparison.Ordinal);
        var embedded = marts.Models.Values.Where(m => m.Engine is not null).ToList();
        Assert.Equal("option_greeks", Assert.Single(embedded).Name);
        Assert.Equal(SqlDialect.DuckDb, embedded[0].Engine);
    }

    /// <summary>Without texts, names in quotes and comments.</summary>
    static string Bare(string sql, SqlLexer lexer)
    {
        var bare = new System.Text.StringBuilder();
        for (var i = 0; i < sql.Length;)
        {
            var next = lexer.Next(sql, i);
            bare.Append(next == i + 1 ? sql[i..next] : sql[i] == '\'' ? "''" : sql[i] == '"' ? "x" : " ");
            i = next;
        }
        return bare.ToString();
    }

    static Regex Foreign(SqlDialect dialect) => dialect == SqlDialect.Trino ? ForTrino() : ForSpark();

    const string OfDuckDb = @"::|//|->>|\b(hugeint|timestamptz|epoch_us|make_timestamptz|to_json\(cast|json_object|list|list_\w+|lambda|listagg\([^()]*order by"
        + @"|group by all|order by all|bit_\w+|bsm_\w+|date_diff\('day'|sign|isnan|strftime|read_\w+|ignore nulls\)|window \w+ as|over \w+|unnest|range)\b(?!')";

    [GeneratedRegex(OfDuckDb + @"|\b(unix_micros|timestamp_micros|collect_list|struct|string|div)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ForTrino();

    [GeneratedRegex(OfDuckDb + @"|\bvarchar\b|\b(array_agg|reduce|row|is_nan|json_format|from_unixtime_nanos|varbinary)\(", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ForSpark();
}
