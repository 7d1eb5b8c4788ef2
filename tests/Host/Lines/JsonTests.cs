using System.Text.Json;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>
/// With <c>--json</c> stdout is one document: rows as an array, anything else an object, a failure an object with <c>error</c>.
/// </summary>
[Collection(SmallLakeTests.Name)]
public sealed class JsonTests(SmallLake lake)
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("table ls", "table rows files bytes snapshots")]
    [InlineData("table history gold.daily_pnl", "snapshot time operation added_rows removed_rows rows stream run")]
    [InlineData("table files gold.daily_pnl", "file partition rows bytes")]
    [InlineData("table refs gold.daily_pnl", "name type snapshot time")]
    [InlineData("table compact", "table partitions files new_files rows bytes new_bytes left_files snapshot")]
    [InlineData("table expire", "table expired kept kept_by_need files_waiting")]
    [InlineData("table health", "table files small do bytes manifests snapshots old metadata_files metadata_bytes")]
    [InlineData("deadletters ls --dropped", "topic partition offset reason detail state read_at schema_id bytes log_id")]
    [InlineData("deadletters show --dropped --limit 1", "topic partition offset log_id read_at schema_id reason detail state key fields failure rest")]
    [InlineData("quarantine ls --dropped", "trade_date table rule reason source sequence topic partition offset state")]
    [InlineData("quarantine show --dropped --limit 1", "trade_date table rule reason topic partition offset log_id state row")]
    [InlineData("runs ls", "run kind trade_date status seconds error started")]
    [InlineData("test --date 2026-09-22 --select daily_pnl", "day subject audit status failures")]
    [InlineData("doctor", "check good says")]
    [InlineData("sql \"select 1 as a, 'x' as b\"", "a b")]
    public async Task Rows_are_an_array_of_objects_by_column(string line, string columns)
    {
        using var json = JsonDocument.Parse((await lake.TypeAsync($"dartlake {line} --json --data-dir data/sim")).Exits(0).Out);
        Assert.All(
            json.RootElement.EnumerateArray(),
            row => Assert.Equal(columns, string.Join(' ', row.EnumerateObject().Select(column => column.Name))));
        Assert.NotEqual(0, json.RootElement.GetArrayLength());
    }

    [Theory]
    [InlineData("table show gold.daily_pnl", "table table_uuid location metadata_location format_version current_snapshot_id columns partitions row_rules properties")]
    [InlineData("table rollback gold.risk_metrics --to tag:eod-2026-09-22", "table from to changed holds_stream")]
    [InlineData("verify", "good left_out tables")]
    [InlineData("deadletters drop --reason NULL_VALUE --why tests", "count moved stays")]
    [InlineData("quarantine drop --reason unknown_reference --why tests", "count moved stays")]
    [InlineData("reconcile --date 2026-09-22", "date ok lines")]
    [InlineData("dbt export for-dbt-as-json --date 2026-09-22", "date tag folder tables rows models left_out")]
    [InlineData("eod --date 2026-09-22", "run_id trade_date outcome days rows seconds late audits differences remarks quality")]
    public async Task A_report_is_an_object(string line, string names)
    {
        using var json = JsonDocument.Parse((await lake.TypeAsync($"dartlake {line} --json --data-dir data/sim")).Exits(0).Out);
        await lake.BuildAgainAfterAsync(line);
        Assert.Equal(names, string.Join(' ', json.RootElement.EnumerateObject().Select(property => property.Name)));
    }

    [Fact]
    public async Task A_plan_names_the_tables_that_the_run_commits_and_the_audits_that_it_makes()
    {
        var (selection, before) = ("--date 2026-09-22 --select +positions_eod --exclude accounts", await SnapshotsAsync());
        // what others have typed may have left a lake in the folder where one is looked for
        using var nowhere = new TempFolder();
        using var plan = JsonDocument.Parse((await Shell.TypeAsync(nowhere.Path, $"dartlake plan {selection} --json", limit)).Exits(0).Out);
        using var run = JsonDocument.Parse((await lake.TypeAsync($"dartlake run {selection} --json --data-dir data/sim")).Exits(0).Out);
        var committed = (await SnapshotsAsync())
            .Where(table => before.GetValueOrDefault(table.Key) != table.Value)
            .Select(table => table.Key);
        var steps = plan.RootElement.EnumerateArray().ToLookup(stage => stage.GetProperty("step").GetString());
        Assert.Equal(Texts(Assert.Single(steps["publish"]).GetProperty("tables")), committed.Order(StringComparer.Ordinal));
        var audited = run.RootElement.EnumerateArray().Select(row => row.GetProperty("audit").GetString());
        Assert.Equal(steps["audit"].SelectMany(stage => Texts(stage.GetProperty("audits"))), audited);
        Assert.Empty(steps["bring"]);

        async Task<Dictionary<string, long>> SnapshotsAsync()
        {
            using var tables = JsonDocument.Parse((await lake.TypeAsync("dartlake table ls --json --data-dir data/sim")).Exits(0).Out);
            return tables.RootElement.EnumerateArray()
                .ToDictionary(row => row.GetProperty("table").GetString()!, row => row.GetProperty("snapshots").GetInt64());
        }

        static IEnumerable<string?> Texts(JsonElement array) => array.EnumerateArray().Select(text => text.GetString());
    }

    [Fact]
    public async Task A_run_has_its_inputs_models_and_outputs_as_documents()
    {
        using var list = JsonDocument.Parse((await lake.TypeAsync("dartlake runs ls --json --data-dir data/sim")).Exits(0).Out);
        var published = list.RootElement.EnumerateArray()
            .First(run => run.GetProperty("kind").GetString() == "eod" && run.GetProperty("status").GetString() == "succeeded")
            .GetProperty("run").GetString();
        using var run = JsonDocument.Parse((await lake.TypeAsync($"dartlake runs show {published} --json --data-dir data/sim")).Exits(0).Out);
        Assert.Equal(published, run.RootElement.GetProperty("run_id").GetString());
        Assert.NotEqual(0, run.RootElement.GetProperty("stages").GetArrayLength());
        Assert.All(["inputs", "models", "outputs"], part => Assert.NotEmpty(run.RootElement.GetProperty(part).EnumerateObject()));
    }

    [Theory]
    [InlineData(2, "invalid", "table show gold.nothing --data-dir data/sim")]
    [InlineData(2, "invalid", "sql \"select * from gold.nothing\" --data-dir data/sim")]
    [InlineData(2, "invalid", "table compact gold.nothing --data-dir data/sim")]
    [InlineData(2, "invalid", "table expire gold.nothing --data-dir data/sim")]
    [InlineData(2, "invalid", "table rollback gold.daily_pnl --to tag:nothing --data-dir data/sim")]
    [InlineData(2, "invalid", "table orphans --older-than 0 --data-dir data/sim")]
    [InlineData(2, "invalid", "eod --date tomorrow")]
    [InlineData(2, "invalid", "verify --data-dir nowhere")]
    [InlineData(2, "invalid", "reconcile --date 2026-09-23 --data-dir data/sim")]
    [InlineData(1, "unavailable", "demo --trades 500 --redis 127.0.0.1:1 --data-dir data/none")]
    public async Task A_failure_is_an_object_with_the_line_that_people_read(int code, string kind, string line)
    {
        var result = (await lake.TypeAsync($"dartlake {line} --json")).Exits(code);
        using var json = JsonDocument.Parse(result.Out);
        var error = json.RootElement.GetProperty("error");
        Assert.Equal(kind, error.GetProperty("kind").GetString());
        Assert.Equal(code, error.GetProperty("exit_code").GetInt32());
        Assert.Equal($"dartlake: {error.GetProperty("message").GetString()}\n", result.Error);
    }

    [Fact]
    public async Task A_query_is_written_in_every_format()
    {
        const string Query = "dartlake sql \"select count(*) as runs, null as nothing from gold.portfolio_summary where trade_date = date '2026-09-22'\" --data-dir data/sim";
        Assert.Equal("runs  nothing\n----  -------\n  20     NULL\n", (await lake.TypeAsync($"{Query} --format table")).Exits(0).Out);
        Assert.Equal("runs,nothing\r\n20,\r\n", (await lake.TypeAsync($"{Query} --format csv")).Exits(0).Out);
        Assert.Equal("[\n{\"runs\":20,\"nothing\":null}\n]\n", (await lake.TypeAsync($"{Query} --format json")).Exits(0).Out);
        Assert.Equal("PAR1", (await lake.TypeAsync($"{Query} --format parquet | head -c 4")).Exits(0).Out);
    }
}
