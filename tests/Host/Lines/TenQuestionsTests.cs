using System.Text.Json;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>The lines of docs/marts.md that answer ten questions have an answer on the demo's lake, and it is the right one.</summary>
[Collection(SmallLakeTests.Name)]
public sealed class TenQuestionsTests(SmallLake lake)
{
    internal static IReadOnlyList<string> Lines { get; } =
        [.. Checkout.Commands(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "marts.md")).Split("## Ten questions\n")[1].Split("\n## ")[0], "dartlake")
            .Where(line => line.StartsWith("dartlake sql ", StringComparison.Ordinal))];

    async Task<IReadOnlyList<JsonElement>> AnswerAsync(string line)
    {
        var rows = JsonDocument.Parse((await lake.TypeAsync($"{line} --json")).Exits(0).Out).RootElement.EnumerateArray().ToList();
        Assert.NotEmpty(rows);
        return rows;
    }

    Task<IReadOnlyList<JsonElement>> AskAsync(string query) => AnswerAsync($"dartlake sql \"{query}\" --data-dir data/sim");

    static decimal Number(JsonElement row, string column) => row.GetProperty(column).GetDecimal();

    static string Text(JsonElement row, string column) => row.GetProperty(column).ToString();

    [Fact]
    public void There_are_ten() => Assert.Equal(10, Lines.Count);

    [Fact]
    public async Task Who_lost_most_and_why()
    {
        var rows = await AnswerAsync(Lines[0]);
        var worst = (await AskAsync("select account from gold.portfolio_summary where trade_date = date '2026-09-22' order by firm_total_day, account limit 1"))[0];
        Assert.All(rows, row => Assert.Equal(Text(worst, "account"), Text(row, "account")));
        Assert.True(Number(rows[0], "total") < 0);
        // each part is rounded by itself
        Assert.All(rows, row => Assert.InRange(
            Number(row, "total") - Number(row, "realised") - Number(row, "revalued") - Number(row, "fx") + Number(row, "fees"), -0.02m, 0.02m));
    }

    [Fact]
    public async Task Volume_leaders_by_hour()
    {
        var rows = await AnswerAsync(Lines[1]);
        Assert.All(rows.GroupBy(row => Text(row, "hour")), hour =>
        {
            Assert.InRange(hour.Count(), 1, 3);
            Assert.Equal(hour.Select(row => Number(row, "volume")).OrderDescending(), hour.Select(row => Number(row, "volume")));
        });
        Assert.InRange(rows.GroupBy(row => Text(row, "hour")).Count(), 6, 24);
    }

    [Fact]
    public async Task Value_at_risk_by_desk() => Assert.Equal(
        (await AskAsync("select distinct desk from gold.portfolio_summary where trade_date = date '2026-09-22'")).Select(row => Text(row, "desk")).Order(StringComparer.Ordinal),
        (await AnswerAsync(Lines[2]))
            .Where(row => Number(row, "es_99") >= Number(row, "var_99"))
            .Select(row => Text(row, "desk")).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Corrected_trades_of_an_account() => Assert.All(await AnswerAsync(Lines[3]), row => Assert.True(
        Text(row, "account") == "A012" && Number(row, "corrections") > 0
        && (Number(row, "quantity") != Number(row, "first_quantity") || Number(row, "price") != Number(row, "first_price"))));

    [Fact]
    public async Task Average_price_against_close() => Assert.All(await AnswerAsync(Lines[4]), row =>
        Assert.True(Number(row, "vwap") > 0 && Number(row, "close") > 0 && Number(row, "vwap") != Number(row, "close")));

    [Fact]
    public async Task Spread_by_minute()
    {
        var rows = await AnswerAsync(Lines[5]);
        Assert.Equal(rows.Count, rows.DistinctBy(row => Text(row, "minute")).Count());
        Assert.All(rows, row => Assert.True(
            Number(row, "least") <= Number(row, "mean") && Number(row, "mean") <= Number(row, "most") && Number(row, "most") > 0));
    }

    [Fact]
    public async Task What_was_quarantined_and_why()
    {
        var rows = await AnswerAsync(Lines[6]);
        Assert.Equal(
            Number((await AskAsync("select count(*) as n from silver.quarantine where trade_date = date '2026-09-22'"))[0], "n"),
            rows.Sum(row => Number(row, "rows")));
        Assert.All(rows, row => Assert.Contains(' ', Text(row, "reason")));
    }

    [Fact]
    public async Task How_a_restatement_changed_yesterday() =>
        Assert.Contains(await AnswerAsync(Lines[7]), row => Number(row, "change") != 0);

    [Fact]
    public async Task What_was_known_at_publication()
    {
        var then = await AnswerAsync(Lines[8]);
        var now = await AnswerAsync(Lines[8].Replace(" --as-of eod-2026-09-21", "", StringComparison.Ordinal));
        Assert.Equal(then.Count, now.Count);
        var changed = (await AnswerAsync(Lines[7])).ToDictionary(row => Text(row, "account"), StringComparer.Ordinal);
        Assert.All(then.Zip(now), pair => Assert.Equal(
            changed.TryGetValue(Text(pair.First, "account"), out var change) ? Number(change, "total_day_before") : Number(pair.Second, "total_day"),
            Number(pair.First, "total_day")));
        Assert.NotEqual(then.Select(row => Text(row, "total_day")), now.Select(row => Text(row, "total_day")));
    }

    [Fact]
    public async Task Exposure_by_currency() => Assert.Equal(
        (await AskAsync("select distinct currency from gold.positions_eod where trade_date = date '2026-09-22' order by currency")).Select(row => Text(row, "currency")),
        (await AnswerAsync(Lines[9])).Where(row => Number(row, "gross") >= Math.Abs(Number(row, "net"))).Select(row => Text(row, "currency")));
}
