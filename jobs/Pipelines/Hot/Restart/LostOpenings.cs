using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Restart;

/// <summary>What a day opened with.</summary>
/// <param name="Cut">V of that day, as the end of the day before it.</param>
/// <param name="Lots">Of the positions that had numbers.</param>
sealed record DayOpening(PublishedCut Cut, ILookup<(int Account, int Instrument), Lot> Lots);

/// <summary>
/// Positions that opened the day that was cut last with numbers beyond their types. A job that has never stopped keeps their trades since
/// the last opening that could be computed; that opening is in the <c>ops.hot_close</c> of its day.
/// </summary>
sealed class LostOpenings(BronzeRows rows, HotNames names)
{
    const string Table = LakeNames.HotClose;

    /// <summary>Each with the last day whose opening has it; null: none has.</summary>
    public async Task<IReadOnlyList<(string Account, string Instrument, int? Day)>> ReadAsync(CancellationToken cancel)
    {
        var days = new List<int>();
        HashSet<(int Day, string Account, string Instrument)> opened = [], closed = [];
        await rows.ReadAsync(
            Table,
            "SELECT DISTINCT datediff('day', DATE '1970-01-01', trade_date)::BIGINT AS day FROM ops.hot_close ORDER BY day DESC",
            r => days.Add((int)r.Long(0)),
            cancel).ConfigureAwait(false);
        await rows.ReadAsync(
            Table,
            """
            SELECT datediff('day', DATE '1970-01-01', trade_date)::BIGINT, account, instrument, kind
            FROM ops.hot_close WHERE kind IN ('OPENING', 'POSITION') AND quantity IS NULL
            """,
            r => (r.Text(3) == "OPENING" ? opened : closed).Add(((int)r.Long(0), r.Text(1)!, r.Text(2)!)),
            cancel).ConfigureAwait(false);
        return
        [
            .. opened.Concat(closed).Select(l => (l.Account, l.Instrument)).Distinct()
                .Where(l => IsLost(0, l))
                .Select(l => (l.Account, l.Instrument, LastKnown(l))),
        ];

        int? LastKnown((string Account, string Instrument) book) =>
            Enumerable.Range(1, days.Count - 1).Where(i => !IsLost(i, book)).Select(i => (int?)days[i]).FirstOrDefault();

        // an older release said only what a day closes with: lost before and lost again was perhaps lost between
        bool IsLost(int i, (string Account, string Instrument) book) => opened.Contains((days[i], book.Account, book.Instrument))
            || i + 1 < days.Count
            && closed.Contains((days[i], book.Account, book.Instrument)) && closed.Contains((days[i + 1], book.Account, book.Instrument));
    }

    /// <summary>Of a day that was cut.</summary>
    public async Task<DayOpening> OfAsync(int day, CancellationToken cancel)
    {
        var (cut, lots) = (new Dictionary<LogPartition, long>(), new List<((int, int) Book, Lot Lot)>());
        await rows.ReadAsync(
            Table,
            $"SELECT _log_id, _topic, _kafka_partition::BIGINT, next_offset FROM ops.hot_close WHERE kind = 'OFFSET' AND trade_date = DATE '{HotCalendar.Date(day):yyyy-MM-dd}'",
            r => cut[new(r.Text(0)!, r.Text(1)!, (int)r.Long(2))] = r.Long(3),
            cancel).ConfigureAwait(false);
        await rows.ReadAsync(Table, $"""
            SELECT account, instrument, lot_source, lot_sequence, epoch_us(lot_time)::BIGINT, {Decimals.Unscaled("lot_price", 6)}, {Decimals.Unscaled("quantity", 4)}, CAST(cost AS VARCHAR)
            FROM ops.hot_close WHERE kind = 'OPENING' AND quantity IS NOT NULL AND trade_date = DATE '{HotCalendar.Date(day):yyyy-MM-dd}'
            ORDER BY account, instrument, lot_time, lot_source, lot_sequence
            """, r => lots.Add(((r.Code(0, names.Accounts), r.Code(1, names.Instruments)), new(
                r.Code(2, names.Sources),
                r.Long(3),
                r.Long(4),
                r.Long(5),
                r.Long(6),
                Money.Amount(r.Text(7)!)))), cancel).ConfigureAwait(false);
        return new(new(day - 1, cut), lots.ToLookup(l => l.Book, l => l.Lot));
    }
}
