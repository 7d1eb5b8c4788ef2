using Avro.Generic;
using Dart.Lake.Jobs.Producers;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Producers;

/// <summary>
/// What is live by docs/data.md ("Trades"), from decoded rows: written from that page alone, to check the
/// manifest. Amounts need the multipliers of the reference data, which it takes from the same stream.
/// </summary>
sealed class TradeFold
{
    readonly List<Row> rows = [];
    readonly HashSet<string> instruments = new(StringComparer.Ordinal);
    readonly Dictionary<string, decimal> multipliers = new(StringComparer.Ordinal);

    sealed record Row(
        string Kind,
        string Account,
        string Instrument,
        long EventTime,
        long IngestTime,
        long Sequence,
        long? Reference,
        string? Side,
        decimal? Price,
        decimal? Quantity,
        decimal? Fee,
        string Currency,
        bool Late)
    {
        public bool IsBroken(IReadOnlySet<string> instruments) =>
            !instruments.Contains(Instrument)
                || (!string.Equals(Kind, "BUST", StringComparison.Ordinal) && (Price <= 0 || Quantity <= 0 || Side is null));
    }

    public void Add(EventView view, bool late)
    {
        var record = AvroDecoded.Read(view.Topic, view.Value);
        if (view.Topic == Topics.Reference)
        {
            if (record["multiplier"] is not null)
            {
                instruments.Add(AvroDecoded.Text(record, "id")!);
                multipliers[AvroDecoded.Text(record, "id")!] = AvroDecoded.Decimal(record, "multiplier")!.Value;
            }
            return;
        }
        rows.Add(new Row(AvroDecoded.Text(
            record, "kind")!, AvroDecoded.Text(record, "account")!, AvroDecoded.Text(record, "instrument")!, AvroDecoded.Micros(record, "event_time"),
            AvroDecoded.Micros(record, "ingest_time"), (long)record["sequence"], (long?)record["ref_sequence"], AvroDecoded.Text(record, "side"), AvroDecoded.Decimal(record, "price"),
            AvroDecoded.Decimal(record, "quantity"), AvroDecoded.Decimal(record, "fee"), AvroDecoded.Text(record, "currency")!, late));
    }

    public int Duplicates { get; private set; }

    public int Quarantined { get; private set; }

    /// <summary>Live trades of the chains that were opened in [from, to).</summary>
    public IReadOnlyList<AccountTotals> Live(long from, long to, bool late = false)
    {
        (Duplicates, Quarantined) = (0, 0);
        var firsts = new Dictionary<long, Row>();
        foreach (var row in rows.Where(row => late || !row.Late))
            if (!firsts.TryAdd(row.Sequence, row))
                _ = row with { Late = firsts[row.Sequence].Late } == firsts[row.Sequence] ? Duplicates++ : Quarantined++;
        var amendments = firsts.Values.Where(row => row.Reference is not null).ToLookup(row => row.Reference!.Value);
        var news = firsts.Values.Where(row => row.Reference is null).ToDictionary(row => row.Sequence);
        Quarantined += firsts.Values.Count(row => row.Reference is { } reference && !news.ContainsKey(reference));
        var live = new List<Row>();
        foreach (var opened in news.Values.Where(row => row.EventTime >= from && row.EventTime < to))
        {
            if (opened.IsBroken(instruments))
            {
                Quarantined += 1 + amendments[opened.Sequence].Count();
                continue;
            }
            var sound = amendments[opened.Sequence].Where(row => !row.IsBroken(instruments)).ToList();
            Quarantined += amendments[opened.Sequence].Count() - sound.Count;
            if (sound.Exists(row => row.Kind == "BUST"))
                continue;
            live.Add(sound.OrderBy(row => row.IngestTime).ThenBy(row => row.Sequence).LastOrDefault() ?? opened);
        }
        return
        [
            .. live.GroupBy(row => (row.Account, row.Currency)).OrderBy(
                group => group.Key.Account, StringComparer.Ordinal).ThenBy(group => group.Key.Currency, StringComparer.Ordinal)
                .Select(group => new AccountTotals(group.Key.Account, group.Key.Currency, group.Count(),
                    Sum(group, "BUY", row => row.Quantity), Sum(
                        group, "SELL", row => row.Quantity), Sum(group, "BUY", Amount), Sum(group, "SELL", Amount), group.Sum(row => row.Fee!.Value))),
        ];
    }

    decimal? Amount(Row row) => row.Price * row.Quantity * multipliers[row.Instrument];

    static decimal Sum(IEnumerable<Row> rows, string side, Func<Row, decimal?> value) =>
        rows.Where(row => row.Side == side).Sum(row => value(row)!.Value);
}
