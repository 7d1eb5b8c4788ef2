using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Engines.Formats;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Orchestration.Reconciliation;

namespace Dart.Lake.Host.Demo;

/// <summary>
/// What the demo prints at its end: three marts, layers, the reconciliation; last, on the screen of a small terminal,
/// who made and lost most and why, whether the numbers agree, and what to type next.
/// </summary>
sealed class DemoReport(Composition composition, DemoOptions options)
{
    const string Amount = "decimal(18, 2)";

    public async Task PrintAsync(DemoOutcome outcome, TimeSpan took, long peakBytes, CancellationToken cancel)
    {
        await using var lake = await composition.OpenAsync(options.DataDir, cancel);
        await using var engine = composition.DuckDb(lake);
        await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new ScanOptions(), cancel);
        await PrintMartsAsync(session, cancel);
        var layers = new ResultTable("layers", "layer", "rows", "seconds");
        foreach (var layer in outcome.Layers)
            layers.Add(layer.Layer, layer.Rows, Math.Round((decimal)layer.Seconds, 2));
        layers.Print(json: false);
        Screen.Line();
        foreach (var report in outcome.Reports)
            ReconcileText.PrintSummary(report);
        foreach (var line in outcome.Ends.SelectMany(EndOfDayText.Summary).Concat(outcome.Missing))
            Screen.Line(line);
        Screen.Line($"{outcome.Kafka}, {outcome.Redis}");
        Screen.Line($"{took.TotalSeconds:0.0} s, peak memory {peakBytes >> 20:N0} MiB");
        Screen.Line();
        if (await DayAnswer.ReadAsync(session, options.Date, cancel) is { } answer)
            answer.Print();
        Screen.Line();
        foreach (var report in outcome.Reports)
            Screen.Line(ReconcileText.Verdict(report));
        Screen.Line($"published: {string.Join(", ", outcome.Ends.SelectMany(end => end.Days).Select(day => day.Tag))}");
        Screen.Line();
        Screen.Line("try next:");
        foreach (var words in new string[][] { ["sql", "\"select * from gold.risk_metrics order by var_99 desc\""], ["verify"], ["table", "history", "gold.daily_pnl"] })
            Screen.Command([Invocation.Name, .. words, "--data-dir", ShellWord.Quoted(options.DataDir)]);
    }

    async Task PrintMartsAsync(LakeSession session, CancellationToken cancel)
    {
        foreach (var (title, sql) in Marts($"trade_date = date '{options.Date:yyyy-MM-dd}'"))
        {
            Screen.Line(title);
            await using var result = await session.QueryReadOnlyAsync(sql, cancel);
            await ResultWriter.WriteTableAsync(result, Console.Out, Screen.Width, cancel);
            Screen.Line();
        }
    }

    static IEnumerable<(string Title, string Sql)> Marts(string day) =>
    [
        ("portfolio summary", $"select account, desk, currency, total_day, realised, unrealised, fees, positions, trades from gold.portfolio_summary where {day} order by account"),
        ("daily PnL, the ten largest", $"""
            select account, instrument, currency, {Rounded("total_day", "realised", "unrealised", "fees")}, closing_quantity as quantity, cast(mark as {Amount}) as mark
            from gold.daily_pnl where {day} order by abs(firm_total_day) desc, account, instrument limit 10
            """),
        ("risk", $"select scope, account, currency, {Rounded("var_99", "es_99", "gross_value", "var_95", "volatility", "drawdown")} from gold.risk_metrics where {day} and gross_value > 0 order by scope, account"),
    ];

    static string Rounded(params string[] columns) => string.Join(", ", columns.Select(column => $"cast({column} as {Amount}) as {column}"));
}
