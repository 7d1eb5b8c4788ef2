using System.Text.Json;
using Dart.Lake.Host.Tests.Lines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>dbt itself builds published days from their exports, to the rows that the engine published.</summary>
[Collection(SmallLakeTests.Name)]
public sealed class DbtTests(SmallLake lake) : IDisposable
{
    const string Date = SmallLake.Date;
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>What docs/dbt.md tells to type in the folder.</summary>
    static IReadOnlyList<string> Lines { get; } =
        [.. Checkout.Commands(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "dbt.md")), "dbt")];

    /// <summary>A day that was published once, and one that was restated.</summary>
    [Theory]
    [InlineData(Date)]
    [InlineData("2026-09-21")]
    public async Task Dbt_builds_every_model_but_the_one_that_needs_our_functions_to_equal_rows(string date)
    {
        Shared.Path("engines", "dbt");
        var export = await ExportAsync(date);
        await TypeAsync("dbt --warn-error parse", 0);
        await TypeAsync(Lines[0], 0);
        var built = Results("model.");
        Assert.Equal(["option_greeks"], export.GetProperty("left_out").EnumerateArray().Select(left => left.GetProperty("model").GetString()));
        var project = Path.Combine(Checkout.Root, "dbt-like-sql", "project", "models");
        var models = Directory.EnumerateFiles(project, "*.sql", SearchOption.AllDirectories).Count();
        Assert.Equal((models, models - 1), (export.GetProperty("models").GetInt32(), built.Count));
        Assert.All(built, model => Assert.Equal("success", model.Status));
        Assert.Equal(await OurAuditsAsync(date), Results("test.").Select(a => $"{a.Status} {a.Failures}").Order(StringComparer.Ordinal));
        var (compared, differing) = await CompareAsync(export.GetProperty("tag").GetString()!, date, table => table != "gold.option_greeks");
        Assert.Equal(29, compared);
        Assert.Empty(differing);
    }

    [Fact]
    public async Task The_other_lines_of_the_document_work_and_a_model_that_dbt_cannot_build_keeps_its_rows()
    {
        Shared.Path("engines", "dbt");
        var tag = (await ExportAsync(Date)).GetProperty("tag").GetString()!;
        foreach (var line in Lines)
            await TypeAsync(line, 0);
        Assert.Equal(3, Lines.Count);
        Assert.Empty((await CompareAsync(tag, Date, _ => true)).Differing);
        Assert.Contains("option_greeks is not for dbt: it calls bsm_price", await TypeAsync("dbt run --select option_greeks", 1), StringComparison.Ordinal);
        Assert.Empty((await CompareAsync(tag, Date, table => table == "gold.option_greeks")).Differing);
        // what dbt builds otherwise is seen
        await TypeAsync("dbt run --select portfolio_summary --vars '{firm_currency: EUR}'", 0);
        Assert.Equal(["gold.portfolio_summary: 40 rows"], (await CompareAsync(tag, Date, table => table == "gold.portfolio_summary")).Differing);
    }

    /// <summary>Types a line in the folder of the export.</summary>
    async Task<string> TypeAsync(string line, int exits)
    {
        var engines = Path.GetDirectoryName(Shared.Path("engines", "dbt"));
        return (await Shell.TypeAsync(folder["day"], $"PATH={engines}:$PATH; {line}", TimeSpan.FromMinutes(5))).Exits(exits).Out;
    }

    async Task<JsonElement> ExportAsync(string date)
    {
        lake.Demo.Exits(0);
        return JsonDocument.Parse((await Exe.RunAsync(
            TimeSpan.FromMinutes(2), "dbt", "export", folder["day"], "--date", date, "--data-dir", lake.DataDir, "--json")).Exits(0).Out).RootElement;
    }

    sealed record Result(string Status, long Failures);

    /// <summary>What dbt says of the last build.</summary>
    List<Result> Results(string kind) =>
    [
        .. from result in JsonDocument.Parse(File.ReadAllText(folder["day/target/run_results.json"])).RootElement
               .GetProperty("results").EnumerateArray()
           where result.GetProperty("unique_id").GetString()!.StartsWith(kind, StringComparison.Ordinal)
           select new Result(
               result.GetProperty("status").GetString()!,
               result.GetProperty("failures") is { ValueKind: JsonValueKind.Number } failures ? failures.GetInt64() : 0),
    ];

    /// <summary>Status and number of failing rows of each of our audits of the day, but those of what dbt does not build.</summary>
    async Task<IEnumerable<string>> OurAuditsAsync(string date)
    {
        var audits = (await Exe.RunAsync(TimeSpan.FromMinutes(2), "test", "--date", date, "--data-dir", lake.DataDir, "--json")).Exits(0).Out;
        return JsonDocument.Parse(audits).RootElement.EnumerateArray()
            .Where(a => a.GetProperty("subject").GetString() is not ("gold.option_greeks" or "tests/greeks_have_signs.sql"))
            .Select(a => $"{a.GetProperty("status").GetString()} {a.GetProperty("failures").GetInt64()}").Order(StringComparer.Ordinal);
    }

    /// <summary>Tables of models: how many, and those whose day differs in a row or in a column's type.</summary>
    async Task<(int Compared, List<string> Differing)> CompareAsync(string tag, string date, Func<string, bool> which)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var ours = await Lake.OpenAsync(lake.DataDir, TimeProvider.System, IdSource.System, cancel);
        await using var engine = DuckDbEngine.Open(new DuckDbOptions { Threads = 2, MemoryLimitBytes = 1L << 30 });
        await using var session = engine.OpenSession();
        await session.ExecuteAsync($"attach '{folder["day/lake.duckdb"]}' as theirs (read_only)", cancel);
        var (compared, differing) = (0, new List<string>());
        foreach (var table in (await ours.Catalog.SurveyAsync(cancel)).Tables.Values)
        {
            if (table.Ident.Namespace is not ("silver" or "gold") || table.Ident.Name == "venue_sessions" || !which(table.Ident.ToString()))
                continue;
            compared++;
            var plan = await ours.Scan.PlanAsync(table, new ScanOptions { Tag = tag }, cancel);
            var published = await TableReader.SqlForAsync(session, table, plan.Schema, plan.Files, cancel);
            // dbt publishes nothing, and so leaves the column of that name empty
            var columns = table.Ident.Namespace == "gold" ? "* exclude (publication)" : "*";
            var (mine, other) = (OfDay(columns, $"({published})"), OfDay(columns, $"theirs.{table.Ident}"));
            var rows = await session.RowsAsync(
                $"select count(*) from ((({mine}) except all ({other})) union all (({other}) except all ({mine})))", cancel);
            if (Convert.ToInt64(rows[0][0]) != 0 || await TypesAsync(session, mine) != await TypesAsync(session, other))
                differing.Add($"{table.Ident}: {rows[0][0]} rows");
        }
        return (compared, differing);

        string OfDay(string columns, string from) => $"select {columns} from {from} where trade_date = date '{date}'";
    }

    static async Task<string> TypesAsync(DuckDbSession session, string sql)
    {
        var columns = await session.RowsAsync($"select column_name, column_type from (describe {sql})", CancellationToken.None);
        return string.Join(", ", columns.Select(column => $"{column[0]} {column[1]}"));
    }
}
