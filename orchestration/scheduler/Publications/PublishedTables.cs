using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Orchestration.Publications;

/// <summary>Compares tables with what the ledger says was published of them.</summary>
/// <param name="lake">The lake.</param>
/// <param name="dialect">Of the engine that is asked.</param>
/// <param name="rows">Asks it.</param>
/// <param name="reader">SQL that reads files of a table with its current schema.</param>
internal sealed class PublishedTables(
    Lake lake,
    SqlDialect dialect,
    Func<string, CancellationToken, Task<IReadOnlyList<object?[]>>> rows,
    Func<Table, IReadOnlyList<DataFile>, CancellationToken, Task<string>> reader)
{
    /// <summary>What of a day was compared, and what departed.</summary>
    public sealed record Compared(IReadOnlyList<TableIdent> Tables, IReadOnlyList<DepartedDay> Departed);

    /// <summary>Of all published days, or of one.</summary>
    public async Task<Compared> CompareAsync(PublishedDays published, DateOnly? day, CancellationToken cancel)
    {
        var tables = (await lake.Ledger.ListPublishedTablesAsync(day, cancel))
            // tables of other projects are no part of a day
            .Where(p => TableContracts.TryGet(p.Table.ToString()) is not null && published.Holds(p.TradeDate, p.RunId))
            .GroupBy(p => p.Table).ToList();
        var survey = await lake.Catalog.SurveyAsync(cancel);
        var departed = new List<DepartedDay>();
        foreach (var days in tables)
            departed.AddRange(survey.LeftOut.TryGetValue(days.Key, out var why)
                // what was left out says so itself, with the name of the table
                ? days.Select(p => new DepartedDay(p.Table, p.TradeDate, why.Message.Replace($"{p.Table} ", "", StringComparison.Ordinal)))
                : await DepartedAsync(survey.Tables.GetValueOrDefault(days.Key), [.. days], published.Runs, cancel));
        return new([.. tables.Select(t => t.Key)], departed);
    }

    async Task<IReadOnlyList<DepartedDay>> DepartedAsync(
        Table? table, IReadOnlyList<PublishedTable> days, IReadOnlyCollection<string> runs, CancellationToken cancel)
    {
        var departed = new List<DepartedDay>();
        var asked = new List<(PublishedTable Day, Departure Departure)>();
        foreach (var day in days)
            if (PublicationLine.Find(table?.Metadata, day, runs) is not { } departure)
                continue;
            else if (departure.RowsDecide)
                asked.Add((day, departure));
            else
                departed.Add(new(day.Table, day.TradeDate, departure.Why));
        foreach (var snapshot in asked.GroupBy(a => a.Day.SnapshotId))
        {
            var (differing, unread) = await DifferingAsync(table!, snapshot.Key, cancel);
            departed.AddRange(
                from a in snapshot
                where unread is not null || differing.Contains(a.Day.TradeDate)
                select new DepartedDay(a.Day.Table, a.Day.TradeDate, unread is null ? a.Departure.Why : $"{a.Departure.Why}; {unread}"));
        }
        return departed;
    }

    /// <summary>The days whose rows are not those of a snapshot, or why that cannot be said.</summary>
    async Task<(IReadOnlySet<DateOnly> Days, string? Unread)> DifferingAsync(Table table, long snapshotId, CancellationToken cancel)
    {
        try
        {
            var then = (await lake.Scan.PlanAsync(table, new() { SnapshotId = snapshotId }, cancel)).Files;
            var now = (await lake.Scan.PlanAsync(table, new(), cancel)).Files;
            var (gone, come) = (Without(then, now), Without(now, then));
            if (gone.Count + come.Count == 0)
                return (new HashSet<DateOnly>(), null);
            // an engine that sees tables, not files, finds those of then in the snapshot of then
            var (left, right) = (await reader(table.At(snapshotId), gone, cancel), await reader(table, come, cancel));
            var days = await rows($"""
                with gone as {dialect.Kept}({left}), come as {dialect.Kept}({right})
                select distinct trade_date from (
                    (select * from gone except all select * from come) union all (select * from come except all select * from gone)) differing
                """, cancel);
            return (days.Select(d => d[0]).OfType<DateOnly>().ToHashSet(), null);
        }
        catch (LakeException e)
        {
            return (new HashSet<DateOnly>(), e.Message);
        }
    }

    static IReadOnlyList<DataFile> Without(IReadOnlyList<DataFile> files, IReadOnlyList<DataFile> others) =>
        [.. files.ExceptBy(others.Select(f => f.Path), f => f.Path)];
}
