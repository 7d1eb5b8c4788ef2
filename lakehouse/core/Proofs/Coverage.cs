using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>Which offsets the rows of one table hold, and which of them more than once.</summary>
sealed class RowCoverage
{
    public OffsetBitmap Offsets { get; } = new();
    public OffsetBitmap Twice { get; } = new();

    public void Add(long offset)
    {
        if (!Offsets.Add(offset))
            Twice.Add(offset);
    }
}

/// <summary>All that the tables hold, by partition. Row groups may be added from several threads.</summary>
sealed class Coverage
{
    // What bronze writes for records that the log had lost before they were read.
    const string LostReason = "GAP";
    static readonly RowCoverage Nothing = new();
    readonly Lock gate = new();
    readonly Dictionary<(TableIdent Table, LogPartition Partition), RowCoverage> rows = [];
    readonly Dictionary<LogPartition, List<OffsetRun>> holes = [], lost = [];

    /// <summary>Adds one group of a table's rows; of those that stand for runs of offsets the runs.</summary>
    public void Add(TableIdent table, CoordinateRows group)
    {
        if (group.To is null)
            AddRows(table, group);
        else
            AddHoles(group);
    }

    void AddRows(TableIdent table, CoordinateRows group)
    {
        lock (gate)
        {
            RowCoverage? at = null;
            for (var i = 0; i < group.From.Length; i++)
            {
                if (at is null || !group.SamePlace(i, i - 1))
                {
                    var key = (table, group.PlaceOf(i));
                    if (!rows.TryGetValue(key, out at))
                        rows.Add(key, at = new());
                }
                at.Add(group.From[i]);
            }
        }
    }

    void AddHoles(CoordinateRows group)
    {
        lock (gate)
            for (var i = 0; i < group.From.Length; i++)
            {
                var (place, run) = (group.PlaceOf(i), new OffsetRun(group.From[i], group.To![i]));
                Add(holes, place, run);
                if (group.Reasons![i] == LostReason)
                    Add(lost, place, run);
            }

        static void Add(Dictionary<LogPartition, List<OffsetRun>> runs, LogPartition place, OffsetRun run)
        {
            if (!runs.TryGetValue(place, out var list))
                runs.Add(place, list = []);
            list.Add(run);
        }
    }

    /// <summary>Partitions of which the table has rows.</summary>
    public IEnumerable<LogPartition> PartitionsOf(TableIdent table) => rows.Keys.Where(k => k.Table == table).Select(k => k.Partition);

    public IEnumerable<LogPartition> PartitionsOfHoles => holes.Keys;

    public RowCoverage RowsOf(TableIdent table, LogPartition partition) => rows.GetValueOrDefault((table, partition), Nothing);

    /// <summary>Rising by From.</summary>
    public IReadOnlyList<OffsetRun> HolesOf(LogPartition partition) => Rising(holes, partition);

    /// <summary>Those of the holes that the log had lost before they were read, rising by From.</summary>
    public IReadOnlyList<OffsetRun> LostOf(LogPartition partition) => Rising(lost, partition);

    static IReadOnlyList<OffsetRun> Rising(Dictionary<LogPartition, List<OffsetRun>> runs, LogPartition partition) =>
        runs.TryGetValue(partition, out var list) ? [.. list.OrderBy(h => h.From)] : [];
}
