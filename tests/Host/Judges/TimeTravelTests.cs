using System.Text.Json;
using Dart.Lake.Host.Tests.Lines;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>Earlier states of tables, and what the verbs say of snapshots, files and tags.</summary>
[Collection(SmallLakeTests.Name)]
public sealed class TimeTravelTests(SmallLake lake)
{
    const string FirstTag = "eod-2026-09-21", RestatedTag = "eod-2026-09-21-r2";

    static readonly string[] numbers = ["realised", "unrealised", "fees", "total_day", "trades"];

    [Fact]
    public async Task A_restated_day_is_read_as_it_was_published_first_and_as_it_was_restated()
    {
        lake.Demo.Exits(0);
        var summary = $"select account, {string.Join(", ", numbers)} from gold.portfolio_summary where trade_date = date '2026-09-21'";
        var (first, restated) = (await RowsAsync(summary, FirstTag), await RowsAsync(summary, RestatedTag));
        var changes = await RowsAsync("select * from gold.restatements where trade_date = date '2026-09-21'");
        Assert.NotEmpty(changes);
        foreach (var (account, change) in changes)
        {
            Assert.Equal(
                numbers.Select(name => change.GetProperty($"{name}_before").ToString()),
                numbers.Select(name => first[account].GetProperty(name).ToString()));
            Assert.Equal(
                numbers.Select(name => change.GetProperty($"{name}_after").ToString()),
                numbers.Select(name => restated[account].GetProperty(name).ToString()));
            Assert.NotEqual(first[account].GetRawText(), restated[account].GetRawText());
        }
        Assert.Equal(first.Keys.Order(StringComparer.Ordinal), restated.Keys.Order(StringComparer.Ordinal));
        Assert.All(first.Keys.Except(changes.Keys), account => Assert.Equal(first[account].GetRawText(), restated[account].GetRawText()));
        Assert.Equal(
            restated.Values.Select(row => row.GetRawText()).Order(StringComparer.Ordinal),
            (await RowsAsync(summary)).Values.Select(row => row.GetRawText()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task PyIceberg_reads_the_first_publication_at_its_tag_as_we_do()
    {
        lake.Demo.Exits(0);
        var theirs = await TableSums.OfPyIcebergAsync(lake.DataDir, FirstTag);
        TableContract[] tagged = [.. TableContracts.All.Where(table => theirs.Figures.ContainsKey($"{table.Table}.*"))];
        Assert.Subset(
            tagged.Select(table => table.Name).ToHashSet(StringComparer.Ordinal),
            Gold.Tables.Select(table => table.Name).Except(["gold.restatements"]).ToHashSet(StringComparer.Ordinal));
        Assert.Empty((await TableSums.OfOursAsync(lake.DataDir, tagged, FirstTag)).Differences(theirs));
    }

    [Theory]
    [InlineData("gold.daily_pnl")]
    [InlineData("bronze.trades")]
    public async Task What_the_verbs_say_of_a_table_is_what_PyIceberg_finds(string table)
    {
        lake.Demo.Exits(0);
        var inspected =
            JsonDocument.Parse(await Tool.RunAsync(Shared.Path("engines", "pyiceberg"), ["inspect", table, "--catalog", $"sqlite:///{Path.Combine(lake.DataDir, "catalog.db")}"])).RootElement;
        var metadata = inspected.GetProperty("metadata");
        var snapshots = inspected.GetProperty("snapshots").EnumerateArray().ToList();
        var shown = await JsonAsync("table", "show", table);
        Assert.Equal(inspected.GetProperty("metadata-location").ToString(), shown.GetProperty("metadata_location").ToString());
        Assert.Equal(metadata.GetProperty("current-snapshot-id").ToString(), shown.GetProperty("current_snapshot_id").ToString());
        Assert.Equal(Texts(metadata.GetProperty("schemas")[0].GetProperty("fields"), "id", "name", "type", "required"), Texts(shown.GetProperty("columns"), "id", "name", "type", "required"));
        Assert.Equal(Texts(inspected.GetProperty("refs"), "name", "snapshot_id"), Texts(await JsonAsync("table", "refs", table), "name", "snapshot"));
        Assert.Equal(Texts(inspected.GetProperty("files"), "file_path", "record_count", "file_size_in_bytes"), Texts(await JsonAsync("table", "files", table), "file", "rows", "bytes"));
        Assert.Equal(Texts(inspected.GetProperty("snapshots"), "snapshot_id", "operation"), Texts(await JsonAsync("table", "history", table), "snapshot", "operation"));
        foreach (var snapshot in snapshots)
        {
            var rows = snapshot.GetProperty("summary").EnumerateArray().First(pair => pair[0].GetString() == "total-records")[1].GetString();
            foreach (var state in new[] { snapshot.GetProperty("snapshot_id").ToString(), snapshot.GetProperty("committed_at").GetString() + "Z" })
                Assert.Equal(rows, (await JsonAsync("sql", $"select count(*) as n from {table}", "--as-of", state))[0].GetProperty("n").ToString());
        }
    }

    static IEnumerable<string> Texts(JsonElement rows, params string[] names) =>
        rows.EnumerateArray()
            .Select(row => string.Join(' ', names.Select(name => row.GetProperty(name).ToString().Replace(" ", "", StringComparison.Ordinal))))
            .Order(StringComparer.Ordinal);

    /// <summary>Rows by account.</summary>
    async Task<Dictionary<string, JsonElement>> RowsAsync(string sql, string? tag = null) =>
        (await JsonAsync(["sql", sql, .. tag is null ? Array.Empty<string>() : ["--as-of", tag]]))
            .EnumerateArray()
            .ToDictionary(row => row.GetProperty("account").GetString()!, StringComparer.Ordinal);

    async Task<JsonElement> JsonAsync(params IEnumerable<string> arguments) =>
        JsonDocument.Parse((await Exe.RunAsync(TimeSpan.FromMinutes(2), [.. arguments, "--json", "--data-dir", lake.DataDir])).Exits(0).Out).RootElement;
}
