using System.Globalization;
using System.Text.Json;
using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Restart;

/// <summary><c>gold.lots_eod</c> as the hot path reads it: where the numbers of a day that is forgotten begin again.</summary>
sealed class PublishedLots(BronzeRows rows, HotNames names)
{
    const string Table = "gold.lots_eod";

    /// <summary>The last published day before <paramref name="day"/> whose lots have no row past a cut; null when there is none.</summary>
    public async Task<PublishedCut?> LastBeforeAsync(int day, IReadOnlyDictionary<LogPartition, long> cut, CancellationToken cancel)
    {
        while (true)
        {
            PublishedCut? found = null;
            await rows.ReadAsync(Table, $"""
                SELECT datediff('day', DATE '1970-01-01', trade_date)::BIGINT, cut_positions FROM gold.lots_eod
                WHERE trade_date = (SELECT max(trade_date) FROM gold.lots_eod WHERE trade_date < {Date(day)}) LIMIT 1
                """, r => found = new((int)r.Long(0), Positions(r.Text(1)!)), cancel).ConfigureAwait(false);
            // reference data are cut later, at the gate
            if (found is null || found.Cut.All(p => p.Key.Topic == Topics.Reference.Name || p.Value <= cut.GetValueOrDefault(p.Key)))
                return found;
            day = found.Day;
        }
    }

    /// <summary>Lots at the end of a published day of the books that <c>job.books</c> names, oldest first.</summary>
    public async Task<ILookup<(int Account, int Instrument), Lot>> ReadAsync(int day, CancellationToken cancel)
    {
        var lots = new List<((int, int) Book, Lot Lot)>();
        await rows.ReadAsync(Table, $"""
            SELECT account, instrument, source, sequence, epoch_us(event_time)::BIGINT, {Decimals.Unscaled("price", 6)}, {Decimals.Unscaled("quantity", 4)}, CAST(cost AS VARCHAR)
            FROM gold.lots_eod JOIN job.books USING (account, instrument) WHERE trade_date = {Date(day)} ORDER BY account, instrument, lot_number
            """, r => lots.Add(((r.Code(0, names.Accounts), r.Code(1, names.Instruments)),
                new(
                    r.Code(2, names.Sources),
                    r.Long(3),
                    r.Long(4),
                    r.Long(5),
                    r.Long(6),
                    Money.Amount(r.Text(7)!)))), cancel).ConfigureAwait(false);
        return lots.ToLookup(l => l.Book, l => l.Lot);
    }

    static string Date(int day) => $"DATE '{HotCalendar.Date(day):yyyy-MM-dd}'";

    static Dictionary<LogPartition, long> Positions(string json)
    {
        try
        {
            using var cut = JsonDocument.Parse(json);
            return (from log in cut.RootElement.EnumerateObject()
                    from topic in log.Value.EnumerateObject()
                    from partition in topic.Value.EnumerateObject()
                    select (
                        new LogPartition(log.Name, topic.Name, int.Parse(partition.Name, NumberStyles.None, CultureInfo.InvariantCulture)),
                        partition.Value.GetInt64())).ToDictionary();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw LakeException.Corrupt($"{Table}: cut_positions cannot be read ({e.Message}); publish the day again", e);
        }
    }
}
