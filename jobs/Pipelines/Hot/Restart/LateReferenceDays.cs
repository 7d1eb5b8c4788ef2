using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Restart;

/// <summary>
/// The first day that a late reference record changes, as the next end of day will see it: the first published day that it holds for, the
/// first that has rows of it in quarantine, or the first that was cut and not published.
/// </summary>
sealed class LateReferenceDays(BronzeRows rows)
{
    const string Published = "gold.portfolio_summary", Quarantine = "silver.quarantine";

    /// <summary>What was recorded of days, oldest first.</summary>
    readonly List<int> published = [];
    readonly Dictionary<(bool IsAccount, string Id), List<int>> quarantined = [];

    public static async Task<LateReferenceDays> ReadAsync(BronzeRows rows, CancellationToken cancel)
    {
        var days = new LateReferenceDays(rows);
        await days.ReadAsync(cancel).ConfigureAwait(false);
        return days;
    }

    /// <summary>The day; a day that is not over yet where it changes none.</summary>
    public int FirstOf(LateReference record)
    {
        var unpublished = published.Count == 0 ? record.Begins : published[^1] + 1;
        var holds = published.Count > 0 && record.Begins < published[0]
            ? unpublished
            : published.Where(day => day >= record.Begins).DefaultIfEmpty(Math.Max(unpublished, record.Begins)).First();
        return quarantined.GetValueOrDefault((record.Kind == ReferenceKind.Account, record.Id)) is { } left
            ? left.Where(day => day >= record.Begins).Append(holds).Min()
            : holds;
    }

    async Task ReadAsync(CancellationToken cancel)
    {
        await rows.ReadAsync(
            Published,
            $"SELECT DISTINCT datediff('day', DATE '1970-01-01', trade_date)::BIGINT AS day FROM {Published} ORDER BY day",
            r => published.Add((int)r.Long(0)),
            cancel).ConfigureAwait(false);
        await rows.ReadAsync(
            Quarantine,
            $"""
            SELECT rule, CASE rule WHEN 'account_known' THEN row_json->>'account' ELSE row_json->>'instrument' END AS id, datediff('day', DATE '1970-01-01', min(trade_date))::BIGINT
            FROM {Quarantine} WHERE table_name = 'silver.trades' AND rule IN ('account_known', 'instrument_known') GROUP BY rule, id, trade_date HAVING id IS NOT NULL
            """,
            r =>
            {
                var key = (r.Text(0) == "account_known", r.Text(1)!);
                if (!quarantined.TryGetValue(key, out var days))
                    quarantined.Add(key, days = []);
                days.Add((int)r.Long(2));
            },
            cancel).ConfigureAwait(false);
    }
}
