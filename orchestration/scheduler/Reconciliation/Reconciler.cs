using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration.Publications;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>Compares a published day between source, bronze, silver, gold and the hot job's state at the cut.</summary>
/// <param name="engine">The tables as they are published.</param>
/// <param name="first">The same with gold as the day was published first, which is what the hot job's state belongs to.</param>
public sealed class Reconciler(IQueryEngine engine, IQueryEngine first)
{
    /// <summary>So many differing subjects of a comparison are listed.</summary>
    const int ListedMax = 20;

    const int RowsMax = 100_000;

    /// <summary>A comparison by place has at most so many rows at once.</summary>
    public long RowsOfPart { get; init; } = 3_000_000;

    /// <summary>Whether there are acts of people: a lake in which nothing was released need not have the table.</summary>
    public bool HasActs { get; init; } = true;

    /// <summary>Where the publication cut reference data; empty: at the day's cut.</summary>
    public IReadOnlyList<LogPosition> References { get; init; } = [];

    /// <summary>Whether the lake has gold.reconciliation, which says what the hot job could not know.</summary>
    public bool HasReconciliation { get; init; }

    /// <summary>All comparisons of a day that is published in a lake.</summary>
    /// <exception cref="LakeException">Invalid: the day is not published. Unavailable: the hot job has not cut it.</exception>
    public static async Task<ReconcileReport> PublishedAsync(Lake lake, DuckDbEngine duck, DateOnly date, CancellationToken cancel)
    {
        var published = await PublishedDays.ReadAsync(lake.Ledger, cancel);
        var body = published.Find(date)
            ?? throw LakeException.Invalid($"{date:yyyy-MM-dd} was never published; run `dartlake eod --date {date:yyyy-MM-dd}` first");
        await using var session = await LakeSession.OpenAsync(duck, lake.Catalog, lake.Scan, new(), cancel);
        await using var plain = duck.OpenSession();
        var tables = new PublishedTables(lake, SqlDialect.DuckDb, (sql, stop) => plain.RowsAsync(sql, stop), (table, files, stop) =>
            TableReader.SqlForAsync(plain, table, table.Metadata.Schema, files, stop));
        var of = body.Days.First(day => day.Date == date);
        var state = PublicationLines.Of(of.Tag, await tables.CompareAsync(published, date, cancel));
        var source = SourceDay.TryLoad(lake.DataDir, date);
        if (source is null && of.HasSource == true)
            state = [.. state, PublicationLines.ManifestGone(date)];
        try
        {
            var report = await ReconcileAsync(lake, duck, session, body, source, date, cancel);
            return report with { Lines = [.. state, .. report.Lines], LeftOut = session.LeftOut };
        }
        catch (LakeException e) when (state.Any(line => line.IsCompared && !line.Ok))
        {
            return new(date, [.. state, ReconcileLine.NotCompared("values", "source", "gold", $"{e.Message}: the rest is not compared")]) { LeftOut = session.LeftOut };
        }
    }

    static async Task<ReconcileReport> ReconcileAsync(
        Lake lake, DuckDbEngine duck, LakeSession session, PublicationBody body, SourceDay? source, DateOnly date, CancellationToken cancel)
    {
        var cutOf = body.Days.Max(published => published.Date);
        if (cutOf == date)
            return await Of(session).ReconcileAsync(date, cutOf, source, cancel);
        await using var first = await LakeSession.OpenAsync(duck, lake.Catalog, lake.Scan, new(), cancel);
        var tag = new ScanOptions { Tag = LakeNames.DayTag(date) };
        foreach (var table in first.Tables.Values.Where(t => t.Ident.Namespace == LakeNames.Gold && t.Metadata.Refs.ContainsKey(tag.Tag)))
        {
            var plan = await lake.Scan.PlanAsync(table, tag, cancel);
            first.Overlay(table.Ident, _ => plan.Files);
        }
        return await Of(first).ReconcileAsync(date, cutOf, source, cancel);

        Reconciler Of(LakeSession asFirst) => new(session, asFirst)
        {
            HasActs = IsThere(ActNumber.Table),
            HasReconciliation = IsThere(TableIdent.Parse(HotKnowledge.Table)),
            References = [.. body.Cut.Where(p => p.Partition.Topic == Topics.Reference.Name)],
        };

        bool IsThere(TableIdent table) => session.Tables.ContainsKey(table) || session.LeftOut.ContainsKey(table);
    }

    /// <summary>All comparisons of the day.</summary>
    /// <param name="date">The trade date.</param>
    /// <param name="cutOf">The day whose cut is V of the publication: a later one when the day is restated.</param>
    /// <param name="source">What the producers say; null: the source's side is not compared, and a line says so.</param>
    /// <param name="cancel">Ends the queries.</param>
    /// <exception cref="LakeException">Invalid: a table is not there. Unavailable: the hot job has not cut the day.</exception>
    public async Task<ReconcileReport> ReconcileAsync(DateOnly date, DateOnly cutOf, SourceDay? source, CancellationToken cancel)
    {
        var day = new DaySql(date);
        Ask ask = (sql, stop) => ReadAsync(engine, sql, stop);
        Unread.Step step = Unread.IsTold;
        var isCut = true;
        var lines = new List<ReconcileLine>(await step(LakeNames.HotClose, LakeNames.Gold, async () =>
        {
            isCut = await day.IsCutAsync(ask, cancel);
            return [];
        }));
        if (!isCut)
            throw LakeException.Unavailable($"ops.hot_close holds no cut of {date:yyyy-MM-dd}; let the hot job reach the end of that day, then reconcile");
        lines.AddRange(await step("source", "bronze", () => SourceComparisons.OfDayAsync(ask, SqlDialect.DuckDb, date, cutOf, source, step, cancel)));
        if (source is not null)
            lines.AddRange(await step("source", "bronze", () => SourceComparisons.LateAsync(ask, SqlDialect.DuckDb, date, source.Of, step, cancel)));
        lines.AddRange(await step("bronze.trades", "silver", async () => [await TradeFates.TellAsync(ask, day, cancel)]));
        // with what the hot job had can be compared only where it is known what that was
        var knowsHot = lines.TrueForAll(line => line.LeftName != LakeNames.HotClose);
        lines.AddRange(await step(LakeNames.Acts, LakeNames.HotClose, async () =>
        {
            var released = await ReleasedAsync(ask, day, cancel);
            knowsHot &= released.Count == 0;
            return released;
        }));
        var hot = HotKnowledge.All with { HadSameRows = false };
        lines.AddRange(await step(HotKnowledge.Table, LakeNames.HotClose, async () =>
        {
            hot = HasReconciliation
                ? await HotKnowledge.ReadAsync((sql, stop) => ReadAsync(first, sql, stop), day, cancel)
                : HotKnowledge.All;
            return hot.Lines;
        }));
        knowsHot &= hot.HadSameRows && !lines.Exists(line => line.IsUnread && line.LeftName == LakeNames.Acts);
        foreach (var comparison in (IEnumerable<Comparison>)[
            .. RowValues.All(day, new(cutOf) { References = References }),
            .. LoneRows.All(day),
            .. GoldComparisons.All(day),
        ])
        {
            var isHot = comparison.LeftName == LakeNames.HotClose;
            var compared = isHot ? hot.Without(comparison, day) : comparison;
            if (!isHot || knowsHot)
                lines.AddRange(await step(comparison.LeftName, comparison.RightName, () => CompareAsync(compared, cancel)));
        }
        return new(date, lines);
    }

    /// <summary>A line when records before the cut were released after it.</summary>
    async Task<IReadOnlyList<ReconcileLine>> ReleasedAsync(Ask ask, DaySql day, CancellationToken cancel)
    {
        var released = !HasActs ? 0 : SourceComparisons.Number((await ask(day.ReleasedSinceCut, cancel))[0][0]);
        return released == 0 ? [] : [new("hot", "all", LakeNames.HotClose, LakeNames.Gold, 0, 0)
        {
            IsCompared = false,
            Says = $"{released} records before the cut were released after it: the hot job's numbers of the cut are not compared",
        }];
    }

    async Task<IReadOnlyList<ReconcileLine>> CompareAsync(Comparison comparison, CancellationToken cancel)
    {
        Ask ask = (sql, stop) => ReadAsync(comparison.LeftName == LakeNames.HotClose ? first : engine, sql, stop);
        if (comparison.EachSubject)
            return [.. (await ask($"SELECT * FROM ({comparison.Sql}) c ORDER BY subject", cancel)).Select(row => Line(comparison, row))];
        var parts = comparison.Parts is { } cut && await cut.SqlsAsync(ask, RowsOfPart, cancel) is { } several ? several : [comparison.Sql];
        var different = "left_value IS DISTINCT FROM right_value";
        var (subjects, left, right, found) = (0m, 0m, 0m, new List<(string Sql, decimal Differing)>());
        foreach (var sql in parts)
        {
            var totals = (await ask($"SELECT count(*), count(CASE WHEN {different} THEN 1 END), cast(sum(left_value) AS decimal(38, 10)), cast(sum(right_value) AS decimal(38, 10)) FROM ({sql}) c", cancel))[0]
                .Select(SourceComparisons.Number).ToArray();
            (subjects, left, right) = (subjects + totals[0], left + totals[2], right + totals[3]);
            if (totals[1] > 0)
                found.Add((sql, totals[1]));
        }
        if (found.Count == 0)
            return [new(comparison.Check, "all", comparison.LeftName, comparison.RightName, left, right) { Says = $"{subjects} compared" }];
        var lines = new List<ReconcileLine>();
        foreach (var (sql, _) in found.TakeWhile(_ => lines.Count < ListedMax))
            lines.AddRange((await ask($"SELECT * FROM ({sql}) c WHERE {different} ORDER BY subject LIMIT {ListedMax - lines.Count}", cancel)).Select(row => Line(comparison, row)));
        if (found.Sum(part => part.Differing) - lines.Count is > 0 and var more)
            lines.Add(lines[^1] with { Subject = $"and {more} more" });
        return lines;
    }

    static async Task<IReadOnlyList<object?[]>> ReadAsync(IQueryEngine engine, string sql, CancellationToken cancel)
    {
        await using var result = await engine.QueryAsync(sql, cancel);
        return await result.ReadRowsAsync(RowsMax, cancel);
    }

    static ReconcileLine Line(Comparison comparison, object?[] row) =>
        new(
            comparison.Check,
            (string)row[0]!,
            comparison.LeftName,
            comparison.RightName,
            SourceComparisons.Number(row[1]),
            SourceComparisons.Number(row[2]))
        {
            Ok = Equals(row[1], row[2]),
            Says = row is [_, _, _, string says] ? says : row[1] is null || row[2] is null ? "the row is not the same on both sides" : "",
        };
}
