using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Restart;

/// <summary>
/// Builds the state from the lake: the lots that the last cut day opened with (<c>ops.hot_close</c>), that day's
/// rows of bronze before V, then all rows past V behind the gate, as a job that never stopped would have taken them.
/// </summary>
static class HotRestore
{
    /// <summary>How far before the day its rows may be dated: sessions begin the evening before, or before a long weekend.</summary>
    public const long DayMargin = 6L * 24 * 3600 * 1_000_000;

    /// <summary>What was restored.</summary>
    /// <param name="State">Its rows.</param>
    /// <param name="Gate">Over the logs that are consumed from here on.</param>
    /// <param name="Positions">How far bronze is, in all logs that it knows.</param>
    /// <param name="Cut">V of the last cut; null: nothing was cut yet.</param>
    /// <param name="Recalled">What was recomputed because of rows past V that belong to days before.</param>
    public sealed record Restored(
        HotState State,
        HotGate Gate,
        IReadOnlyDictionary<LogPartition, PartitionPosition> Positions,
        IReadOnlyDictionary<LogPartition, long>? Cut,
        Recalled Recalled)
    {
        /// <summary>The last act of ops.acts whose released rows the state has.</summary>
        public long Acts { get; init; }

        /// <summary>The last day that was published although it is past the last cut; null: none.</summary>
        public int? PublishedUncut { get; init; }

        /// <summary>A partition of which the last cut has more than bronze has now; null: none.</summary>
        public LogPosition? BehindCut => Cut?.Where(c => (Positions.GetValueOrDefault(c.Key)?.Next ?? 0) < c.Value)
            .Select(c => new LogPosition(c.Key, c.Value)).Order().Select(p => (LogPosition?)p).FirstOrDefault();

        /// <summary>Places before the cut whose rows were released since.</summary>
        public IReadOnlySet<LogPosition> Released { get; init; } = new HashSet<LogPosition>();
    }

    /// <param name="engine">Reads the tables.</param>
    /// <param name="lake">Has them.</param>
    /// <param name="consumed">All partitions of the logs that go on; other logs of bronze are at their end.</param>
    /// <param name="upTo">Reads no row at or past these positions; null: all rows.</param>
    /// <param name="mostHeld">See <see cref="HotGate"/>.</param>
    /// <param name="pass">See <see cref="HotGate"/>.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<Restored> LoadAsync(
        DuckDbEngine engine, Lake lake, IReadOnlyCollection<LogPartition> consumed,
        IReadOnlyDictionary<LogPartition, long>? upTo, int mostHeld, MarkerPass? pass, CancellationToken cancel)
    {
        await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new ScanOptions(), cancel);
        var names = new HotNames();
        var state = new HotState(HotRules.Of(names), names, new HotCalendar());
        var gate = new HotGate(state, consumed, mostHeld, pass);
        var bronze = new BronzeRows(session, names, state.Market.Conditions);
        var last = await HotCloseTable.ReadLastAsync(session, names, cancel);
        if (last?.Before is { } dayBefore)
            state.References.Close(dayBefore);
        if (last is not null)
        {
            var marks = new PublishedMarks(bronze, names);
            await marks.ReadAsync(last.Day, state.Market.Remember, cancel);
            await marks.ReadKeptOpenAsync(last.Day, (kind, id, day) => state.References.KeepOpen(kind, id, day), cancel);
            state.Open(last.Day - 1, last.Opening.Select(l => (l.Account, l.Instrument, l.Lot)), last.Levels);
        }
        var from = last is null ? 0 : last.Day * 86_400_000_000L - DayMargin;
        var cut = last?.Positions.ToDictionary(p => p.Partition, p => p.Next) ?? [];
        await bronze.LiftAsync(cancel);
        // what was released since the cut comes late, wherever it stands in the log
        var released = await bronze.ReleasedAsync(last?.Acts ?? long.MaxValue, cancel);
        for (var past = last is null; ; past = true)
        {
            // Before V the rows are those of the state that was cut; past V the gate holds back what is behind the next marker.
            var isPast = past;
            bool Takes(LogPartition partition, long offset) =>
                (offset >= cut.GetValueOrDefault(partition) || released.Contains(new(partition, offset))) == isPast
                && (upTo is null || offset < upTo.GetValueOrDefault(partition, long.MaxValue));
            if (past)
                await bronze.MarkersAsync((p, offset, day) => { if (Takes(p, offset)) gate.Mark(p, offset, day); }, cancel);
            await bronze.ReferencesAsync((p, offset, row) => { if (Takes(p, offset)) gate.Apply(p, offset, row); }, cancel);
            void Take(LogPartition p, long offset, TradeRow row)
            {
                if (Takes(p, offset))
                    gate.Apply(p, offset, row);
            }
            await (past ? bronze.TradesPastAsync(cut, released, Take, cancel) : bronze.TradesAsync(from, Take, cancel));
            await bronze.MarketAsync(from, (p, offset, row) => { if (Takes(p, offset)) gate.Apply(p, offset, row); }, cancel);
            if (past)
                return new(
                    state,
                    gate,
                    bronze.Positions.ToDictionary(),
                    last is null ? null : cut,
                    last is null ? Recalled.Nothing : await new HotHistory(session, state, cut, released).RestoreAsync(cancel))
                {
                    Acts = bronze.Acts,
                    PublishedUncut = await PublishedAsync(bronze, last?.Day, cancel),
                    Released = released,
                };
            state.Show(last!.Day);
            state.Close(last.Day);
        }
    }

    /// <summary>The last published day, when it is past a cut.</summary>
    static async Task<int?> PublishedAsync(BronzeRows rows, int? cut, CancellationToken cancel)
    {
        int? day = null;
        try
        {
            await rows.ReadAsync(
                "gold.portfolio_summary",
                "SELECT datediff('day', DATE '1970-01-01', max(trade_date))::BIGINT FROM gold.portfolio_summary",
                r => day = (int?)r.MayBeLong(0),
                cancel);
        }
        catch (LakeException e) when (e.Kind is LakeErrorKind.Corrupt or LakeErrorKind.Unavailable)
        {
            // a mart that cannot be read keeps no hot job from its work; eod and reconcile name it
        }
        return day > (cut ?? int.MinValue) ? day : null;
    }
}
