using System.Text.Json;

namespace Dart.Lake.Host.Tests.Damage;

/// <summary>
/// Models that compute something else than they say: each is found by the audits and comparisons of its own run, which publishes nothing.
/// </summary>
public sealed class PlantedChangeTests
{
    const string Lots = "models/gold/steps/fifo_events.sql", Pnl = "models/gold/daily_pnl.sql", Day = "2026-09-22";

    /// <summary>What is changed, what finds it, where, and from what to what; the second half at full size only.</summary>
    static readonly (string What, string By, string File, string From, string To)[] plants =
    [
        ("a sign", "positions_add_up", Pnl, "t.realised + t.unrealised - t.unrealised_prior - t.fees as total_day", "t.realised + t.unrealised + t.unrealised_prior - t.fees as total_day"),
        ("a mark", "reconciliation_agrees", "models/silver/marks.sql", "coalesce(d.mark, e.mark) as mark", "coalesce(e.mark, d.mark) as mark"),
        ("a fixing", "positions_add_up", "models/gold/steps/conversions.sql", "select f.from_currency, f.to_currency, f.rate\n", "select f.to_currency as from_currency, f.from_currency as to_currency, f.rate\n"),
        ("a print twice", "bars_add_up", "models/gold/ohlcv_1m.sql", "cast(sum(p.size) as decimal(38, 4)) as volume", "cast(2 * sum(p.size) as decimal(38, 4)) as volume"),
        ("the best for the worst", "risk_is_ordered", "models/gold/risk_metrics.sql", "order by d.profit, d.as_of) as place", "order by d.profit desc, d.as_of) as place"),
        ("a corrected trade twice", "unique_combination_of_columns_trades", "macros/trade_rows.sql", "row({{ b }}.source, {{ b }}.sequence) not in", "row({{ b }}.source, -{{ b }}.sequence) not in"),
        ("last in, first out", "reconciliation_agrees", Lots, "then 1 else 0 end, e.lot_number, e.event_time", "then 1 else 0 end, e.lot_number desc, e.event_time"),
        ("a fee", "reconciliation_agrees", Pnl, "sum(t.fee) as fees", "2 * sum(t.fee) as fees"),
        ("a split", "reconciliation_agrees", Lots, "'p.position', 'p.numerator', 'p.denominator'", "'p.position', 'p.denominator', 'p.numerator'"),
        ("rounding", "accounts_add_up", "models/gold/portfolio_summary.sql", "cast(round(sum(p.{{ prefix }}_{{ name }}), 2)", "cast(floor(sum(p.{{ prefix }}_{{ name }}) * 100) / 100"),
        ("busts", "reconciliation_agrees", "models/silver/steps/trade_rows.sql", "when c.kind = 'NEW' and o.busts = 0 then 'live'", "when c.kind = 'NEW' then 'live'"),
        ("small trades in silver", "reconciliation_agrees", "models/silver/trades.sql", "where t.rule is null", "where t.rule is null and t.quantity > 100"),
        ("small trades in lots", "reconciliation_agrees", Lots, "    where t.trade_date = {{ run_day() }}\n)\nselect", "    where t.trade_date = {{ run_day() }} and t.quantity > 100\n)\nselect"),
        ("a join", "unique_portfolio_summary_account", "models/gold/portfolio_summary.sql", "left join pnl p on p.account = a.account", "left join pnl p on p.account >= a.account"),
        ("the sign of the fixings' part", "positions_add_up", Pnl, "t.{{ prefix }}_prior_today - t.{{ prefix }}_unrealised_prior as", "t.{{ prefix }}_unrealised_prior - t.{{ prefix }}_prior_today as"),
        ("a currency", "positions_add_up", Pnl, "and rf.to_currency = '{{ var(\"firm_currency\") }}'", "and rf.to_currency = a.account_currency"),
        ("exposure of the short side", "accounts_add_up", "models/gold/exposure_summary.sql", "s.long_value - s.short_value as gross", "s.long_value + s.short_value as gross"),
    ];

    [Fact]
    public async Task A_changed_model_publishes_nothing_and_says_what_disagrees()
    {
        using var folder = new TempFolder();
        (await Exe.RunAsync(TimeSpan.FromMinutes(5), "demo", "--trades", "6000", "--data-dir", folder.Path)).Exits(0);
        var (lake, found) = (folder["sim"], new List<string>());
        var full = Environment.GetEnvironmentVariable("DARTLAKE_TEST_SIZE") == "full";
        foreach (var (what, by, file, from, to) in full ? plants : plants.Take(plants.Length / 2))
        {
            var run = await RunAsync(folder["project"], lake, file, from, to);
            if (run.ExitCode != 1 || !Failed(run.Out).Contains(by))
                found.Add($"{what}: exit code {run.ExitCode}, not by {by}: {run.Error}");
        }
        Assert.Empty(found);
        // nothing of it was published
        var unchanged = await Exe.RunAsync(TimeSpan.FromMinutes(1), "eod", "--date", Day, "--data-dir", lake, "--json");
        using var result = JsonDocument.Parse(unchanged.Exits(0).Out);
        Assert.Equal("nothing_to_do", result.RootElement.GetProperty("outcome").GetString());
        // and what changes no number is published
        (await RunAsync(folder["project"], lake, Pnl, "with traded as (", "-- as it was\nwith traded as (")).Exits(0);
    }

    /// <summary>Builds the day with a project of its own, in which one text is another.</summary>
    static async Task<Exe.Result> RunAsync(string project, string lake, string file, string from, string to)
    {
        CopyProject(project);
        var path = Path.Combine(project, file);
        var sql = await File.ReadAllTextAsync(path);
        Assert.True(sql.Contains(from, StringComparison.Ordinal), $"{file} has no {from}");
        await File.WriteAllTextAsync(path, sql.Replace(from, to, StringComparison.Ordinal));
        return await Exe.RunAsync(
            TimeSpan.FromMinutes(3), "eod", "--date", Day, "--project-dir", project, "--data-dir", lake, "--json");
    }

    /// <summary>The names of the audits that failed.</summary>
    static IReadOnlyList<string> Failed(string json)
    {
        using var result = JsonDocument.Parse(json);
        return [.. result.RootElement.GetProperty("audits").EnumerateArray()
            .Where(audit => audit.GetProperty("status").GetString() == "fail")
            .Select(audit => audit.GetProperty("audit").GetString()!)];
    }

    static void CopyProject(string to)
    {
        if (Directory.Exists(to))
            Directory.Delete(to, recursive: true);
        var from = Path.Combine(AppContext.BaseDirectory, "dbt-like-sql", "project");
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
