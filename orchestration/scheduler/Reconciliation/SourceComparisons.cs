using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>
/// The producers' manifests against the tables: records by topic, trades and cash
/// by account. The gate of a publication and <c>reconcile</c> both ask here.
/// </summary>
internal static class SourceComparisons
{
    /// <summary>Without the multiplier: a product of three is wider than any engine's decimal.</summary>
    const string Value = "cast(cast(t.price AS decimal(19, 6)) * t.quantity AS decimal(38, 10))";

    /// <summary>In the order in which they are told.</summary>
    static readonly Topic[] topics = [.. Topics.All.OrderBy(t => t.Name, StringComparer.Ordinal)];

    /// <summary>What <see cref="OfDayAsync"/> reads.</summary>
    public static IReadOnlyList<string> Tables { get; } =
        [.. topics.Select(t => t.Table), LakeNames.DeadLetters, LakeNames.LogHoles, LakeNames.HotClose, "silver.trades", "silver.instruments"];

    /// <summary>
    /// A day's records between the cuts, and its live trades by account. A day that the hot
    /// job has not cut, or whose source left no manifest, is not compared, and a line says so.
    /// </summary>
    /// <param name="ask">Asks the tables.</param>
    /// <param name="dialect">How it is asked.</param>
    /// <param name="date">The day.</param>
    /// <param name="cutOf">The day whose cut is V of what is compared: a later one when the day is restated.</param>
    /// <param name="source">What the producers say.</param>
    /// <param name="step">What becomes of a comparison whose tables cannot be read.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<IReadOnlyList<ReconcileLine>> OfDayAsync(
        Ask ask, SqlDialect dialect, DateOnly date, DateOnly cutOf, SourceDay? source, Unread.Step step, CancellationToken cancel)
    {
        var day = new DaySql(date);
        if (source is null)
            return [NotCompared($"there is no manifest of {date:yyyy-MM-dd} in the data folder")];
        var lines = new List<ReconcileLine>();
        if (source.Of.LeftOut is { Count: > 0 } leftOut)
            lines.Add(LeftOut(leftOut));
        if (!await day.IsCutAsync(ask, cancel))
            return [.. lines, NotCompared($"the hot job has not cut {date:yyyy-MM-dd}")];
        foreach (var topic in topics.Where(t => source.Of.Topics.ContainsKey(t.Name)))
        {
            var (sent, before) = (source.Of.Topics[topic.Name], source.Before?.Topics.GetValueOrDefault(topic.Name));
            var records = new SourceRecords(ask, dialect, day, topic.Name, topic.Table);
            lines.AddRange(await step("source", topic.Table, () => records.BetweenCutsAsync(sent, before, cancel)));
        }
        lines.AddRange(await step("source", "silver.trades", () => AccountsAsync(ask, day, source.Accounts(cutOf), cancel)));
        return lines;

        static ReconcileLine NotCompared(string why) =>
            ReconcileLine.NotCompared("records sent", "source", "bronze", $"{why}: the source is not compared");
    }

    /// <summary>Files that the source itself could not read: nothing of them was sent, so there is nothing to compare.</summary>
    static ReconcileLine LeftOut(IReadOnlyList<string> files) => new("files left out", "all", "source", "source", files.Count, files.Count)
    {
        IsCompared = false,
        Says = files is [var only]
            ? $"1 bad file of the source was left out: {only}"
            : $"{files.Count} bad files of the source were left out, the first: {files[0]}",
    };

    /// <summary>Records that came after the markers, while no later day is cut.</summary>
    public static async Task<IReadOnlyList<ReconcileLine>> LateAsync(
        Ask ask, SqlDialect dialect, DateOnly date, DayManifest source, Unread.Step step, CancellationToken cancel)
    {
        var day = new DaySql(date);
        if (Number((await ask($"SELECT count(*) FROM ops.hot_close WHERE kind = 'OFFSET' AND trade_date > {day.Date}", cancel))[0][0]) > 0)
            return [];
        var lines = new List<ReconcileLine>();
        foreach (var topic in topics.Where(t => source.Topics.ContainsKey(t.Name)))
        {
            var records = new SourceRecords(ask, dialect, day, topic.Name, topic.Table);
            lines.AddRange(await step("source", topic.Table, () => records.PastCutAsync(source.Topics[topic.Name], cancel)));
        }
        return lines;
    }

    /// <summary>Live trades, quantities, cash and fees by account and instrument currency.</summary>
    static async Task<IReadOnlyList<ReconcileLine>> AccountsAsync(
        Ask ask, DaySql day, IEnumerable<AccountTotals> accounts, CancellationToken cancel)
    {
        string Sum(string side, string value) => $"cast(sum(CASE WHEN t.side {side} 'BUY' THEN {value} ELSE 0 END) AS decimal(38, 10))";
        var rows = await ask($"""
            SELECT t.account, t.currency, i.multiplier, count(*), {Sum("=", "t.quantity")}, {Sum("<>", "t.quantity")}, {Sum("=", Value)}, {Sum("<>", Value)},
                cast(sum(t.fee) AS decimal(38, 10))
            FROM silver.trades t LEFT JOIN silver.instruments i ON i.trade_date = t.trade_date AND i.instrument = t.instrument
            WHERE t.trade_date = {day.Date} GROUP BY t.account, t.currency, i.multiplier
            """, cancel);
        var silver = rows.GroupBy(r => (Account: (string)r[0]!, Currency: (string)r[1]!)).ToDictionary(g => g.Key, g => Added(g.Select(r =>
        {
            var (numbers, multiplier) = (r[3..].Select(Number).ToArray(), Number(r[2]));
            return (decimal[])[numbers[0], numbers[1], numbers[2], numbers[3] * multiplier, numbers[4] * multiplier, numbers[5]];
        })));
        var sent = accounts.GroupBy(a => (a.Account, a.Currency)).ToDictionary(a => a.Key, a => new[]
        {
            a.Sum(x => x.Trades),
            a.Sum(x => x.Bought),
            a.Sum(x => x.Sold),
            a.Sum(x => x.BoughtAmount),
            a.Sum(x => x.SoldAmount),
            a.Sum(x => x.Fees),
        });
        string[] checks = ["trades", "quantity bought", "quantity sold", "cash paid", "cash received", "fees"];
        var none = new decimal[checks.Length];
        return
        [
            .. from key in silver.Keys
                .Union(sent.Keys)
                .OrderBy(k => k.Account, StringComparer.Ordinal)
                .ThenBy(k => k.Currency, StringComparer.Ordinal)
               from check in checks.Index()
               select new ReconcileLine(
                   check.Item,
                   $"{key.Account} {key.Currency}",
                   "source",
                   "silver.trades",
                   sent.GetValueOrDefault(key, none)[check.Index],
                   silver.GetValueOrDefault(key, none)[check.Index]),
        ];
    }

    /// <summary>Numbers of rows, each column by itself.</summary>
    static decimal[] Added(IEnumerable<decimal[]> rows) => rows.Aggregate((sum, row) => [.. sum.Zip(row, (a, b) => a + b)]);

    internal static decimal Number(object? value) => value switch
    {
        null => 0,
        decimal d => d,
        long l => l,
        BigDecimal big => decimal.Parse(big.ToString(), System.Globalization.CultureInfo.InvariantCulture),
        _ => throw LakeException.Bug($"a count came back as {value.GetType().Name}"),
    };
}
