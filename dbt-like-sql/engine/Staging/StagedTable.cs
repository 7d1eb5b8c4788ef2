using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Staging;

/// <summary>
/// A table of the run: its published state that the run reads, and the files that the run wrote, which no snapshot shows yet.
/// </summary>
/// <param name="contract">What its rows promise.</param>
/// <param name="table">As it is when the run opens.</param>
/// <param name="published">Its files.</param>
/// <param name="isBuilt">Whether the run builds its days anew; else their published rows are what the run reads.</param>
internal sealed class StagedTable(TableContract contract, Table table, IReadOnlyList<DataFile> published, bool isBuilt)
{
    static readonly int epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
    readonly Dictionary<DateOnly, List<DataFile>> staged = [];

    public TableContract Contract => contract;

    public Table Table => table;

    public TableIdent Ident => table.Ident;

    /// <summary>All files of the state that the run reads.</summary>
    public IReadOnlyList<DataFile> Published => published;

    /// <summary>The whole table is replaced, not only the days that were staged.</summary>
    public bool ReplacesAll { get; set; }

    public IEnumerable<DateOnly> StagedDays => staged.Keys.Order();

    public bool IsStaged => staged.Count > 0;

    public IReadOnlyList<DataFile> StagedOf(DateOnly day) => staged.TryGetValue(day, out var files) ? files : [];

    public IReadOnlyList<DataFile> AllStaged => [.. staged.OrderBy(s => s.Key).SelectMany(s => s.Value)];

    /// <summary>The day's rows are these from now on; without files the day is empty.</summary>
    public void Stage(DateOnly day, IEnumerable<DataFile> files, bool add = false)
    {
        if (add && staged.TryGetValue(day, out var already))
            already.AddRange(files);
        else
            staged[day] = [.. files];
    }

    /// <summary>What the run reads now: published rows without the run's days, and what is staged.</summary>
    public IReadOnlyList<DataFile> Readable(IReadOnlyCollection<DateOnly> runDays) =>
        !isBuilt ? published
            : ReplacesAll && IsStaged ? AllStaged
            : [.. published.Where(f => !runDays.Any(day => Key(day).Equals(f.Partition))), .. AllStaged];

    public static PartitionKey Key(DateOnly day) => new(day.DayNumber - epoch);

    public static DateOnly Day(PartitionKey key) =>
        key.Values is [int days] ? DateOnly.FromDayNumber(days + epoch) : throw LakeException.Invalid("a table of models is partitioned by trade_date, which every row has");
}
