using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration.Reconciliation;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Execution;
using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Orchestration;

/// <summary>
/// What must agree before gold is published, whoever has built it: gold with itself and with hot, silver with the source.
/// </summary>
internal sealed class GoldAgreement(Lake lake, Project project)
{
    /// <summary>A line for each thing that does not agree; none: it may be published.</summary>
    /// <param name="run">That has built the days, and its model of reconciliation with them.</param>
    /// <param name="days">That it has built.</param>
    /// <param name="cutOf">The day whose cut is V.</param>
    /// <param name="remark">Is told what was not compared.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<IReadOnlyList<string>> DifferencesAsync(
        ModelRun run, IReadOnlyList<DateOnly> days, DateOnly cutOf, Action<string> remark, CancellationToken cancel)
    {
        var differences = new List<string>();
        if (project.HasModel(Project.Reconciliation))
            foreach (var row in await run.QueryAsync($"""
                select trade_date, check_name, subject, left_name, cast(left_value as {run.Dialect.TextType}), right_name, cast(right_value as {run.Dialect.TextType})
                from gold.reconciliation where status = 'DIFFERENT' and trade_date in ({string.Join(", ", days.Select(d => $"date '{d:yyyy-MM-dd}'"))}) order by 1, 2, 3, 4, 5 nulls last, 6, 7 nulls last limit 100
                """, cancel))
                differences.Add($"{row[0]:yyyy-MM-dd} {row[1]} {row[2]}: {row[3]} {row[4] ?? "nothing"}, {row[5]} {row[6] ?? "nothing"}");
        foreach (var day in days)
        {
            var source = SourceDay.TryLoad(lake.DataDir, day);
            foreach (var table in source is null ? [] : SourceComparisons.Tables)
                await run.OpenSourceAsync(TableIdent.Parse(table), cancel);
            foreach (var line in await SourceComparisons.OfDayAsync(run.QueryAsync, run.Dialect, day, cutOf, source, Unread.Ends, cancel))
                if (!line.IsCompared)
                    remark(line.Says);
                else if (!line.Ok)
                    differences.Add($"{day:yyyy-MM-dd} {line}");
        }
        return differences;
    }
}
