using Dart.Lake.Lakehouse.Analysis;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Orchestration;

/// <summary>
/// Statistics of what an end of day has published, in a commit of their own. The day is published and booked by then: what fails here is a
/// remark, for numbers do not depend on it and <c>dartlake table analyze</c> makes it good.
/// </summary>
internal sealed class PublishedStatistics(TableAnalysis analysis)
{
    /// <param name="report">Of a run that has published.</param>
    /// <param name="book">Books the run again, with what was remarked here.</param>
    /// <param name="cancel">Ends it; the run has succeeded all the same.</param>
    public async Task MakeAsync(RunReport report, Func<Task> book, CancellationToken cancel)
    {
        try
        {
            await report.StageAsync(
                "statistics",
                () => AnalyzeAsync(report, cancel),
                made => (made.Sum(a => a.Rows), $"{made.Count} tables"),
                cancel);
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
        var made = new List<AnalyzedTable>();
        try
        {
            foreach (var table in report.Published.Where(t => t.Ident.Namespace is "silver" or "gold").OrderBy(t => t.Ident))
                if (await TryWriteAsync(table, report, cancel) is { } analyzed)
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

    async Task<AnalyzedTable?> TryWriteAsync(Table table, RunReport report, CancellationToken cancel)
    {
        try
        {
            return await analysis.WriteAsync(table, null, cancel);
        }
        catch (LakeException e)
        {
            Tell(report, $"no statistics of {table.Ident}: {e.Message}");
            return null;
        }
    }

    static void Tell(RunReport report, string what) =>
        report.Remark($"{what}; the day is published, and 'dartlake table analyze' makes them later");
}
