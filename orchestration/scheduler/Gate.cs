using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Orchestration;

/// <summary>How far a bronze table is in its logs.</summary>
public delegate IReadOnlyList<LogPosition> PositionsOf(Table bronze);

/// <summary>Waits until bronze holds all that belongs to a day.</summary>
internal sealed class Gate(Lake lake, RunEngine engine, PositionsOf positionsOf, EndOfDaySettings settings, TimeProvider time)
{
    static readonly TableIdent hotClose = TableIdent.Parse(LakeNames.HotClose);

    /// <param name="Cut">V, with bronze's positions of reference data, and in topics that the cut does not name.</param>
    /// <param name="FromHotJob">Whether the hot job made the cut.</param>
    public sealed record Passed(IReadOnlyList<LogPosition> Cut, bool FromHotJob);

    /// <summary>The bronze tables of the topics, by name.</summary>
    public static IReadOnlyList<TableIdent> BronzeTables { get; } = [
        .. Topics.All.Select(t => t.Table).Order(StringComparer.Ordinal).Select(TableIdent.Parse),
    ];

    /// <exception cref="LakeException">Unavailable: the day is not cut, or bronze has not come so far, within the limit.</exception>
    /// <param name="say">Is told once what is waited for.</param>
    public async Task<Passed> WaitAsync(DateOnly day, Action<string> say, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        var said = false;
        while (true)
        {
            var cut = await HotCutAsync(day, cancel);
            var reached = (await lake.Catalog.LoadAllAsync(BronzeTables, cancel)).Values.SelectMany(t => positionsOf(t))
                .GroupBy(p => p.Partition).ToDictionary(g => g.Key, g => g.Max(p => p.Next));
            var behind = cut.Where(p => reached.GetValueOrDefault(p.Partition) < p.Next).ToList();
            if (cut.Count > 0 && behind.Count == 0)
                return new(Whole(cut, reached), FromHotJob: true);
            if (cut.Count == 0 && !settings.NeedsHotClose)
                return reached.Count > 0 ? new(Whole([], reached), FromHotJob: false) : throw LakeException.Unavailable("bronze holds no event; run `dartlake stream bronze` first");
            if (time.GetElapsedTime(start) > settings.GateTimeout)
                throw LakeException.Unavailable($"after {settings.GateTimeout.TotalSeconds:0} s {Lacks(day, behind, reached)}");
            if (!said)
                say($"waiting at most {settings.GateTimeout.TotalSeconds:0} s: {Lacks(day, behind, reached)}");
            said = true;
            await Task.Delay(settings.GateInterval, time, cancel);
        }
    }

    /// <summary>Says it of a day that the hot job has not cut.</summary>
    public async Task TellUncutAsync(DateOnly day, Action<string> say, CancellationToken cancel)
    {
        if ((await HotCutAsync(day, cancel)).Count == 0)
            say($"the hot job has not cut {day:yyyy-MM-dd}: its numbers of it are not compared");
    }

    async Task<IReadOnlyList<LogPosition>> HotCutAsync(DateOnly day, CancellationToken cancel)
    {
        if (await lake.Catalog.TryLoadAsync(hotClose, cancel) is not { } table)
            return [];
        var plan = await lake.Scan.PlanAsync(table, new(), cancel);
        var rows = await engine.Rows(
            $"select _log_id, _topic, _kafka_partition, max(next_offset) from ({await engine.Reader(table, plan.Files, cancel)}) closes where kind = 'OFFSET' and trade_date = date '{day:yyyy-MM-dd}' group by _log_id, _topic, _kafka_partition", cancel);
        return [.. rows.Select(r => new LogPosition(new((string)r[0]!, (string)r[1]!, Convert.ToInt32(r[2])), Convert.ToInt64(r[3])))];
    }

    // The cut names every log that there was: one that it does not name is younger, and all of it late. Only of topics that the hot job
    // does not read bronze's positions count, and of reference data, which are cut here: what was missing at the cut can still be sent.
    static IReadOnlyList<LogPosition> Whole(IReadOnlyList<LogPosition> cut, Dictionary<LogPartition, long> reached)
    {
        var named = cut.Select(p => p.Partition.Topic).Except([Topics.Reference.Name]).ToHashSet(StringComparer.Ordinal);
        return [
            .. cut.Where(p => named.Contains(p.Partition.Topic) || !reached.ContainsKey(p.Partition))
                .Concat(reached.Where(r => !named.Contains(r.Key.Topic)).Select(r => new LogPosition(r.Key, r.Value)))
                .Order(),
        ];
    }

    static string Lacks(DateOnly day, List<LogPosition> behind, Dictionary<LogPartition, long> reached) => behind is [var first, ..]
        ? $"bronze has not reached the cut of {day:yyyy-MM-dd} in {behind.Count} partitions ({first.Partition} is at {reached.GetValueOrDefault(first.Partition)} of {first.Next}); see that `dartlake stream bronze` runs"
        : $"the hot job has not cut {day:yyyy-MM-dd}; see that `dartlake stream hot` runs and that the day's END_OF_DAY was sent";
}
