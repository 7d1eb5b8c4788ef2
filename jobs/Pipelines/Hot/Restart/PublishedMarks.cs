using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Restart;

/// <summary>
/// <c>silver.marks</c> as the hot path reads it: what instruments were worth on days whose rows a restart does not read. Only
/// what a day's own rows have said is carried on; the reference feed's marks are in the state.
/// </summary>
sealed class PublishedMarks(BronzeRows rows, HotNames names)
{
    const string Table = "silver.marks", Instruments = "silver.instruments";

    /// <summary>
    /// So many days with a price are asked for of an instrument, the newest, and besides the last up to each expiry of an option on it.
    /// </summary>
    const int DaysMax = 32;

    /// <summary>Tells instrument, day and price (6 places) of days up to one, the oldest first.</summary>
    public Task ReadAsync(int upTo, Action<int, int, long> tell, CancellationToken cancel) => rows.ReadAsync(Table, $"""
        WITH own AS (
            SELECT instrument, trade_date, mark FROM silver.marks
            WHERE mark_source IN ('OFFICIAL', 'PRINT', 'MID') AND trade_date <= DATE '{HotCalendar.Date(upTo):yyyy-MM-dd}'),
        newest AS (SELECT * FROM own QUALIFY row_number() OVER (PARTITION BY instrument ORDER BY trade_date DESC) <= {DaysMax}),
        options AS (
            {(rows.Has(Instruments) ? $"SELECT DISTINCT underlying, expiry FROM {Instruments} WHERE expiry IS NOT NULL AND trade_date = (SELECT max(trade_date) FROM own)" : "SELECT '' AS underlying, NULL::DATE AS expiry WHERE false")}),
        expired AS (
            SELECT own.* FROM own JOIN options o ON o.underlying = own.instrument AND own.trade_date <= o.expiry
            QUALIFY row_number() OVER (PARTITION BY own.instrument, o.expiry ORDER BY own.trade_date DESC) = 1)
        SELECT instrument, datediff('day', DATE '1970-01-01', trade_date)::BIGINT, {Decimals.Unscaled("mark", 6)}
        FROM (SELECT * FROM newest UNION SELECT * FROM expired) ORDER BY trade_date
        """, r => tell(r.Code(0, names.Instruments), (int)r.Long(1), r.Long(2)), cancel);

    /// <summary>Tells the days on which a record counted although it had ended: prices of those days count, too.</summary>
    public async Task ReadKeptOpenAsync(int upTo, Action<ReferenceKind, string, int> tell, CancellationToken cancel)
    {
        foreach (var (kind, table, id) in new[]
        {
            (ReferenceKind.Instrument, Instruments, "instrument"), (ReferenceKind.Account, "silver.accounts", "account"),
        })
            if (rows.Has(table, "ended"))
                await rows.ReadAsync(table, $"""
                    SELECT {id}, datediff('day', DATE '1970-01-01', trade_date)::BIGINT
                    FROM {table} WHERE ended AND trade_date <= DATE '{HotCalendar.Date(upTo):yyyy-MM-dd}'
                    """, r => tell(kind, r.Text(0)!, (int)r.Long(1)), cancel).ConfigureAwait(false);
    }
}
