namespace Dart.Lake.Lakehouse.Engines;

/// <summary>Runs SQL over the lake's tables, which it shows as <c>namespace.table</c>.</summary>
public interface IQueryEngine : IAsyncDisposable
{
    EngineCapabilities Capabilities { get; }

    /// <summary>Runs one query; the answer streams. One query at a time.</summary>
    /// <param name="sql">One statement of the engine's dialect.</param>
    /// <param name="cancel">Ends the query in the engine, also while the answer is read.</param>
    /// <exception cref="LakeException">Invalid: the SQL, or a table that is not there. Unavailable: the engine or a file.</exception>
    Task<QueryResult> QueryAsync(string sql, CancellationToken cancel);
}

/// <summary>What an engine can do.</summary>
/// <param name="Name">duckdb, trino or spark.</param>
/// <param name="ReportsProgress">Whether a running query tells how far it is.</param>
/// <param name="ReadsOneState">Whether all tables of a query are seen at one moment, and not each as it is loaded.</param>
public sealed record EngineCapabilities(string Name, bool ReportsProgress, bool ReadsOneState);
