using Apache.Arrow;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using DuckDB.NET.Data;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>A connection of <see cref="DuckDbEngine"/>: one statement at a time, its answer read or disposed before the next.</summary>
public sealed class DuckDbSession : IAsyncDisposable
{
    readonly DuckDBConnection connection;
    readonly Action close;
    readonly SemaphoreSlim turn = new(1, 1);
    volatile bool computes;
    bool disposed;

    internal DuckDbSession(DuckDBConnection connection, string catalog, FileShapes shapes, SessionFiles files, Action close) =>
        (this.connection, Catalog, Shapes, Files, this.close) = (connection, catalog, shapes, files, close);

    /// <summary>The name of the catalog that holds this session's namespaces.</summary>
    internal string Catalog { get; }

    /// <summary>What columns files have; shared by the engine's sessions.</summary>
    internal FileShapes Shapes { get; }

    /// <summary>The files of its views.</summary>
    internal SessionFiles Files { get; }

    /// <summary>How much of a query is done that has no rows yet, 0 to 100; null when there is none, or that is not known.</summary>
    public double? Progress => computes && connection.GetQueryProgress().Percentage is >= 0 and var percent ? percent : null;

    /// <summary>
    /// Runs a query; values are bound to its <c>?</c> in order. The next
    /// statement of this session waits until the answer is disposed.
    /// </summary>
    /// <exception cref="LakeException">Invalid: the SQL. Corrupt: values that it cannot take. Unavailable: memory or a file.</exception>
    public async Task<QueryResult> QueryAsync(string sql, IReadOnlyList<object?> values, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        var command = Command(sql, values);
        var stop = cancel.Register(command.Cancel);
        computes = true;
        try
        {
            return new(await RunAsync(command.ExecuteArrowStream, cancel), DuckDbErrors.Translate, Release, cancel);
        }
        catch
        {
            await Release();
            throw;
        }
        finally
        {
            computes = false;
        }

        async ValueTask Release()
        {
            await stop.DisposeAsync();
            await command.DisposeAsync();
            turn.Release();
        }
    }

    DuckDBCommand Command(string sql, IReadOnlyList<object?> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        foreach (var value in values)
            command.Parameters.Add(new DuckDBParameter(value ?? DBNull.Value));
        return command;
    }

    // DuckDB computes in the calling thread until it has an answer.
    static async Task<T> RunAsync<T>(Func<T> call, CancellationToken cancel)
    {
        try
        {
            return await Task.Run(call, cancel);
        }
        catch (DuckDBException e)
        {
            cancel.ThrowIfCancellationRequested();
            throw DuckDbErrors.Translate(e);
        }
    }

    /// <summary>Runs a query whose answer is small.</summary>
    public async Task<IReadOnlyList<object?[]>> RowsAsync(string sql, CancellationToken cancel, params IReadOnlyList<object?> values)
    {
        await using var result = await QueryAsync(sql, values, cancel);
        return await result.ReadRowsAsync(1_000_000, cancel);
    }

    /// <summary>Runs a statement that answers nothing.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            await using var command = Command(sql, []);
            await using var stop = cancel.Register(command.Cancel);
            await RunAsync(command.ExecuteNonQuery, cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Makes a table of this session from batches, in place of one of that name.</summary>
    public async Task LoadAsync(TableIdent table, Apache.Arrow.Schema schema, IEnumerable<RecordBatch> batches, CancellationToken cancel)
    {
        await ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {SqlText.Name(table.Namespace)}", cancel);
        using var stream = new BatchStream(schema, batches);
        await turn.WaitAsync(cancel);
        try
        {
            await RunAsync(() => Load(table, stream), cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    int Load(TableIdent table, BatchStream stream)
    {
        ArrowScan.With(connection.NativeConnection, "arrow_batches", stream, () =>
            DuckDbEngine.Execute(connection, $"CREATE OR REPLACE TABLE {SqlText.Name(table)} AS SELECT * FROM arrow_batches"));
        return DuckDbEngine.Execute(connection, "DROP VIEW arrow_batches");
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed)
            return;
        disposed = true;
        await turn.WaitAsync();
        await connection.DisposeAsync();
        close();
        Files.Dispose();
        turn.Dispose();
    }
}
