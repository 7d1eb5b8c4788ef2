using System.Globalization;
using Dart.Lake.Schemas;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>
/// Rows of silver that are one bronze row each, against that row, value by value. What
/// differs is named by the bronze coordinate, or by its key where the row is gone.
/// </summary>
static class RowValues
{
    /// <param name="What">Names the check.</param>
    /// <param name="Silver">The table of silver; its first column after the date is its key.</param>
    /// <param name="Bronze">The table of bronze.</param>
    /// <param name="Kind">Of the bronze row.</param>
    /// <param name="Made">Columns of silver that are made of another or a changed
    /// one of bronze, as SQL of alias n; all others have its name.</param>
    sealed record Pair(string What, TableContract Silver, TableContract Bronze, string Kind, params (string Name, string Bronze)[] Made);

    /// <summary>A value by name, as SQL of silver (alias s) and of bronze (alias n).</summary>
    internal sealed record Column(string Name, string Silver, string Bronze);

    static IEnumerable<Pair> ByPlace { get; } =
    [
        Market("quote", "quotes", MarketDataKind.Quote),
        Market("option quote", "option_quotes", MarketDataKind.Quote),
        Market("print", "prints", MarketDataKind.Print, ("suspicious", "coalesce(n.suspicious, false)")),
        Permit(PermitKind.Position, ("average_price", "n.price"), ("market_value", "n.amount")),
        Permit(PermitKind.Exposure),
        Permit(PermitKind.Risk),
        Permit(PermitKind.Margin, ("required", "n.amount")),
        Permit(PermitKind.Interaction),
        Permit(PermitKind.Trade),
    ];

    static IEnumerable<Pair> BySequence { get; } =
    [
        Reference("instruments", ReferenceKind.Instrument, ("instrument", "n.id"), ("kind", "coalesce(n.instrument_kind, '')"), ("multiplier", "coalesce(n.multiplier, 1)")),
        Reference("accounts", ReferenceKind.Account, ("account", "n.id"), ("desk", "coalesce(n.desk, '')")),
        Reference("fx_fixings", ReferenceKind.FxFixing, ("pair", "n.id"), ("from_currency", "n.currency"), ("rate", "n.value")),
        Reference("corporate_actions", ReferenceKind.CorporateAction, ("instrument", "n.id"), ("ex_date", "n.as_of"), ("amount", "n.value")),
        Reference("rates", ReferenceKind.Rate, ("currency", "n.id"), ("rate", "n.value")),
    ];

    public static IEnumerable<Comparison> All(DaySql day, DaySql cut) =>
    [
        Trades(day),
        .. ByPlace.Select(pair => CompareByPlace(day, pair)),
        .. BySequence.Select(pair => Compare(
            day, pair, $"n.kind = '{pair.Kind}' AND n.source = s.source AND n.sequence = s.sequence", Found($"s.{pair.Silver.Columns[1].Name}"))),
        Marks(day, cut),
        Closes(day, cut),
        .. Payload.Quarantined.Select(topic => Quarantined(day, topic)),
    ];

    static Pair Market(string what, string silver, MarketDataKind kind, params (string, string)[] made) =>
        new(what, TableContracts.Get($"silver.{silver}"), Topics.MarketData.Contract, kind.Word(), made);

    static Pair Permit(PermitKind kind, params (string, string)[] made)
    {
        var what = kind.Word().ToLowerInvariant();
        return new($"PERMIT {what}", TableContracts.Get($"silver.permit_{what}"), Topics.Permit.Contract, kind.Word(), made);
    }

    static Pair Reference(string silver, ReferenceKind kind, params (string, string)[] made) => new(
        $"{silver} reference", TableContracts.Get($"silver.{silver}"), Topics.Reference.Contract, kind.Word(),
        [.. made, ("valid_to", "CASE WHEN n.valid_to < TIMESTAMPTZ '9999-12-31 23:59:59+00' THEN n.valid_to END")]);

    /// <summary>Whether a value lies within the range rule of a contract's column.</summary>
    static string IsWithin(string value, string table, string column) =>
        TableContracts.Get(table).RowRules.OfType<RangeRule>().Single(r => r.Column == column) is { Min: { } min, Max: { } max }
            ? string.Create(CultureInfo.InvariantCulture, $"{value} BETWEEN {min} AND {max}")
            : throw LakeException.Bug($"the range of {table}.{column} is open");

    static Comparison Compare(DaySql day, Pair pair, string join, string subject)
    {
        Column[] columns = [.. Columns(pair.Silver, pair.Bronze, pair.Made), new("kind", $"'{pair.Kind}'", "n.kind")];
        return Values(
            pair.What, pair.Silver.Name, pair.Bronze.Name, columns,
            $"FROM {pair.Silver.Name} s LEFT JOIN {pair.Bronze.Name} n ON {join} WHERE s.trade_date = {day.Date}", subject);
    }

    /// <summary>The same by place, of which a large day has many parts.</summary>
    static Comparison CompareByPlace(DaySql day, Pair pair)
    {
        var whole = Compare(day, pair, DaySql.SamePlace("n", "s"), DaySql.Coordinate("s"));
        Column[] columns = [.. Columns(pair.Silver, pair.Bronze, pair.Made), new("kind", $"'{pair.Kind}'", "n.kind")];
        return whole with
        {
            Parts = new($"FROM {pair.Silver.Name} s WHERE s.trade_date = {day.Date}", within => Values(
                pair.What, pair.Silver.Name, pair.Bronze.Name, columns, $"""
                FROM {pair.Silver.Name} s
                LEFT JOIN (SELECT * FROM {pair.Bronze.Name} b WHERE {within("b")}) n ON n._offset = s._offset
                WHERE s.trade_date = {day.Date} AND {within("s")}
                """, DaySql.Coordinate("s")).Sql),
        };
    }

    /// <summary>
    /// The columns of silver that come from a bronze row: those that are named, and those that the payload has under the same name.
    /// </summary>
    internal static IEnumerable<Column> Columns(TableContract silver, TableContract bronze, params (string Name, string Bronze)[] made) =>
        from column in silver.Columns
        let how = made.FirstOrDefault(m => m.Name == column.Name).Bronze
            ?? (bronze.Payload.Any(c => c.Name == column.Name) ? $"n.{column.Name}" : null)
        where how is not null
        select new Column(column.Name, $"s.{column.Name}", how);

    /// <summary>What a correction replaces.</summary>
    static readonly string[] corrected = ["account", "instrument", "currency", "venue", "side", "price", "quantity", "fee"];

    /// <summary>
    /// A live trade is the NEW at its coordinate with the values of its
    /// version, which is a row of its own where the trade was corrected.
    /// </summary>
    static Comparison Trades(DaySql day)
    {
        var columns = Columns(TableContracts.Get("silver.trades"), Topics.Trades.Contract).ToLookup(c => corrected.Contains(c.Name));
        Column[] original = [.. columns[false], new("kind", "'NEW'", "n.kind")];
        Column[] version = [.. columns[true].Select(c => c with { Bronze = $"v.{c.Name}" }), new("known_time", "s.known_time", "v.ingest_time")];
        return Values("trade", "silver.trades", "bronze.trades", [.. original, .. version], $"""
            FROM silver.trades s
            LEFT JOIN bronze.trades n ON {DaySql.SamePlace("n", "s")}
            LEFT JOIN (
                WITH {DaySql.CopiesOf("bronze.trades")}
                SELECT b.* FROM bronze.trades b LEFT JOIN copies c ON {DaySql.SamePlace("c", "b")} WHERE coalesce(c.copy, 1) = 1
            ) v ON v.source = s.source AND v.sequence = s.version_sequence
            WHERE s.trade_date = {day.Date}
            """, $"CASE WHEN {Equal(original)} AND v._offset IS NOT NULL THEN {DaySql.Coordinate("v")} ELSE {DaySql.Coordinate("s")} END");
    }

    /// <summary>Official marks: the last MARK of the instrument before the cut.</summary>
    static Comparison Marks(DaySql day, DaySql cut) => Values("official mark", "silver.marks", "bronze.market_data", [new("mark", "s.mark", "n.price")], $"""
        FROM silver.marks s
        LEFT JOIN (
            SELECT t.*, row_number() OVER (PARTITION BY t.instrument, t.event_time ORDER BY t.source DESC, t.sequence DESC, t._log_id, t._kafka_partition, t._offset) AS version
            {cut.BeforeCut("bronze.market_data")} AND t.kind = 'MARK' AND {IsWithin("t.price", "silver.marks", "mark")}
        ) n ON n.instrument = s.instrument AND n.event_time = s.mark_time AND n.version = 1
        WHERE s.trade_date = {day.Date} AND s.mark_source = 'OFFICIAL'
        """, Found("s.instrument"));

    /// <summary>Closes of the days before: the newest version of what was published, or what was our own official mark.</summary>
    static Comparison Closes(DaySql day, DaySql cut) => Values("prior close", "silver.prior_closes", "bronze.reference", [new("close", "s.close", "coalesce(n.value, m.mark)")], $"""
        FROM silver.prior_closes s
        LEFT JOIN (
            SELECT t.*, row_number() OVER (PARTITION BY t.kind, t.id, t.as_of ORDER BY t.ingest_time DESC, t.sequence DESC, t._log_id, t._kafka_partition, t._offset) AS version
            FROM (SELECT t.* {cut.ReferencesBeforeGate} AND t.kind IN ('PRIOR_CLOSE', 'MARK') AND {IsWithin("t.value", "silver.prior_closes", "close")}) t
            LEFT JOIN ({Currencies(cut)}) c ON c.id = t.id
            WHERE t.currency IS NULL OR c.id IS NULL OR list_contains(c.currencies, t.currency)
        ) n ON n.kind = s.origin AND n.id = s.instrument AND n.as_of = s.as_of AND n.version = 1
        LEFT JOIN silver.marks m ON s.origin = 'MARK' AND m.mark_source = 'OFFICIAL' AND m.instrument = s.instrument AND m.trade_date = s.as_of
        WHERE s.trade_date = {day.Date}
        """, Found("concat(s.instrument, ' ', cast(s.as_of AS varchar))"));

    /// <summary>The currencies that an instrument has or had, by the newest version of each of its records.</summary>
    static string Currencies(DaySql cut) => $"""
        SELECT v.id, list(DISTINCT v.currency) AS currencies
        FROM (
            SELECT t.*, row_number() OVER (PARTITION BY t.id, t.valid_from, t.as_of, t.action ORDER BY t.ingest_time DESC, t.sequence DESC, t.source DESC, t._log_id, t._kafka_partition, t._offset) AS version
            {cut.ReferencesBeforeGate} AND t.kind = 'INSTRUMENT'
        ) v
        WHERE v.version = 1 AND v.currency IS NOT NULL
        GROUP BY v.id
        """;

    /// <summary>Quarantine keeps a row's payload as JSON, every value as text.</summary>
    internal static Comparison Quarantined(DaySql day, Payload payload)
    {
        var columns = new[] { "source", "sequence", "ingest_time" }.Select(name => new Column(name, $"s.{name}", $"n.{name}"));
        var kept = payload.Kept.Select(c => new Column(
            c.Name, $"CASE WHEN {IsKept(c.Name)} THEN cast(n.{c.Name} AS varchar) ELSE 'another' END", $"cast(n.{c.Name} AS varchar)"));
        return Values($"{payload.What} quarantine", "silver.quarantine", payload.Bronze, [.. columns, .. kept],
            $"FROM silver.quarantine s LEFT JOIN {payload.Bronze} n ON {DaySql.SamePlace("n", "s")} WHERE s.trade_date = {day.Date} AND s._topic = '{payload.Topic}'",
            DaySql.Coordinate("s"));
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
