using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>A demo on a terminal of 80 columns and 24 lines: its panel, and what stays on the screen.</summary>
public sealed partial class TerminalDemoTests
{
    const int Columns = 80, Rows = 24;
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    [GeneratedRegex(@"(?<name>firm|A[0-9]{3}) +(?<currency>[A-Z]{3}) +(?<total>-?[0-9,]+\.[0-9]{2})(?![0-9])", RegexOptions.ExplicitCapture)]
    private static partial Regex PanelRow();

    [Fact]
    public async Task The_last_screen_answers_and_the_panel_has_the_totals_of_the_marts()
    {
        using var folder = new TempFolder();
        var sent = (await Terminal.TypeAsync(folder.Path, "dartlake demo --trades 500 --data-dir data", Columns, Rows, Limit)).Exits(0).Out;
        var lines = Terminal.Lines(sent);
        Assert.DoesNotContain(lines, line => line.Length > Columns);
        // the last line of a screen is the prompt
        Answers(lines[^(Rows - 1)..], await SummaryAsync(folder.Path), await FirmAsync(folder.Path));
        await ShowsTotalsOfMartsAsync(folder.Path, lines);
    }

    static void Answers(string[] screen, IReadOnlyList<JsonElement> accounts, JsonElement firm)
    {
        var text = string.Join('\n', screen);
        var total = firm.GetProperty("total_day").GetDecimal();
        var made = $"{(total < 0 ? "lost" : "made")} {Text(Math.Abs(total))} {firm.GetProperty("currency")}";
        Assert.Contains($"2026-09-22: the firm {made}", text, StringComparison.Ordinal);
        Assert.Contains($"most: {accounts[0].GetProperty("account")}, {accounts[0].GetProperty("desk")}", text, StringComparison.Ordinal);
        Assert.Contains($"lost: {accounts[^1].GetProperty("account")}, {accounts[^1].GetProperty("desk")}", text, StringComparison.Ordinal);
        Assert.Equal(6, screen.Count(line => line.StartsWith("  ", StringComparison.Ordinal) && char.IsAsciiDigit(line[^1])));
        Assert.Contains("2026-09-22: all reconciliations equal", screen);
        Assert.Equal(3, screen.SkipWhile(line => line != "try next:").Count(line => line.Contains(" --data-dir ", StringComparison.Ordinal)));
        var parts = screen
            .Where(line => line.Contains('.', StringComparison.Ordinal))
            .Where(line => decimal.TryParse(line.Split(' ')[^1], CultureInfo.InvariantCulture, out _))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^5..]).ToList();
        Assert.Equal(9, parts.Count);
        Assert.All(parts.Select(row => Array.ConvertAll(row, cell => decimal.Parse(cell, CultureInfo.InvariantCulture))), row =>
            Assert.Equal(row[0], row[1] + row[2] + row[3] + row[4]));
    }

    static async Task ShowsTotalsOfMartsAsync(string folder, string[] lines)
    {
        var shown = lines.Where(line => line.StartsWith('│')).Select(line => PanelRow().Match(line)).Where(match => match.Success)
            .GroupBy(match => match.Groups["name"].Value)
            .ToDictionary(rows => rows.Key, rows => rows.Last(), StringComparer.Ordinal);
        var (firm, accounts) = (await FirmAsync(folder), await SummaryAsync(folder));
        var marts = accounts.Select(row => (Name: row.GetProperty("account").GetString()!, Row: row)).Append((Name: "firm", Row: firm))
            .ToDictionary(
                pair => pair.Name,
                pair => $"{pair.Row.GetProperty("currency")} {Text(pair.Row.GetProperty("total_day").GetDecimal())}",
                StringComparer.Ordinal);
        // the panel has eight lines; the firm takes that of the eighth account when the day is published
        Assert.Equal(["A001", "A002", "A003", "A004", "A005", "A006", "A007", "firm"], shown.Keys.Except(["A008"]).Order(StringComparer.Ordinal));
        Assert.All(shown.Where(pair => pair.Key != "A008"), pair =>
            Assert.Equal(marts[pair.Key], $"{pair.Value.Groups["currency"].Value} {pair.Value.Groups["total"].Value}"));
    }

    static string Text(decimal amount) => amount.ToString("N2", CultureInfo.InvariantCulture);

    static async Task<IReadOnlyList<JsonElement>> SummaryAsync(string folder) =>
        await RowsAsync(folder, "select account, desk, currency, total_day from gold.portfolio_summary where trade_date = date '2026-09-22' order by firm_total_day desc, account");

    static async Task<JsonElement> FirmAsync(string folder) =>
        (await RowsAsync(folder, "select currency, total_day from gold.firm_summary where trade_date = date '2026-09-22' and level = 'FIRM'"))[0];

    static async Task<IReadOnlyList<JsonElement>> RowsAsync(string folder, string query) =>
        [.. JsonDocument.Parse((await Shell.TypeAsync(folder, $"dartlake sql \"{query}\" --json --data-dir data/sim", Limit)).Exits(0).Out).RootElement.EnumerateArray()];
}
