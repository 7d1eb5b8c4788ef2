using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>The bounds that a contract sets to the times and dates of its events, against the row that was appended last.</summary>
internal sealed class TimeChecks
{
    readonly (Int64Column Column, TimeBounds Bounds)[] times;
    readonly (Int32Column Column, TimeBounds Bounds)[] dates;

    public TimeChecks(ColumnBatch batch)
    {
        times = [.. Of(batch, ColumnKind.Timestamptz).Select(c => ((Int64Column)c, c.Definition.Times))];
        dates = [.. Of(batch, ColumnKind.Date).Select(c => ((Int32Column)c, c.Definition.Times))];
    }

    /// <summary>Null, or the first column whose time or date is not within its bounds. A null has none.</summary>
    public DecodeFailure? Check()
    {
        foreach (var (column, bounds) in times)
        {
            var row = column.Count - 1;
            if (!bounds.Allow(column.Values[row]) && !column.IsNull(row))
                return Beyond(column.Definition, $"{column.Values[row]} microseconds");
        }
        foreach (var (column, bounds) in dates)
        {
            var row = column.Count - 1;
            if (!bounds.AllowDay(column.Values[row]) && !column.IsNull(row))
                return Beyond(column.Definition, $"{column.Values[row]} days");
        }
        return null;
    }

    static IEnumerable<Column> Of(ColumnBatch batch, ColumnKind kind) => Enumerable.Range(0, batch.ColumnCount).Select(i => batch[i])
        .Where(c => c.Definition.Type.Kind == kind && !TableContract.IsCoordinate(c.Definition.Name));

    static DecodeFailure Beyond(ContractColumn column, string value) => new(
        // what has no plausible day would make partitions of garbage
        column.Name == "event_time" ? DeadLetterReason.ImplausibleDay : DeadLetterReason.ImplausibleTime,
        $"{column.Name}, {value} since 1970, is not {column.Times}");
}
