using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Restart;

/// <summary>
/// The first day that a late reference record changes, as the next end of day will see it: the first published day that it holds for, the
/// first that has rows of it in quarantine, or the first that was cut and not published. A day that was published with the record since
/// (of a hot job that begins again at an older cut) has no such row any more: where nothing was known of the id, its trades tell.
/// </summary>
sealed class LateReferenceDays(BronzeRows rows)
{
    const string Published = "gold.portfolio_summary", Quarantine = "silver.quarantine";
    const int MaxIds = 1_000;
    static readonly TableIdent asked = new("job", "asked");

    /// <summary>What was recorded of days, oldest first.</summary>
    readonly List<int> published = [];
    readonly Dictionary<(bool IsAccount, string Id), List<int>> quarantined = [];

    /// <summary>A day that no trade of the id is before.</summary>
    readonly Dictionary<(bool IsAccount, string Id), int> traded = [];

    public static async Task<LateReferenceDays> ReadAsync(
        LakeSession session, BronzeRows rows, int closed, IReadOnlyCollection<LateReference> records, CancellationToken cancel)
    {
        var days = new LateReferenceDays(rows);
        await days.ReadAsync(cancel).ConfigureAwait(false);
        // what no publication can have yet, its quarantine tells
        if (days.published.Count > 0 && days.published[^1] >= closed)
            foreach (var part in records.Where(r => r.KnownFrom > r.Begins).Select(KeyOf).Distinct().Chunk(MaxIds))
                foreach (var isAccount in new[] { true, false })
                    await days.ReadTradesAsync(session, isAccount, [.. part.Where(key => key.IsAccount == isAccount)], cancel)
                        .ConfigureAwait(false);
        return days;
    }

    /// <summary>The day; a day that is not over yet where it changes none.</summary>
    public int FirstOf(LateReference record)
    {
        var unpublished = published.Count == 0 ? record.Begins : published[^1] + 1;
        var holds = published.Count > 0 && record.Begins < published[0]
            ? unpublished
            : published.Where(day => day >= record.Begins).DefaultIfEmpty(Math.Max(unpublished, record.Begins)).First();
        if (quarantined.GetValueOrDefault(KeyOf(record)) is { } left)
            holds = left.Where(day => day >= record.Begins).Append(holds).Min();
        return traded.TryGetValue(KeyOf(record), out var day) && Math.Max(day, record.Begins) is var unknown && unknown < record.KnownFrom
            ? Math.Min(unknown, holds)
            : holds;
    }

    static (bool IsAccount, string Id) KeyOf(LateReference record) => (record.Kind == ReferenceKind.Account, record.Id);

    /// <summary>When the first trades of ids were, by the date in UTC before it, which no venue's trade date is before.</summary>
    async Task ReadTradesAsync(LakeSession session, bool isAccount, (bool IsAccount, string Id)[] ids, CancellationToken cancel)
    {
        if (ids.Length == 0)
            return;
        await new BoundTable().Add("id", ids.Select(id => id.Id)).LoadAsync(session, asked, cancel).ConfigureAwait(false);
        // a correction counts on the day of the trade that it corrects
        await rows.ReadAsync(
            Topics.Trades.Table,
            $"""
            SELECT a.id, datediff('day', DATE '1970-01-01', CAST(min(least(t.event_time, coalesce(o.event_time, t.event_time))) AT TIME ZONE 'UTC' AS DATE))::BIGINT - 1
            FROM job.asked a
            JOIN bronze.trades t ON t.{(isAccount ? "account" : "instrument")} = a.id AND t.kind IN ('NEW', 'CORRECT')
            LEFT JOIN bronze.trades o ON t.kind = 'CORRECT' AND o.kind = 'NEW' AND o.source = t.source AND o.sequence = t.ref_sequence
            GROUP BY a.id
            """,
            r => traded[(isAccount, r.Text(0)!)] = (int)r.Long(1),
            cancel).ConfigureAwait(false);
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
