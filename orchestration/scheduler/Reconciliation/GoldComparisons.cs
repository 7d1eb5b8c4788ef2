using Dart.Lake.Schemas;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>Silver against gold, gold against itself, and gold against what the hot job had at the cut.</summary>
static class GoldComparisons
{
    public static IEnumerable<Comparison> All(DaySql day) =>
    [
        Positions(day),
        .. new[] { "bought", "sold", "fees", "trades" }.Select(value => SilverPnl(day, value)),
        new("lots add up to positions", "gold.lots_eod", "gold.positions_eod", EachSubject: false, Sides(
            $"SELECT concat(account, ' ', instrument) AS subject, sum(cost) AS value FROM gold.lots_eod WHERE trade_date = {day.Date} GROUP BY 1",
            $"SELECT concat(account, ' ', instrument) AS subject, cost AS value FROM gold.positions_eod WHERE trade_date = {day.Date} AND quantity <> 0")),
        new("hot position = gold position", LakeNames.HotClose, "gold.positions_eod", EachSubject: false, Sides(
            $"SELECT concat(account, ' ', instrument) AS subject, quantity AS value FROM ops.hot_close WHERE trade_date = {day.Date} AND kind = 'POSITION' AND quantity IS DISTINCT FROM 0",
            $"SELECT concat(account, ' ', instrument) AS subject, quantity AS value FROM gold.positions_eod WHERE trade_date = {day.Date} AND quantity <> 0")),
        .. new[] { "quantity", "cost" }.Select(value => HotLots(day, value)),
        .. new[] { "realised", "unrealised", "fees" }.Select(value => HotPnl(day, value)),
        .. new[] { "realised", "unrealised", "fees" }.Select(value => Rounded(day, value)),
        .. new[] { "realised", "unrealised", "fees" }.Select(value => new Comparison($"hot {value} = gold {value}", LakeNames.HotClose, "gold.portfolio_summary", EachSubject: true, Sides(
            $"SELECT account AS subject, account_{value} AS value FROM ops.hot_close WHERE trade_date = {day.Date} AND kind = 'ACCOUNT'",
            $"SELECT account AS subject, {value} AS value FROM gold.portfolio_summary WHERE trade_date = {day.Date}"))),
    ];

    /// <summary>
    /// Yesterday's position, as the splits since have made it (rounded once, half away from zero), and today's trades give today's.
    /// </summary>
    static Comparison Positions(DaySql day) => new("quantity carried and traded = position", "silver.trades", "gold.positions_eod", EachSubject: false, $"""
        WITH before AS (SELECT max(trade_date) AS day FROM gold.portfolio_summary WHERE trade_date < {day.Date}),
        splits AS (
            SELECT instrument, list_reduce(list(cast(numerator AS hugeint)), lambda a, b: a * b) AS n, list_reduce(list(cast(denominator AS hugeint)), lambda a, b: a * b) AS d
            FROM silver.corporate_actions
            WHERE trade_date = {day.Date} AND action = 'SPLIT' AND ex_date <= {day.Date} AND ex_date > (SELECT day FROM before)
            GROUP BY instrument
        ),
        moved AS (
            SELECT account, instrument, cast(sum(CASE WHEN side = 'BUY' THEN quantity ELSE -quantity END) AS decimal(28, 4)) AS quantity
            FROM silver.trades WHERE trade_date = {day.Date} GROUP BY account, instrument
        ),
        carried AS (
            SELECT l.account, l.instrument,
                CASE WHEN s.n IS NULL THEN cast(sum(l.quantity) AS decimal(28, 4))
                    ELSE cast(sign(sum(l.quantity)) * ((2 * cast(cast(abs(sum(l.quantity)) AS decimal(28, 4)) * 10000 AS hugeint) * s.n + s.d) // (2 * s.d)) AS decimal(28, 0)) * 0.0001 END AS quantity
            FROM gold.lots_eod l LEFT JOIN splits s ON s.instrument = l.instrument
            WHERE l.trade_date = (SELECT day FROM before) GROUP BY l.account, l.instrument, s.n, s.d
        ),
        places AS (
            SELECT account, instrument FROM moved UNION SELECT account, instrument FROM carried
            UNION SELECT account, instrument FROM gold.positions_eod WHERE trade_date = {day.Date}
        )
        SELECT concat(p.account, ' ', p.instrument) AS subject,
            cast(coalesce(m.quantity, 0) + coalesce(c.quantity, 0) AS decimal(38, 10)) AS left_value, cast(coalesce(g.quantity, 0) AS decimal(38, 10)) AS right_value
        FROM places p
        LEFT JOIN moved m ON m.account = p.account AND m.instrument = p.instrument
        LEFT JOIN carried c ON c.account = p.account AND c.instrument = p.instrument
        LEFT JOIN gold.positions_eod g ON g.trade_date = {day.Date} AND g.account = p.account AND g.instrument = p.instrument
        """);

    static Comparison SilverPnl(DaySql day, string value)
    {
        var sum = value switch
        {
            "bought" => "sum(CASE WHEN side = 'BUY' THEN quantity ELSE 0 END)",
            "sold" => "sum(CASE WHEN side = 'BUY' THEN 0 ELSE quantity END)",
            "fees" => "sum(fee)",
            _ => "count(*)",
        };
        return new($"{value} of silver = gold", "silver.trades", "gold.daily_pnl", EachSubject: false, Sides(
            $"SELECT concat(account, ' ', instrument) AS subject, {sum} AS value FROM silver.trades WHERE trade_date = {day.Date} GROUP BY 1",
            $"SELECT concat(account, ' ', instrument) AS subject, {value} AS value FROM gold.daily_pnl WHERE trade_date = {day.Date}"));
    }

    static Comparison HotLots(DaySql day, string value) => new($"hot lot {value} = gold lot {value}", LakeNames.HotClose, "gold.lots_eod", EachSubject: false, Sides(
        $"SELECT concat(account, ' ', instrument, ' ', lot_source, '#', cast(lot_sequence AS varchar)) AS subject, sum({value}) AS value FROM ops.hot_close WHERE trade_date = {day.Date} AND kind = 'LOT' GROUP BY 1",
        $"SELECT concat(account, ' ', instrument, ' ', source, '#', cast(sequence AS varchar)) AS subject, sum({value}) AS value FROM gold.lots_eod WHERE trade_date = {day.Date} GROUP BY 1"));

    static Comparison HotPnl(DaySql day, string value) => new($"hot {value} per instrument = gold", LakeNames.HotClose, "gold.daily_pnl", EachSubject: false, Sides(
        $"SELECT concat(account, ' ', instrument) AS subject, {value} AS value FROM ops.hot_close WHERE trade_date = {day.Date} AND kind = 'POSITION'",
        $"SELECT concat(account, ' ', instrument) AS subject, {value} AS value FROM gold.daily_pnl WHERE trade_date = {day.Date}"));

    static Comparison Rounded(DaySql day, string value) => new($"{value} per instrument adds up", "gold.daily_pnl", "gold.portfolio_summary", EachSubject: false, Sides(
        $"SELECT account AS subject, round(sum(account_{value}), 2) AS value FROM gold.daily_pnl WHERE trade_date = {day.Date} GROUP BY 1",
        $"SELECT account AS subject, {value} AS value FROM gold.portfolio_summary WHERE trade_date = {day.Date}"));

    /// <summary>
    /// A side that is absent counts as nought: an account that did nothing need not have a row. One that is there without a
    /// number, which is beyond its type, is not nought (decision 0035).
    /// </summary>
    static string Sides(string left, string right) => $"""
        WITH l AS ({left}), r AS ({right})
        SELECT coalesce(l.subject, r.subject) AS subject, {Side("l")} AS left_value, {Side("r")} AS right_value,
            CASE WHEN l.subject IS NOT NULL AND l.value IS NULL THEN 'the left side has no number: it is beyond its type, or a fixing is missing'
                WHEN r.subject IS NOT NULL AND r.value IS NULL THEN 'the right side has no number: it is beyond its type, or a fixing is missing' ELSE '' END AS says
        FROM l FULL JOIN r ON l.subject = r.subject
        """;

    static string Side(string side) =>
        $"CASE WHEN {side}.subject IS NULL THEN cast(0 AS decimal(38, 10)) ELSE cast({side}.value AS decimal(38, 10)) END";
}
