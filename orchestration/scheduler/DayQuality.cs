using System.Globalization;
using System.Text.Json;
using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Orchestration;

/// <summary>What a reader should know of a day's numbers before signing them.</summary>
/// <param name="Date">The day.</param>
/// <param name="Quarantined">Rows that count nowhere, by table and rule.</param>
/// <param name="Marks">Positions by where their marks are from.</param>
/// <param name="Uncovered">What the firm's figures of risk leave out; null: nothing.</param>
public sealed record DayQuality(
    DateOnly Date, IReadOnlyList<DayQuality.Rows> Quarantined, IReadOnlyList<DayQuality.Mark> Marks, DayQuality.Rest? Uncovered)
{
    static readonly string[] read = ["quarantine", "positions_eod", "risk_metrics"];

    /// <summary>How many names a line holds.</summary>
    const int MostNames = 3;

    /// <param name="Table">That did not take them.</param>
    /// <param name="Rule">That they break.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Quantity">Units, where they are trades.</param>
    /// <param name="Accounts">Whose they are.</param>
    public sealed record Rows(string Table, string Rule, long Count, decimal? Quantity, Names Accounts);

    /// <param name="Source">OFFICIAL, PRINT, MID, PRIOR, EXPIRY or NONE.</param>
    /// <param name="Positions">How many.</param>
    /// <param name="Instruments">Theirs.</param>
    public sealed record Mark(string Source, long Positions, Names Instruments)
    {
        public override string ToString() => $"{Positions} positions {Source} ({Instruments})";
    }

    /// <summary>Names of which a line tells the first.</summary>
    /// <param name="Count">How many there are.</param>
    /// <param name="First">The first, in order.</param>
    public sealed record Names(long Count, IReadOnlyList<string> First)
    {
        public override string ToString() => string.Join(", ", First) + (Count > First.Count ? $" and {Count - First.Count} more" : "");
    }

    /// <param name="Instruments">Without a past return, or Greeks.</param>
    /// <param name="Value">Their absolute market value.</param>
    /// <param name="Of">That of all.</param>
    /// <param name="Currency">The firm's.</param>
    public sealed record Rest(long Instruments, decimal Value, decimal Of, string Currency);

    /// <summary>Reads it from what a run has staged; nothing when the project has no such models.</summary>
    public static async Task<IReadOnlyList<DayQuality>> ReadAsync(
        Project project,
        Func<string, CancellationToken, Task<IReadOnlyList<object?[]>>> query,
        IReadOnlyList<DateOnly> days,
        CancellationToken cancel)
    {
        var found = new List<DayQuality>();
        foreach (var day in read.All(project.HasModel) ? days : [])
            found.Add(await ReadAsync(query, day, cancel));
        return found;
    }

    static async Task<DayQuality> ReadAsync(
        Func<string, CancellationToken, Task<IReadOnlyList<object?[]>>> query, DateOnly day, CancellationToken cancel)
    {
        var date = string.Create(CultureInfo.InvariantCulture, $"date '{day:yyyy-MM-dd}'");
        var quarantined = await query($"""
            SELECT table_name, rule, count(*), CASE WHEN table_name = 'silver.trades' THEN cast(sum(try_cast(row_json->>'quantity' AS decimal(18, 4))) AS decimal(28, 4)) END,
                {Named("row_json->>'account'")}
            FROM silver.quarantine WHERE trade_date = {date} GROUP BY table_name, rule ORDER BY table_name, rule
            """, cancel);
        var marks = await query($"""
            SELECT mark_source, count(*), {Named("instrument")}
            FROM gold.positions_eod WHERE trade_date = {date} GROUP BY mark_source ORDER BY mark_source
            """, cancel);
        var uncovered = await query(
            $"SELECT instruments_uncovered, uncovered_value, gross_value, currency FROM gold.risk_metrics WHERE trade_date = {date} AND scope = 'FIRM' AND instruments_uncovered > 0", cancel);
        return new(
            day,
            [
                .. quarantined.Select(row => new Rows(
                    (string)row[0]!, (string)row[1]!, (long)row[2]!, (decimal?)row[3], NamesOf(row[4], row[5]))),
            ],
            [.. marks.Select(row => new Mark((string)row[0]!, (long)row[1]!, NamesOf(row[2], row[3])))],
            uncovered is [var rest] ? new((long)rest[0]!, (decimal)rest[1]!, (decimal)rest[2]!, (string)rest[3]!) : null);
    }

    /// <summary>A line for each thing to know.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var rows in Quarantined)
        {
            var quantity = rows.Quantity is { } units ? string.Create(CultureInfo.InvariantCulture, $", {units:0.####} units") : "";
            var accounts = rows.Accounts.Count > 0 ? $" of {rows.Accounts}" : "";
            yield return $"{Date:yyyy-MM-dd} quarantined: {rows.Count} {rows.Table.Replace("silver.", "", StringComparison.Ordinal)}, {rows.Rule}{quantity}{accounts}";
        }
        if (Uncovered is { } rest)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Date:yyyy-MM-dd} without a history: {rest.Instruments} instruments, {rest.Value:N2} of {rest.Of:N2} {rest.Currency}");
        var others = Marks.Where(m => m.Source != "OFFICIAL").ToList();
        if (others.Count > 0)
            yield return $"{Date:yyyy-MM-dd} marks that are not official: {string.Join("; ", others)}";
    }

    /// <summary>Columns of a query: how many names, and the first of them as JSON.</summary>
    static string Named(string name) => $"count(DISTINCT {name}), cast(to_json(list_sort(list(DISTINCT {name}) FILTER ({name} IS NOT NULL))[1:{MostNames}]) AS varchar)";

    static Names NamesOf(object? count, object? first) =>
        new((long)count!, first is string json ? JsonSerializer.Deserialize<string[]>(json) ?? [] : []);
}
