using System.Text.Json;
using Dart.Lake.Host.Tests.Lines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>dbt itself builds published days from their exports, to the rows that the engine published.</summary>
[Collection(SmallLakeTests.Name)]
public sealed class DbtTests(SmallLake lake) : IDisposable
{
    const string Date = SmallLake.Date;
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A day that was published once, and one that was restated.</summary>
    [Theory]
    [InlineData(Date)]
    [InlineData("2026-09-21")]
    public async Task Dbt_builds_every_model_but_those_that_need_our_functions_to_equal_rows(string date)
    {
        var dbt = Shared.Path("engines", "dbt");
        var export = await ExportAsync(date, "day");
        await Tool.RunAsync(dbt, ["--warn-error", "parse", "--project-dir", folder["day"], "--profiles-dir", folder["day"]]);
        await Tool.RunAsync(dbt, ["build", "--project-dir", folder["day"], "--profiles-dir", folder["day"]]);
        var built = Results(folder["day"], "model.");
        Assert.Equal(["option_greeks"], LeftOut(export));
        Assert.Equal(export.GetProperty("models").GetInt32() - 1, built.Count);
        Assert.All(built, model => Assert.Equal("success", model.Status));
        Assert.Equal(await OurAuditsAsync(date), Results(folder["day"], "test.").Select(a => $"{a.Status} {a.Failures}").Order(StringComparer.Ordinal));
        var (compared, differing) = await CompareAsync(export.GetProperty("tag").GetString()!, date);
        Assert.Empty(differing);
        Assert.Equal(29, compared);
    }

    /// <summary>What is left out can be selected all the same: it is refused, and its rows stay.</summary>
    [Fact]
    public async Task A_model_that_dbt_cannot_build_keeps_its_published_rows()
    {
        var dbt = Shared.Path("engines", "dbt");
        await ExportAsync(Date, "day");
        var result = await Shell.TypeAsync(folder["day"], $"{dbt} run --select option_greeks", TimeSpan.FromMinutes(2));
        Assert.Contains("option_greeks is not for dbt: it calls bsm_price", result.Exits(1).Out, StringComparison.Ordinal);
        Assert.Empty((await CompareAsync($"eod-{Date}", Date, "gold.option_greeks")).Differing);
    }

    async Task<JsonElement> ExportAsync(string date, string name)
    {
        lake.Demo.Exits(0);
        return JsonDocument.Parse((await Exe.RunAsync(
            TimeSpan.FromMinutes(2), "dbt", "export", folder[name], "--date", date, "--data-dir", lake.DataDir, "--json")).Exits(0).Out).RootElement;
    }

    static IEnumerable<string?> LeftOut(JsonElement export) =>
        export.GetProperty("left_out").EnumerateArray().Select(left => left.GetProperty("model").GetString());

    sealed record Result(string Status, long Failures);

    /// <summary>What dbt says of the last build.</summary>
    static List<Result> Results(string project, string kind) =>
    [
        .. from result in JsonDocument.Parse(File.ReadAllText(Path.Combine(project, "target", "run_results.json"))).RootElement.GetProperty("results").EnumerateArray()
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
            .Where(a => a.GetProperty("subject").GetString() != "gold.option_greeks")
            .Select(a => $"{a.GetProperty("status").GetString()} {a.GetProperty("failures").GetInt64()}").Order(StringComparer.Ordinal);
    }

    /// <summary>Tables of silver and gold whose day differs in a row or in a column's type, of those that dbt has.</summary>
    async Task<(int Compared, IReadOnlyList<string> Differing)> CompareAsync(string tag, string date, string? only = null)
    {
        await using var ours = await Lake.OpenAsync(lake.DataDir, TimeProvider.System, IdSource.System, CancellationToken.None);
        await using var engine = DuckDbEngine.Open(new DuckDbOptions { Threads = 2, MemoryLimitBytes = 1L << 30 });
        await using var session = engine.OpenSession();
        await session.ExecuteAsync($"attach '{Path.Combine(folder["day"], "lake.duckdb")}' as theirs (read_only)", CancellationToken.None);
        var (compared, differing) = (0, new List<string>());
        foreach (var table in (await ours.Catalog.SurveyAsync(CancellationToken.None)).Tables.Values)
        {
            var isMart = table.Ident.Namespace is "silver" or "gold" && table.Ident.Name != "venue_sessions";
            if (!isMart || only is null && table.Ident.Name == "option_greeks" || only is not null && only != table.Ident.ToString())
                continue;
            compared++;
            var plan = await ours.Scan.PlanAsync(table, new ScanOptions { Tag = tag }, CancellationToken.None);
            var mine = $"select * from ({await TableReader.SqlForAsync(session, table, plan.Schema, plan.Files, CancellationToken.None)}) where trade_date = date '{date}'";
            var other = $"select * from theirs.{table.Ident} where trade_date = date '{date}'";
            var rows = await session.RowsAsync($"select count(*) from ((({mine}) except all ({other})) union all (({other}) except all ({mine})))", CancellationToken.None);
            if (Convert.ToInt64(rows[0][0]) != 0 || await TypesAsync(session, mine) != await TypesAsync(session, other))
                differing.Add($"{table.Ident}: {rows[0][0]} rows");
        }
        return (compared, differing);
    }

    static async Task<string> TypesAsync(DuckDbSession session, string sql) => string.Join(
        ", ", (await session.RowsAsync($"select column_name, column_type from (describe {sql})", CancellationToken.None)).Select(c => $"{c[0]} {c[1]}"));
}
