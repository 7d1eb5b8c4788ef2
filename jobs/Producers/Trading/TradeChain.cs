namespace Dart.Lake.Jobs.Producers.Trading;

/// <summary>A NEW to which corrections and busts may refer, and what is live of it.</summary>
sealed class TradeChain(
    Account account, Instrument instrument, TradingVenue venue, long sequence, long eventTime, long ingestTime, TradeTerms terms)
{
    public Account Account { get; } = account;
    public Instrument Instrument { get; } = instrument;
    public TradingVenue Venue { get; } = venue;
    public long Sequence { get; } = sequence;
    public long EventTime { get; } = eventTime;

    /// <summary>Ingest time of the newest row: the next one's is later, so that newest means the same by any order.</summary>
    public long IngestTime { get; set; } = ingestTime;

    /// <summary>What holds now; null: busted.</summary>
    public TradeTerms? Live { get; set; } = terms;
}
