using System.Text.Json;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>What people see on a terminal of 80 columns, and what a pipe gets.</summary>
[Collection(SmallLakeTests.Name)]
public sealed class TerminalTests(SmallLake lake)
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    async Task<string[]> SeenAsync(string line, int columns = 80)
    {
        lake.Demo.Exits(0);
        return Terminal.Lines((await Terminal.TypeAsync(lake.Folder, $"dartlake {line} --data-dir data/sim", columns, 24, Limit)).Exits(0).Out);
    }

    [Theory]
    [InlineData("sql \"select * from gold.daily_pnl order by account, instrument limit 5\"")]
    [InlineData("sql \"select * from gold.portfolio_summary limit 1\"")]
    [InlineData("table ls")]
    [InlineData("table show silver.trades")]
    [InlineData("table health")]
    [InlineData("quarantine ls")]
    [InlineData("deadletters ls")]
    [InlineData("runs ls")]
    [InlineData("verify")]
    [InlineData("reconcile --date 2026-09-22")]
    [InlineData("eod --date 2026-09-22")]
    public async Task Nothing_that_a_person_sees_is_wider_than_the_terminal(string line)
    {
        // a word that no line holds, such as a path, is alone on its own
        Assert.All(await SeenAsync(line), seen =>
            Assert.True(seen.Length <= 80 || !seen.Trim().Contains(' ', StringComparison.Ordinal), seen));
    }

    [Fact]
    public async Task A_wide_table_names_what_it_leaves_out_and_breaks_no_number()
    {
        const string Query = "sql \"select * from gold.daily_pnl order by trade_date, account, instrument limit 40\"";
        var seen = await SeenAsync(Query);
        Assert.StartsWith("trade_date  desk", seen[0], StringComparison.Ordinal);
        Assert.Contains(seen, line => line.StartsWith("+ ", StringComparison.Ordinal) && line.Contains("columns: ", StringComparison.Ordinal));
        var all = (await lake.TypeAsync($"dartlake {Query} --data-dir data/sim")).Exits(0).Out.TrimEnd('\n').Split('\n');
        Assert.Equal(42, all.Length);
        Assert.EndsWith("publication", all[0], StringComparison.Ordinal);
        Assert.All(seen.Skip(2).Take(40).Zip(all.Skip(2)), pair =>
            Assert.Equal(Words(pair.First), Words(pair.Second).Take(Words(pair.First).Length)));
    }

    static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public async Task A_row_that_has_no_room_goes_down_with_every_number_whole()
    {
        const string Query = "sql \"select * from gold.portfolio_summary where trade_date = date '2026-09-22' and account = 'A001'\"";
        var row = JsonDocument.Parse((await lake.TypeAsync($"dartlake {Query} --json --data-dir data/sim")).Exits(0).Out).RootElement[0];
        Assert.Equal(
            row.EnumerateObject().Select(column => $"{column.Name} {column.Value}"),
            (await SeenAsync(Query)).Select(line => string.Join(' ', Words(line))));
    }

    [Fact]
    public async Task A_reason_is_whole_in_a_pipe()
    {
        var listed = (await lake.TypeAsync("dartlake quarantine ls --data-dir data/sim")).Exits(0).Out;
        var rows = JsonDocument.Parse((await lake.TypeAsync("dartlake quarantine ls --json --data-dir data/sim")).Exits(0).Out).RootElement;
        Assert.NotEqual(0, rows.GetArrayLength());
        Assert.All(rows.EnumerateArray(), row => Assert.Contains($"  {row.GetProperty("reason")}  ", listed, StringComparison.Ordinal));
        var asked = (await lake.TypeAsync("dartlake sql \"select reason, rule from silver.quarantine\" --data-dir data/sim")).Exits(0).Out;
        Assert.All(rows.EnumerateArray(), row => Assert.Contains($"{row.GetProperty("reason")} ", asked, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_row_rules_of_a_table_are_shown()
    {
        var seen = (await lake.TypeAsync("dartlake table show silver.trades --data-dir data/sim")).Exits(0).Out;
        Assert.Contains("\nrow rules\n", seen, StringComparison.Ordinal);
        foreach (var says in new[] { "side is one of BUY, SELL", "0.000001 <= price <= 1000000", "event_time and ingest_time are at most 604800 s apart", "instrument is in silver.instruments.instrument, with currency as its currency" })
            Assert.Contains(says, seen, StringComparison.Ordinal);
        var json = JsonDocument.Parse((await lake.TypeAsync("dartlake table show silver.trades --json --data-dir data/sim")).Exits(0).Out).RootElement;
        Assert.Contains(json.GetProperty("row_rules").EnumerateArray(), rule => rule.GetProperty("name").GetString() == "known_in_time");
        Assert.Contains("row rules: none", (await lake.TypeAsync("dartlake table show gold.daily_pnl --data-dir data/sim")).Exits(0).Out, StringComparison.Ordinal);
    }
}
