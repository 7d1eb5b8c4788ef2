namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>Rows of silver that are one bronze row each, against that row, value by value. What differs is named by the bronze coordinate, or by its key where the row is gone.</summary>
static class RowValues
{
    static readonly string[] reference = ["valid_from", "valid_to", "source", "sequence", "ingest_time"];

    /// <param name="What">Names the check.</param>
    /// <param name="Silver">The table of silver.</param>
    /// <param name="Bronze">The table of bronze.</param>
    /// <param name="Kind">Of the bronze row.</param>
    /// <param name="Columns">Of silver, the first is its key; <c>a = b</c> where it is b of bronze.</param>
    sealed record Pair(string What, string Silver, string Bronze, string Kind, params string[] Columns);

    /// <summary>A value by name, as SQL of silver (alias s) and of bronze (alias n).</summary>
    sealed record Column(string Name, string Silver, string Bronze);

    static IEnumerable<Pair> ByPlace { get; } =
    [
        Market("quote", "quotes", "QUOTE", "bid", "bid_size", "ask", "ask_size"),
        Market("option quote", "option_quotes", "QUOTE", "bid", "bid_size", "ask", "ask_size"),
        Market("print", "prints", "PRINT", "price", "size", "condition", "suspicious = coalesce(n.suspicious, false)"),
        Permit("position", "instrument", "quantity", "average_price = n.price", "market_value = n.amount", "currency"),
        Permit("exposure", "measure", "amount", "currency"),
        Permit("risk", "measure", "amount", "currency"),
        Permit("margin", "required = n.amount", "available", "currency"),
        Permit("interaction", "channel", "counterparty", "note"),
        Permit("trade", "instrument", "side", "quantity", "price", "currency", "trade_source", "trade_sequence"),
    ];

    static IEnumerable<Pair> BySequence { get; } =
    [
        Reference("instruments", "INSTRUMENT", "instrument = n.id", "name", "kind = n.instrument_kind", "currency", "venue", "underlying", "strike", "expiry", "option_right", "exercise", "multiplier = coalesce(n.multiplier, 1)"),
        Reference("accounts", "ACCOUNT", "account = n.id", "name", "desk = coalesce(n.desk, '')", "currency", "margin_limit"),
        Reference("fx_fixings", "FX_FIXING", "pair = n.id", "from_currency = n.currency", "to_currency", "rate = n.value", "as_of"),
        Reference("corporate_actions", "CORPORATE_ACTION", "instrument = n.id", "action", "ex_date = n.as_of", "numerator", "denominator", "amount = n.value"),
        Reference("rates", "RATE", "currency = n.id", "rate = n.value"),
    ];

    public static IEnumerable<Comparison> All(DaySql day, DaySql cut) =>
    [
        Trades(day),
        .. ByPlace.Select(pair => Compare(day, pair, DaySql.SamePlace("n", "s"), DaySql.Coordinate("s"))),
        .. BySequence.Select(pair => Compare(day, pair, $"n.kind = '{pair.Kind}' AND n.source = s.source AND n.sequence = s.sequence", Found($"s.{pair.Columns[0].Split(' ')[0]}"))),
        Marks(day, cut),
        Closes(day, cut),
        .. Payload.Quarantined.Select(topic => Quarantined(day, topic)),
    ];

    static Pair Market(string what, string silver, string kind, params string[] values) =>
        new(what, $"silver.{silver}", "bronze.market_data", kind, ["instrument", "event_time", "ingest_time", "source", "sequence", "venue", .. values]);

    static Pair Permit(string what, params string[] values) =>
        new($"PERMIT {what}", $"silver.permit_{what}", "bronze.permit", what.ToUpperInvariant(), ["account", "event_time", "ingest_time", "source", "sequence", .. values]);

    static Pair Reference(string silver, string kind, params string[] values) => new($"{silver} reference", $"silver.{silver}", "bronze.reference", kind, [.. values, .. reference]);

    static Comparison Compare(DaySql day, Pair pair, string join, string subject)
    {
        var columns = pair.Columns.Select(column => column.Split(" = ", 2)).Select(c => new Column(c[0], $"s.{c[0]}", c.Length == 2 ? c[1] : $"n.{c[0]}")).Append(new("kind", $"'{pair.Kind}'", "n.kind")).ToList();
        return Values(pair.What, pair.Silver, pair.Bronze, columns, $"FROM {pair.Silver} s LEFT JOIN {pair.Bronze} n ON {join} WHERE s.trade_date = {day.Date}", subject);
    }

    /// <summary>A live trade is the NEW at its coordinate with the values of its version, which is a row of its own where the trade was corrected.</summary>
    static Comparison Trades(DaySql day)
    {
        Column[] original =
        [
            .. new[] { "account", "instrument", "event_time", "ingest_time", "source", "sequence", "currency", "venue" }.Select(name => new Column(name, $"s.{name}", $"n.{name}")),
            new("kind", "'NEW'", "n.kind"),
        ];
        Column[] version = [.. new[] { "side", "price", "quantity", "fee" }.Select(name => new Column(name, $"s.{name}", $"v.{name}")), new("known_time", "s.known_time", "v.ingest_time")];
        return Values("trade", "silver.trades", "bronze.trades", [.. original, .. version], $"""
            FROM silver.trades s
            LEFT JOIN bronze.trades n ON {DaySql.SamePlace("n", "s")}
            LEFT JOIN (SELECT *, row_number() OVER (PARTITION BY source, sequence ORDER BY _log_id, _kafka_partition, _offset) AS copy FROM bronze.trades) v
                ON v.source = s.source AND v.sequence = s.version_sequence AND v.copy = 1
            WHERE s.trade_date = {day.Date}
            """, $"CASE WHEN {Equal(original)} AND v._offset IS NOT NULL THEN {DaySql.Coordinate("v")} ELSE {DaySql.Coordinate("s")} END");
    }

    /// <summary>Official marks: the last MARK of the instrument before the cut.</summary>
    static Comparison Marks(DaySql day, DaySql cut) => Values("official mark", "silver.marks", "bronze.market_data", [new("mark", "s.mark", "n.price")], $"""
        FROM silver.marks s
        LEFT JOIN (
            SELECT t.*, row_number() OVER (PARTITION BY t.instrument, t.event_time ORDER BY t.source DESC, t.sequence DESC, t._log_id, t._kafka_partition, t._offset) AS version
            {cut.BeforeCut("bronze.market_data")} AND t.kind = 'MARK' AND t.price IS NOT NULL
        ) n ON n.instrument = s.instrument AND n.event_time = s.mark_time AND n.version = 1
        WHERE s.trade_date = {day.Date} AND s.mark_source = 'OFFICIAL'
        """, Found("s.instrument"));

    /// <summary>Closes of the days before: the newest version of what was published, or what was our own official mark.</summary>
    static Comparison Closes(DaySql day, DaySql cut) => Values("prior close", "silver.prior_closes", "bronze.reference", [new("close", "s.close", "coalesce(n.value, m.mark)")], $"""
        FROM silver.prior_closes s
        LEFT JOIN (
            SELECT t.*, row_number() OVER (PARTITION BY t.kind, t.id, t.as_of ORDER BY t.ingest_time DESC, t.sequence DESC, t._log_id, t._kafka_partition, t._offset) AS version
            {cut.BeforeCut("bronze.reference")} AND t.kind IN ('PRIOR_CLOSE', 'MARK')
        ) n ON n.kind = s.origin AND n.id = s.instrument AND n.as_of = s.as_of AND n.version = 1
        LEFT JOIN silver.marks m ON s.origin = 'MARK' AND m.mark_source = 'OFFICIAL' AND m.instrument = s.instrument AND m.trade_date = s.as_of
        WHERE s.trade_date = {day.Date}
        """, Found("concat(s.instrument, ' ', cast(s.as_of AS varchar))"));

    /// <summary>Quarantine keeps a row's payload as JSON, every value as text.</summary>
    static Comparison Quarantined(DaySql day, Payload payload)
    {
        var columns = new[] { "source", "sequence", "ingest_time" }.Select(name => new Column(name, $"s.{name}", $"n.{name}"));
        var kept = payload.Kept.Select(name => new Column(name, $"CASE WHEN {IsKept(name)} THEN cast(n.{name} AS varchar) ELSE 'another' END", $"cast(n.{name} AS varchar)"));
        return Values($"{payload.What} quarantine", "silver.quarantine", payload.Bronze, [.. columns, .. kept],
            $"FROM silver.quarantine s LEFT JOIN {payload.Bronze} n ON {DaySql.SamePlace("n", "s")} WHERE s.trade_date = {day.Date} AND s._topic = '{payload.Topic}'", DaySql.Coordinate("s"));
    }

    /// <summary>Whether the JSON holds the value. Where something in it is escaped, that is not looked at.</summary>
    static string IsKept(string column) => $"""
        position(chr(92) IN s.row_json) > 0 OR position(CASE WHEN n.{column} IS NULL THEN '"{column}":null' ELSE concat('"{column}":"', cast(n.{column} AS varchar), '"') END IN s.row_json) > 0
        """;

    static Comparison Values(string what, string silver, string bronze, IReadOnlyList<Column> columns, string from, string subject)
    {
        var differing = string.Join(", ", columns.Select(c => $"CASE WHEN {c.Silver} IS DISTINCT FROM {c.Bronze} THEN concat('{c.Name} ', {Text(c.Silver)}, ' and ', {Text(c.Bronze)}) END"));
        return new($"{what} values", silver, bronze, EachSubject: false, $"""
            SELECT {subject} AS subject, {DaySql.One} AS left_value, CASE WHEN {Equal(columns)} THEN {DaySql.One} END AS right_value,
                CASE WHEN n._offset IS NULL THEN 'the row that it was made of is not there any more' ELSE concat_ws(', ', {differing}) END AS says
            {from}
            """);
    }

    /// <summary>The coordinate of the bronze row, or the key of the one of silver where there is none.</summary>
    static string Found(string key) => $"CASE WHEN n._offset IS NULL THEN {key} ELSE {DaySql.Coordinate("n")} END";

    static string Equal(IEnumerable<Column> columns) => string.Join(" AND ", columns.Select(c => $"{c.Silver} IS NOT DISTINCT FROM {c.Bronze}"));

    static string Text(string value) => $"coalesce(cast({value} AS varchar), 'nothing')";
}
