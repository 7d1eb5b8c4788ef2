namespace Dart.Lake.Lakehouse.Engines;

/// <summary>Runs SQL over the lake's tables, which it shows as <c>namespace.table</c>.</summary>
public interface IQueryEngine : IAsyncDisposable
{
    EngineCapabilities Capabilities { get; }

    /// <summary>How far the running query is, 0 to 100; null: none runs, its first rows have come, or the engine does not say.</summary>
    double? Progress { get; }

    /// <summary>What people should know beside the answers so far, a line each.</summary>
    IReadOnlyList<string> Remarks { get; }

    /// <summary>
    /// Runs one statement in the engine's session; the answer streams. One statement at a time. It is sent once, and may write where
    /// <see cref="EngineCapabilities.WritesTables"/> says so; then the answer is to be read to its end.
    /// </summary>
    /// <param name="sql">One statement of the engine's dialect.</param>
    /// <param name="cancel">Ends it in the engine, also while the answer is read. What would have written may have, all the same.</param>
    /// <exception cref="LakeException">Invalid: the SQL, or a table that is not there. Unavailable: the engine or a file; when it may have
    /// written, <see cref="LakeException.OutcomeIsUnknown"/>.</exception>
    Task<QueryResult> QueryAsync(string sql, CancellationToken cancel);

    /// <summary>The same of a statement whose answer does not matter, to its end.</summary>
    async Task ExecuteAsync(string sql, CancellationToken cancel)
    {
        await using var result = await QueryAsync(sql, cancel);
        await foreach (var _ in result.ReadBatchesAsync(cancel))
        {
            // a statement that writes is done when its answer has ended
        }
    }

    /// <summary>The same of what somebody has written: a statement that reads, and the engine lets it do nothing else.</summary>
    /// <exception cref="LakeException">Invalid: also a statement that could change something.</exception>
    Task<QueryResult> QueryReadOnlyAsync(string sql, CancellationToken cancel);
}

/// <summary>What an engine can do.</summary>
/// <param name="Name">duckdb, trino or spark.</param>
/// <param name="ReportsProgress">Whether a running query tells how far it is.</param>
/// <param name="ReadsOneState">Whether all tables of a query are seen at one moment, and not each as it is loaded.</param>
/// <param name="WritesTables">Whether statements can make and fill tables of the lake's catalog.</param>
public sealed record EngineCapabilities(string Name, bool ReportsProgress, bool ReadsOneState, bool WritesTables);
