using System.Globalization;
using System.Text.Json;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>
/// What gold would make of rows without their greatest values: a day whose figures its columns cannot hold could not be published. Each
/// figure is bounded from above, by the published days from the rows' own on, and by all rows that were released before.
/// </summary>
sealed class GoldFigures
{
    /// <summary>
    /// A tenth of what an account's money (decimal(18, 2)) and a position's quantity (decimal(18, 4)) hold: the rest is for rows that
    /// nobody had to release.
    /// </summary>
    public const double MostMoney = 1e15, MostQuantity = 1e13;

    const string Trades = "silver.trades";

    static readonly TableIdent instruments = TableIdent.Parse("silver.instruments"), fixings = TableIdent.Parse("silver.fx_fixings"),
        marks = TableIdent.Parse("silver.marks"), positions = TableIdent.Parse("gold.positions_eod");

    readonly Dictionary<string, Instrument> known = new(StringComparer.Ordinal);
    double released;

    /// <summary>Greatest values of an instrument. Money is in the currency in which it is the most.</summary>
    sealed class Instrument
    {
        public double Quantity, Price, Factor = 1;
        public bool IsReleased;
        public readonly List<Instrument> Options = [];

        public double Money => Quantity * Price * Factor;

        /// <summary>It, and the options on it: what they pay when they expire follows its price.</summary>
        public IEnumerable<Instrument> Moved => Options.Prepend(this);
    }

    GoldFigures()
    {
    }

    /// <summary>Reads what the rows meet.</summary>
    /// <param name="lake">Its tables; those that are not there hold nothing.</param>
    /// <param name="session">Reads them.</param>
    /// <param name="rows">That are to be released.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<GoldFigures> OfAsync(
        Lake lake, DuckDbSession session, IReadOnlyList<QuarantinedRow> rows, CancellationToken cancel)
    {
        var figures = new GoldFigures();
        if (rows.Count == 0)
            return figures;
        var tables = await lake.Catalog
            .LoadAllAsync([instruments, fixings, marks, positions, ActTable.Ident], cancel).ConfigureAwait(false);
        var since = Predicate.Ge("trade_date", Literal.Of(rows.Min(r => r.TradeDate)));
        await ReadAsync($"""
            SELECT i.instrument, max(i.multiplier)::DOUBLE * greatest(1, coalesce(max(f.rate), 1))::DOUBLE, max(i.underlying)
            FROM ({await SqlAsync(instruments, since).ConfigureAwait(false)}) i
            LEFT JOIN ({await SqlAsync(fixings, since).ConfigureAwait(false)}) f ON f.from_currency = i.currency
            GROUP BY i.instrument
            """, figures.Holds).ConfigureAwait(false);
        await ReadAsync($"""
            SELECT instrument, max(mark)::DOUBLE FROM ({await SqlAsync(marks, since).ConfigureAwait(false)}) GROUP BY instrument
            """, (i, r) => i.Price = (double)r[1]!).ConfigureAwait(false);
        await ReadAsync($"""
            SELECT instrument, max(quantity)
            FROM (
                SELECT instrument, sum(abs(quantity::DOUBLE)) AS quantity
                FROM ({await SqlAsync(positions, since).ConfigureAwait(false)}) GROUP BY trade_date, instrument
            )
            GROUP BY instrument
            """, (i, r) => i.Quantity = (double)r[1]!).ConfigureAwait(false);
        await ReadAsync($"""
            SELECT row_json->>'instrument', coalesce(sum({Number("quantity")}) FILTER (WHERE table_name = '{Trades}'), 0),
                max(greatest({Number("price")}, {Number("bid")}, {Number("ask")}))
            FROM ({await SqlAsync(ActTable.Ident, null).ConfigureAwait(false)})
            WHERE kind = '{ActRow.Quarantine}' AND verb = '{ActRow.Release}' AND (row_json->>'instrument') IS NOT NULL
            GROUP BY 1
            """, (i, r) => figures.Add(i, (double)r[1]!, (double)r[2]!)).ConfigureAwait(false);
        return figures;

        async Task ReadAsync(string sql, Action<Instrument, object?[]> take)
        {
            foreach (var row in await session.RowsAsync(sql, cancel).ConfigureAwait(false))
                take(figures.Of((string)row[0]!), row);
        }

        async Task<string> SqlAsync(TableIdent ident, Predicate? filter) => tables.TryGetValue(ident, out var table)
            ? await new LastActs(lake, session).ReaderAsync(table, filter, cancel).ConfigureAwait(false)
            : TableReader.Empty(TableContracts.Get(ident.ToString()).ToIceberg());
    }

    /// <summary>Null, and the row counts from here on; or which figure is too large with it.</summary>
    public string? Refuse(QuarantinedRow row)
    {
        if (row.Json is null)
            return null;
        using var json = JsonDocument.Parse(row.Json);
        if (!json.RootElement.TryGetProperty("instrument", out var text) || text.GetString() is not { } name)
            return null;
        var quantity = row.Table == Trades ? Value("quantity") : 0;
        var price = Math.Max(Value("price"), Math.Max(Value("bid"), Value("ask")));
        var instrument = Of(name);
        var turnover = price * Value("size");
        var held = instrument.Quantity + quantity;
        var money = instrument.Moved.Sum(i => (i == instrument ? held : i.Quantity) * Math.Max(i.Price, price) * i.Factor);
        var all = money + released - instrument.Moved.Where(i => i.IsReleased).Sum(i => i.Money);
        var refused = turnover >= MostMoney ? Beyond("its price times its size", turnover, MostMoney)
            : held >= MostQuantity ? Beyond($"the quantity of {name} with what is held of it", held, MostQuantity)
            : money >= MostMoney ? Beyond($"quantity times price of {name} with what is held of it", money, MostMoney)
            : all >= MostMoney ? Beyond("quantity times price of all that was released", all, MostMoney)
            : null;
        if (refused is null)
            Add(instrument, quantity, price);
        return refused;

        double Value(string column) => json.RootElement.TryGetProperty(column, out var value)
            && double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Math.Abs(number) : 0;
    }

    static string Beyond(string figure, double value, double most) => string.Create(CultureInfo.InvariantCulture,
        $"{figure} is {value:0.0e0}, beyond the {most:0e0} that gold can be sure to hold, and the day could not be published: send it again as it should be, or drop it");

    void Holds(Instrument instrument, object?[] row)
    {
        instrument.Factor = (double)row[1]!;
        if (row[2] is string underlying)
            Of(underlying).Options.Add(instrument);
    }

    void Add(Instrument instrument, double quantity, double price)
    {
        released -= instrument.Moved.Where(i => i.IsReleased).Sum(i => i.Money);
        instrument.Quantity += quantity;
        foreach (var moved in instrument.Moved)
        {
            moved.Price = Math.Max(moved.Price, price);
            moved.IsReleased = true;
        }
        released += instrument.Moved.Sum(i => i.Money);
    }

    Instrument Of(string name)
    {
        if (!known.TryGetValue(name, out var instrument))
            known.Add(name, instrument = new());
        return instrument;
    }

    static string Number(string column) => $"coalesce(abs(try_cast(row_json->>'{column}' AS DOUBLE)), 0)";
}
