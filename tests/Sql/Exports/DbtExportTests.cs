using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Orchestration;
using Dart.Lake.Orchestration.Exports;
using Dart.Lake.Sql.Exports;
using Dart.Lake.Sql.Tests.Execution;
using static Dart.Lake.Sql.Tests.Execution.LakeFixture;

namespace Dart.Lake.Sql.Tests.Exports;

/// <summary>What an export for dbt holds of a published day: what its publication read, and nothing that came later.</summary>
public sealed class DbtExportTests : IDisposable
{
    static readonly DateOnly monday = new(2026, 9, 21), tuesday = new(2026, 9, 22);
    readonly string folder = Directory.CreateTempSubdirectory("dartlake-dbt-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Monday is published, Tuesday with a correction of Monday, and later more comes that nobody has published.</summary>
    static async Task<LakeFixture> TwoDaysAsync()
    {
        var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10), new Trade("NEW", monday, 3, 5, "IBM"));
        await PublishAsync(lake, monday);
        await lake.AppendAsync(new Trade("CORRECT", tuesday, 12, 25, Ref: 1), new Trade("NEW", tuesday, 11, 100));
        await PublishAsync(lake, tuesday);
        await lake.AppendAsync(new Trade("NEW", tuesday, 13, 7));
        return lake;
    }

    static async Task PublishAsync(LakeFixture lake, DateOnly day)
    {
        await lake.CutAsync(day);
        Assert.Equal(EndOfDayOutcome.Published, (await lake.EndOfDay().RunAsync(day, null, CancellationToken.None)).Outcome);
    }

    Task<DbtExport.Result> ExportAsync(LakeFixture lake, DateOnly day, string name) =>
        lake.DbtExport().WriteAsync(day, ExportFolder.Of(Path.Combine(folder, name), lake.Lake.DataDir), CancellationToken.None);

    async Task<IReadOnlyList<string>> RowsAsync(string name, string sql)
    {
        await using var engine = DuckDbEngine.Open(new() { Threads = 1, MemoryLimitBytes = 1L << 28 });
        await using var session = engine.OpenSession();
        await session.ExecuteAsync($"attach '{Path.Combine(folder, name, ProjectCopy.Database)}' as day (read_only)", CancellationToken.None);
        await session.ExecuteAsync("use day", CancellationToken.None);
        return [.. (await session.RowsAsync(sql, CancellationToken.None))
            .Select(row => string.Join(' ', row.Select(v => v is DateOnly d ? $"{d:yyyy-MM-dd}" : v ?? "-")))];
    }

    string Read(string file) => File.ReadAllText(Path.Combine(folder, file));

    void Write(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
        File.WriteAllText(Path.Combine(folder, file), "half");
    }

    const string Marks = "select trade_date, instrument, cast(mark as varchar) from {0}.marks order by all";

    [Fact]
    public async Task Sources_end_at_V_and_tables_of_models_before_the_day()
    {
        await using var lake = await TwoDaysAsync();
        var written = await ExportAsync(lake, tuesday, "day");
        Assert.Equal("eod-2026-09-22", written.Tag);
        Assert.Equal(["1", "3", "11", "12"], await RowsAsync("day", "select sequence from bronze.trades order by sequence"));
        Assert.Equal(["2026-09-21 AIG 25.000000", "2026-09-21 IBM 5.000000"], await RowsAsync("day", string.Format(null, Marks, "silver")));
        Assert.Equal(["2026-09-21"], await RowsAsync("day", "select distinct trade_date from silver.instruments"));
        Assert.Equal(["2026-09-22"], await RowsAsync("day", "select trade_date from dartlake.venue_sessions where trade_date = date '2026-09-22'"));
    }

    [Fact]
    public async Task A_restated_day_has_what_was_published_before_beside_it()
    {
        await using var lake = await TwoDaysAsync();
        var written = await ExportAsync(lake, monday, "day");
        Assert.Equal("eod-2026-09-21-r2", written.Tag);
        Assert.Equal(["2026-09-21 AIG 10.000000", "2026-09-21 IBM 5.000000"], await RowsAsync("day", string.Format(null, Marks, "published")));
        Assert.Empty(await RowsAsync("day", string.Format(null, Marks, "silver")));
    }

    [Fact]
    public async Task What_only_the_engine_can_build_is_told_and_brought_as_it_was_published()
    {
        await using var lake = await TwoDaysAsync();
        var left = Assert.Single((await ExportAsync(lake, tuesday, "day")).Day.LeftOut);
        Assert.Equal(("trades", "config(row_rules=true) is the engine's own"), (left.Model, left.Reason));
        Assert.Equal(["trades config(row_rules=true) is the engine's own"], await RowsAsync("day", "from dartlake.left_out"));
        Assert.Equal(["2026-09-21 2", "2026-09-22 1"], await RowsAsync("day", "select trade_date, count(*) from silver.trades group by all order by all"));
        Assert.Contains("{method: fqn, value: trades}", Read("day/selectors.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_calls_our_functions_and_what_reads_it_without_a_table_is_left_out()
    {
        await using var lake = await OpenAsync();
        lake.Project.Write("models/gold/steps/priced.sql", "{{ config(materialized='temp') }} select bsm_iv(true, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0) as iv");
        lake.Project.Write("models/gold/steps/read.sql", "{{ config(materialized='temp') }} select iv from {{ ref('priced') }}");
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        await PublishAsync(lake, monday);
        var left = (await ExportAsync(lake, monday, "day")).Day.LeftOut.Where(l => l.Model != "trades").ToDictionary(l => l.Model, l => l.Reason);
        Assert.Equal("it calls bsm_iv, which DuckDB has from dartlake alone", left["priced"]);
        Assert.Equal("it reads priced, which is left out and has no table", left["read"]);
        Assert.Equal(2, left.Count);
    }

    [Fact]
    public async Task An_export_says_what_it_holds_and_holds_the_same_again()
    {
        await using var lake = await TwoDaysAsync();
        var (one, two) = (await ExportAsync(lake, tuesday, "one"), await ExportAsync(lake, tuesday, "two"));
        Assert.Equal((one.Day.Tables, one.Day.Rows), (two.Day.Tables, two.Day.Rows));
        const string Tables = "select table_schema || '.' || table_name from information_schema.tables where table_catalog = 'day' order by all";
        var tables = await RowsAsync("one", Tables);
        Assert.Equal(one.Day.Tables, tables.Count);
        Assert.Equal(tables, await RowsAsync("two", Tables));
        var rows = 0L;
        foreach (var table in tables)
        {
            var held = await RowsAsync("one", $"select cast(t as varchar) from {table} t order by all");
            Assert.Equal(held, await RowsAsync("two", $"select cast(t as varchar) from {table} t order by all"));
            rows += held.Count;
        }
        Assert.Equal(one.Day.Rows, rows);
        var files = Directory.EnumerateFiles(lake.Project.Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(lake.Project.Folder, file)).Where(file => file != "dbt_project.yml");
        Assert.All(files, file => Assert.Equal(Read(Path.Combine(lake.Project.Folder, file)), Read($"one/{file}")));
        Assert.Contains("vars:\n  dart_lake: {trade_date: \"2026-09-22\", firm_currency: \"USD\", calendar_version: 1}\n", Read("one/dbt_project.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_day_that_other_models_built_is_refused()
    {
        await using var lake = await TwoDaysAsync();
        lake.Project.Write("macros/more.sql", "{% macro more() %}1{% endmacro %}");
        var refused = await Assert.ThrowsAsync<LakeException>(() => ExportAsync(lake, tuesday, "day"));
        Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
        Assert.Contains("2026-09-22 was published by other models than those of today (accounts, instruments, marks and 3 more)", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task An_export_that_was_killed_is_thrown_away_and_a_folder_of_others_is_not()
    {
        await using var lake = await TwoDaysAsync();
        Write("day.unfinished/notes.txt");
        var refused = await Assert.ThrowsAsync<LakeException>(() => ExportAsync(lake, tuesday, "day"));
        Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
        Assert.True(File.Exists(Path.Combine(folder, "day.unfinished", "notes.txt")));
        Write($"day.unfinished/{ProjectCopy.Database}");
        await ExportAsync(lake, tuesday, "day");
        Assert.Equal([Path.Combine(folder, "day")], Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task What_is_only_for_dbt_is_no_part_of_a_project()
    {
        await using var lake = await OpenAsync();
        lake.Project.Write("dbt_project.yml", Read(Path.Combine(lake.Project.Folder, "dbt_project.yml"))
            + "model-paths: [models, dbt_only/models]\nmacro-paths: [macros, dbt_only/macros]\n");
        var before = lake.Project.Load();
        lake.Project.Write("dbt_only/models/venue_sessions.sql", "select 1");
        lake.Project.Write("dbt_only/macros/day.sql", "{% materialization day, adapter='duckdb' %}{% endmaterialization %}");
        Assert.Equal(before.Fingerprints, lake.Project.Load().Fingerprints);
    }
}
