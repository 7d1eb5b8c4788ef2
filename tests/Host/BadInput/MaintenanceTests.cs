using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.BadInput;

/// <summary>Maintenance goes from table to table, and says of each that it left what became of it.</summary>
public class MaintenanceTests
{
    static readonly TimeSpan limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("compact")]
    [InlineData("expire")]
    [InlineData("health")]
    public async Task A_name_that_is_wrong_does_not_keep_the_others_from_being_done_and_printed(string verb)
    {
        using var lake = await HolesLake.MakeAsync();
        var result = (await Exe.RunAsync(limit, "table", verb, "ops.hole", "OPS.log_holes", "--data-dir", lake.DataDir)).Exits(2);
        Assert.Contains("ops.log_holes", result.Out, StringComparison.Ordinal);
        result.SaysOnce("there is no table ops.hole", "near it ops.log_holes");
        // alone it is the line's own failure
        await Refusal.FailsAsync(2, ["table", verb, "ops.hole", "--data-dir", lake.DataDir], "near it ops.log_holes");
    }

    [Fact]
    public async Task What_properties_and_formats_keep_from_maintenance_is_told_and_no_failure_of_the_daily_line()
    {
        using var lake = await HolesLake.MakeAsync();
        await KeepAsync(lake.DataDir);
        var expired = (await Exe.RunAsync(limit, "table", "expire", "--data-dir", lake.DataDir)).Exits(0);
        expired.SaysOnce("left as it is", "gc.enabled is false for ops.log_holes");
        await Refusal.FailsAsync(2, ["table", "expire", "ops.log_holes", "--data-dir", lake.DataDir], "gc.enabled");

        await ToV3Async(lake.DataDir);
        (await Exe.RunAsync(limit, "table", "compact", "--data-dir", lake.DataDir)).Exits(0).SaysOnce("left as it is", "of format v3");
        await Refusal.FailsAsync(2, ["table", "compact", "ops.log_holes", "--data-dir", lake.DataDir], "of format v3");
        var health = (await Exe.RunAsync(limit, "table", "health", "--data-dir", lake.DataDir)).Exits(0);
        Assert.DoesNotContain("table compact", health.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_analyzed_without_a_name_is_silver_and_gold_for_bronze_would_lose_it_with_its_snapshots()
    {
        using var folder = new TempFolder();
        var cancel = TestContext.Current.CancellationToken;
        await using (var lake = await Lake.OpenAsync(folder.Path, TimeProvider.System, IdSource.System, cancel))
            foreach (var name in new[] { "bronze.trades", "silver.trades", "gold.daily_pnl", "ops.log_holes" })
                await lake.Catalog.CreateAsync(TableIdent.Parse(name), TableContracts.Get(name).ToDefinition(), cancel);
        Assert.Equal(["gold.daily_pnl", "silver.trades"], await AnalyzedAsync());
        Assert.Equal(["bronze.trades"], await AnalyzedAsync("bronze.trades"));

        async Task<IEnumerable<string?>> AnalyzedAsync(params string[] names)
        {
            var result = (await Exe.RunAsync(limit, ["table", "analyze", .. names, "--json", "--data-dir", folder.Path])).Exits(0);
            using var rows = JsonDocument.Parse(result.Out);
            return [.. rows.RootElement.EnumerateArray().Select(row => row.GetProperty("table").GetString())];
        }
    }

    [Fact]
    public async Task A_table_of_a_nested_namespace_is_named_as_it_is_listed_and_a_view_is_told_from_a_table()
    {
        using var lake = await HolesLake.MakeAsync();
        await NestAsync(lake.DataDir);
        var listed = (await Exe.RunAsync(limit, "table", "ls", "--data-dir", lake.DataDir)).Exits(0).Out;
        Assert.Contains("research.deep.t2", listed, StringComparison.Ordinal);
        foreach (var verb in new[] { "show", "history", "files", "refs", "compact", "expire", "health", "analyze" })
            (await Exe.RunAsync(limit, "table", verb, "research.deep.t2", "--data-dir", lake.DataDir)).Exits(0);
        var count = await Exe.RunAsync(limit, "sql", "select count(*) from \"research.deep\".t2", "--data-dir", lake.DataDir);
        Assert.Contains("100", count.Exits(0).Out, StringComparison.Ordinal);
        await Refusal.FailsAsync(
            2, ["sql", "select count(*) from research.deep.t2", "--data-dir", lake.DataDir], "of a nested namespace, \"research.deep\".t2");
        await Refusal.FailsAsync(2, ["table", "show", "research..t2", "--data-dir", lake.DataDir], "'research..t2' is not a table name");
        foreach (var verb in new[] { "show", "analyze" })
            await Refusal.FailsAsync(
                2, ["table", verb, "research.Per_Day", "--data-dir", lake.DataDir], "research.per_day is a view of another engine");
    }

    /// <summary>The lake's table as one of a nested namespace, and a view, as other engines write them.</summary>
    static async Task NestAsync(string folder)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(folder, "catalog.db")};Pooling=False");
        await Dapper.SqlMapper.ExecuteAsync(connection, """
            UPDATE iceberg_tables SET table_namespace = 'research.deep', table_name = 't2';
            INSERT INTO iceberg_tables SELECT catalog_name, 'research', 'per_day', metadata_location, NULL, 'VIEW' FROM iceberg_tables;
            """);
    }

    static async Task KeepAsync(string folder)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var lake = await Lake.OpenAsync(folder, TimeProvider.System, IdSource.System, cancel);
        var ident = TableIdent.Parse("ops.log_holes");
        var kept = new TableIntent { Properties = new Dictionary<string, string?> { ["gc.enabled"] = "false" } };
        await lake.Catalog.CommitAsync([new(ident, _ => kept)], null, cancel);
    }

    static async Task ToV3Async(string folder)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var lake = await Lake.OpenAsync(folder, TimeProvider.System, IdSource.System, cancel);
        var table = (await lake.Catalog.TryLoadAsync(TableIdent.Parse("ops.log_holes"), cancel))!;
        var file = table.MetadataLocation["file://".Length..];
        const string v2 = "\"format-version\":2", v3 = "\"format-version\":3,\"next-row-id\":0";
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, cancel)).Replace(v2, v3, StringComparison.Ordinal), cancel);
    }
}
