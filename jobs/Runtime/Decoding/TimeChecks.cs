using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>The bounds that a contract sets to the times of its events, against the row that was appended last.</summary>
internal sealed class TimeChecks
{
    readonly (Int64Column Column, TimeBounds Bounds)[] checks;

    public TimeChecks(ColumnBatch batch) => checks =
    [
        .. Enumerable.Range(0, batch.ColumnCount).Select(i => batch[i])
            .Where(c => c.Definition.Type.Kind == ColumnKind.Timestamptz && !TableContract.IsCoordinate(c.Definition.Name))
            .Select(c => ((Int64Column)c, c.Definition.Times)),
    ];

    /// <summary>Null, or the first column whose time is not within its bounds. A null has none.</summary>
    public DecodeFailure? Check()
    {
        foreach (var (column, bounds) in checks)
        {
            var row = column.Count - 1;
            if (!bounds.Allow(column.Values[row]) && !column.IsNull(row))
                return Beyond(column.Definition, column.Values[row]);
        }
        return null;
    }

    static DecodeFailure Beyond(ContractColumn column, long micros) => new(
        // what has no plausible day would make partitions of garbage
        column.Name == "event_time" ? DeadLetterReason.ImplausibleDay : DeadLetterReason.ImplausibleTime,
        $"{column.Name}, {micros} microseconds since 1970, is not {column.Times}");
}
