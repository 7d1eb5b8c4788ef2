namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>What the records of a topic say.</summary>
/// <param name="What">Its name among checks.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Bronze">The table of its rows.</param>
/// <param name="Kept">Columns that quarantine keeps as text, beside source and sequence.</param>
/// <param name="Others">Further columns.</param>
sealed record Payload(string What, string Topic, string Bronze, string[] Kept, string[] Others)
{
    static readonly string[] times = ["event_time", "ingest_time"];

    /// <summary>All columns beside source and sequence.</summary>
    public IEnumerable<string> Columns => Kept.Concat(Others);

    /// <summary>Whether two rows of the same source and sequence are equal copies, as SQL of their aliases.</summary>
    public string Same(string a, string b) => string.Join(" AND ", Columns.Select(column => $"{a}.{column} IS NOT DISTINCT FROM {b}.{column}"));

    public static Payload Market { get; } = new("market", "market_data_raw", "bronze.market_data",
        ["kind", "instrument", "venue", "bid", "bid_size", "ask", "ask_size", "price", "size", "condition", "suspicious"], times);

    public static Payload Permit { get; } = new("PERMIT", "permit_raw", "bronze.permit",
        ["kind", "account", "instrument", "currency", "measure", "side", "quantity", "price", "amount", "available", "trade_source", "trade_sequence", "channel", "counterparty", "note"], times);

    public static Payload Trades { get; } = new("trade", "trades_raw", "bronze.trades",
        ["kind", "account", "instrument", "ref_sequence", "side", "price", "quantity", "fee", "currency", "venue"], times);

    /// <summary>None of it is quarantined.</summary>
    public static Payload Reference { get; } = new("reference", "reference_raw", "bronze.reference", [],
    [
        "kind", "id", "valid_from", "valid_to", "name", "instrument_kind", "currency", "to_currency", "venue", "underlying", "strike", "expiry", "option_right", "exercise",
        "multiplier", "desk", "margin_limit", "action", "numerator", "denominator", "as_of", "value", .. times,
    ]);

    /// <summary>Those that have a quarantine.</summary>
    public static IEnumerable<Payload> Quarantined => [Market, Permit, Trades];
}
