using Dart.Lake.Lakehouse.Analysis;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Orchestration;

/// <summary>
/// Statistics of what an end of day has published, in a commit of their own. The day is published and booked by then: what fails here is a
/// remark, for numbers do not depend on it and <c>dartlake table analyze</c> makes it good.
/// </summary>
/// <param name="open">What makes them, when there is something to make.</param>
/// <param name="limit">How long one table may be read; null: as long as it takes.</param>
/// <param name="time">The clock.</param>
internal sealed class PublishedStatistics(Func<TableAnalysis> open, TimeSpan? limit, TimeProvider time)
{
    /// <param name="report">Of a run that has published.</param>
    /// <param name="book">Books the run again, with what was remarked here.</param>
    /// <param name="cancel">Ends it; the run has succeeded all the same.</param>
    public async Task MakeAsync(RunReport report, Func<Task> book, CancellationToken cancel)
    {
        var isMade = false;
        try
        {
            await report.StageAsync(
                "statistics",
                async () =>
                {
                    var made = await AnalyzeAsync(report, cancel);
                    isMade = true;
                    return made;
                },
                made => (made.Sum(a => a.Rows), $"{made.Count} tables"),
                cancel);
        }
        catch (Exception e) when (isMade)
        {
            report.Remark($"the statistics of what was published are made, and their stage is not in the ledger: {RunReport.Why(e, cancel)}");
        }
        catch (Exception e)
        {
            Tell(report, $"no statistics of what was published: {RunReport.Why(e, cancel)}");
        }
        try
        {
            await book();
        }
        catch (LakeException)
        {
            // the ledger has the run as it was published
        }
    }

    async Task<IReadOnlyList<AnalyzedTable>> AnalyzeAsync(RunReport report, CancellationToken cancel)
    {
        var (analysis, made) = (open(), new List<AnalyzedTable>());
        try
        {
            foreach (var table in report.Published.Where(t => t.Ident.Namespace is "silver" or "gold").OrderBy(t => t.Ident))
                if (await TryWriteAsync(analysis, table, report, cancel) is { } analyzed)
                    made.Add(analyzed);
        }
        catch
        {
            await analysis.DiscardAsync(made);
            throw;
        }
        await analysis.CommitAsync(made, cancel);
        return made;
    }

    async Task<AnalyzedTable?> TryWriteAsync(TableAnalysis analysis, Table table, RunReport report, CancellationToken cancel)
    {
        using var timer = limit is { } most ? new CancellationTokenSource(most, time) : new CancellationTokenSource();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            return await analysis.WriteAsync(table, null, end.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            Tell(report, $"no statistics of {table.Ident}: it takes longer than {limit!.Value.TotalSeconds:0.###} s, the limit of a query");
        }
        catch (LakeException e)
        {
            Tell(report, $"no statistics of {table.Ident}: {e.Message}");
        }
        return null;
    }

    static void Tell(RunReport report, string what) =>
        report.Remark($"{what}; the day is published, and 'dartlake table analyze' makes them later");
}
