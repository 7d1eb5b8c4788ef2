using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;

namespace Dart.Lake.Jobs.Pipelines.Hot.Restart;

/// <summary>
/// <c>silver.marks</c> as the hot path reads it: what instruments were worth on days whose rows a restart does not read. Only
/// what a day's own rows have said is carried on; the reference feed's marks are in the state.
/// </summary>
sealed class PublishedMarks(BronzeRows rows, HotNames names)
{
    const string Table = "silver.marks";

    /// <summary>So many days with a price are asked for of an instrument, the newest.</summary>
    const int DaysMax = 32;

    /// <summary>Tells instrument, day and price (6 places) of days up to one, the oldest first.</summary>
    public Task ReadAsync(int upTo, Action<int, int, long> tell, CancellationToken cancel) => rows.ReadAsync(Table, $"""
        SELECT instrument, datediff('day', DATE '1970-01-01', trade_date)::BIGINT, {Decimals.Unscaled("mark", 6)}
        FROM silver.marks WHERE mark_source IN ('OFFICIAL', 'PRINT', 'MID') AND trade_date <= DATE '{HotCalendar.Date(upTo):yyyy-MM-dd}'
        QUALIFY row_number() OVER (PARTITION BY instrument ORDER BY trade_date DESC) <= {DaysMax}
        ORDER BY trade_date
        """, r => tell(r.Code(0, names.Instruments), (int)r.Long(1), r.Long(2)), cancel);
}
