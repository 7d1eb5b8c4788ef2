using System.Globalization;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>
/// What the hot store must show of accounts and positions after the first day there is and its late trades,
/// computed once more without a line of the hot job: the trades before END_OF_DAY are those that the SQL
/// models hold to be live (<c>silver.trades</c>: duplicates, corrections, busts and broken rows are dealt with
/// there), the late ones come straight from <c>bronze.trades</c>, behind the markers that bronze has booked as
/// holes; they are folded first in, first out in decimals. Marks, fixings and multipliers are silver's.
/// </summary>
sealed class Recomputation
{
    const int MostRows = 100_000;

    const string LateTrades = """
        SELECT DISTINCT t.account, t.instrument, t.side, t.price, t.quantity, t.fee, t.event_time, t.source, t.sequence
        FROM bronze.trades t JOIN ops.log_holes h
            ON h.reason = 'END_OF_DAY' AND h._log_id = t._log_id AND h._topic = t._topic AND h._kafka_partition = t._kafka_partition AND t._offset >= h.to_offset
        """;

    readonly Dictionary<(string Account, string Instrument), RecomputedPosition> positions = [];
    readonly Dictionary<string, Instrument> instruments = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> accounts = new(StringComparer.Ordinal);
    readonly Dictionary<(string From, string To), decimal> fixings = [];

    Recomputation()
    {
    }

    sealed record Instrument(decimal Mark, decimal Multiplier, string Currency);

    /// <summary>Late trades among them.</summary>
    public int Late { get; private set; }

    public int Accounts => accounts.Count;

    public int Positions => positions.Count;

    public static async Task<Recomputation> ReadAsync(Lake lake, DuckDbEngine engine, string date, CancellationToken cancel)
    {
        await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new ScanOptions(), cancel);
        var (result, day) = (new Recomputation(), $"trade_date = DATE '{date}'");
        foreach (var r in await RowsAsync($"SELECT i.instrument, m.mark, i.multiplier, i.currency FROM silver.instruments i JOIN silver.marks m ON m.instrument = i.instrument AND m.{day} WHERE i.{day}"))
            result.instruments.Add((string)r[0]!, new(Number(r[1]), Number(r[2]), (string)r[3]!));
        foreach (var r in await RowsAsync($"SELECT account, currency FROM silver.accounts WHERE {day}"))
            result.accounts.Add((string)r[0]!, (string)r[1]!);
        foreach (var r in await RowsAsync($"SELECT from_currency, to_currency, rate FROM silver.fx_fixings WHERE {day}"))
            result.fixings.Add(((string)r[0]!, (string)r[1]!), Number(r[2]));
        foreach (var r in await RowsAsync($"""
            SELECT account, instrument, side, price, quantity, fee, is_late FROM (
                SELECT account, instrument, side, price, quantity, fee, event_time, source, sequence, false AS is_late FROM silver.trades WHERE {day}
                UNION ALL SELECT *, true FROM ({LateTrades}) l) t
            ORDER BY event_time, source, sequence
            """))
        {
            result.Position((string)r[0]!, (string)r[1]!).Trade((string)r[2]! == "BUY", Number(r[3]), Number(r[4]), Number(r[5]));
            result.Late += (bool)r[6]! ? 1 : 0;
        }
        return result;

        async Task<IReadOnlyList<object?[]>> RowsAsync(string sql)
        {
            await using var rows = await session.QueryAsync(sql, cancel);
            return await rows.ReadRowsAsync(MostRows, cancel);
        }
    }

    /// <summary>What must be there: key, field, number.</summary>
    public IEnumerable<(string Key, string Field, decimal Value)> Values()
    {
        foreach (var ((account, instrument), p) in positions)
        {
            var (key, of) = ($"hot:pos:{account}:{instrument}", instruments[instrument]);
            yield return (key, "quantity", p.Quantity);
            yield return (key, "cost", p.Cost * of.Multiplier);
            yield return (key, "realised", p.Realised * of.Multiplier);
            yield return (key, "unrealised", Unrealised(p, of));
            yield return (key, "volume", p.Volume);
        }
        foreach (var (account, currency) in accounts)
        {
            var own = positions.Where(p => p.Key.Account == account).Select(p => (p.Value, Of: instruments[p.Key.Instrument])).ToList();
            decimal Sum(Func<RecomputedPosition, Instrument, decimal> value) =>
                Math.Round(
                    own.Sum(p => value(p.Value, p.Of) * (p.Of.Currency == currency ? 1 : fixings[(p.Of.Currency, currency)])),
                    2,
                    MidpointRounding.AwayFromZero);
            var (realised, unrealised, fees) = (Sum((p, of) => p.Realised * of.Multiplier), Sum(Unrealised), Sum((p, _) => p.Fees));
            var key = $"hot:pnl:{account}";
            yield return (key, "realised", realised);
            yield return (key, "unrealised", unrealised);
            yield return (key, "fees", fees);
            yield return (key, "total", realised + unrealised - fees);
            // nothing was open before the first day, and what it ended with is no level of its own
            yield return (key, "unrealised_prior", 0);
            yield return (key, "total_day", realised + unrealised - fees);
            yield return (key, "trades", own.Sum(p => p.Value.Trades));
            yield return (key, "active_positions", own.Count(p => p.Value.Quantity != 0));
            // of sides that are rounded once each (decision 0050)
            var longs = Sum((p, of) => Math.Max(p.Quantity, 0) * of.Mark * of.Multiplier);
            var shorts = Sum((p, of) => Math.Min(p.Quantity, 0) * of.Mark * of.Multiplier);
            yield return ($"hot:risk:{account}", "gross", longs - shorts);
            yield return ($"hot:risk:{account}", "net", longs + shorts);
        }
    }

    static decimal Unrealised(RecomputedPosition p, Instrument of) => (p.Quantity * of.Mark - p.Cost) * of.Multiplier;

    RecomputedPosition Position(string account, string instrument)
    {
        if (!positions.TryGetValue((account, instrument), out var position))
            positions.Add((account, instrument), position = new());
        return position;
    }

    // without trailing noughts, so that products stay within 28 digits
    static decimal Number(object? value) => (decimal)value! / 1.0000000000000000000000000000m;
}
