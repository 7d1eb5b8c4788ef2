using System.Globalization;
using Dart.Lake.Sql.Dialect;
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
        SqlDialect dialect,
        IReadOnlyList<DateOnly> days,
        CancellationToken cancel)
    {
        var found = new List<DayQuality>();
        foreach (var day in read.All(project.HasModel) ? days : [])
            found.Add(await ReadAsync(query, dialect, day, cancel));
        return found;
    }

    static async Task<DayQuality> ReadAsync(
        Func<string, CancellationToken, Task<IReadOnlyList<object?[]>>> query, SqlDialect dialect, DateOnly day, CancellationToken cancel)
    {
        var date = string.Create(CultureInfo.InvariantCulture, $"date '{day:yyyy-MM-dd}'");
        var quantity = $"try_cast({dialect.Field("row_json", "quantity")} as decimal(18, 4))";
        var quarantined = await query($"""
            SELECT table_name, rule, {dialect.Field("row_json", "account")} AS account, count(*),
                cast(sum(CASE WHEN table_name = 'silver.trades' THEN {quantity} END) AS decimal(28, 4))
            FROM silver.quarantine WHERE trade_date = {date} GROUP BY table_name, rule, {dialect.Field("row_json", "account")}
            """, cancel);
        var marks = await query(
            $"SELECT mark_source, instrument, count(*) FROM gold.positions_eod WHERE trade_date = {date} GROUP BY mark_source, instrument", cancel);
        var uncovered = await query(
            $"SELECT instruments_uncovered, uncovered_value, gross_value, currency FROM gold.risk_metrics WHERE trade_date = {date} AND scope = 'FIRM' AND instruments_uncovered > 0", cancel);
        return new(
            day,
            [
                .. quarantined.GroupBy(row => (Table: (string)row[0]!, Rule: (string)row[1]!))
                    .OrderBy(g => g.Key.Table, StringComparer.Ordinal).ThenBy(g => g.Key.Rule, StringComparer.Ordinal)
                    .Select(g => new Rows(
                        g.Key.Table,
                        g.Key.Rule,
                        g.Sum(row => (long)row[3]!),
                        Sum(g.Select(row => (decimal?)row[4])),
                        NamesOf(g.Select(row => row[2])))),
            ],
            [
                .. marks.GroupBy(row => (string)row[0]!).OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => new Mark(g.Key, g.Sum(row => (long)row[2]!), NamesOf(g.Select(row => row[1])))),
            ],
            uncovered is [var rest] ? new((long)rest[0]!, (decimal)rest[1]!, (decimal)rest[2]!, (string)rest[3]!) : null);
    }

    /// <summary>Of those that are there; null: none is.</summary>
    static decimal? Sum(IEnumerable<decimal?> numbers) =>
        numbers.OfType<decimal>().ToList() is [_, ..] known ? known.Sum() : null;

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

    static Names NamesOf(IEnumerable<object?> names)
    {
        var known = names.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return new(known.Count, [.. known.Take(MostNames)]);
    }
}
