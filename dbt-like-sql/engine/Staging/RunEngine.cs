using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Staging;

/// <summary>What a run asks of its SQL engine: the doors of one connection, which the run uses alone.</summary>
/// <param name="Execute">Runs a statement that answers nothing.</param>
/// <param name="Rows">Runs a query whose answer is small; null for NULL.</param>
/// <param name="Export">Writes a query's rows as durable Parquet files below a
/// table's location, one per partition that has rows, by the contract; the key: of the only partition that they should be of.</param>
/// <param name="Reader">SQL that reads files of a table with its current schema; of typed columns
/// without a row when there are none.</param>
/// <param name="Check">Refuses a query whose columns and types are not the contract's; nothing is computed.</param>
public sealed record RunEngine(
    Func<string, CancellationToken, Task> Execute,
    Func<string, CancellationToken, Task<IReadOnlyList<object?[]>>> Rows,
    Func<string, TableContract, string, PartitionKey?, CancellationToken, Task<IReadOnlyList<DataFile>>> Export,
    Func<Table, IReadOnlyList<DataFile>, CancellationToken, Task<string>> Reader,
    Func<string, TableContract, CancellationToken, Task> Check)
{
    /// <summary>DuckDB. The session has a catalog of its own, in which the run makes schemas and views.</summary>
    public static RunEngine Of(DuckDbSession session, IObjectStore store, IdSource ids)
    {
        var export = new ExportQuery(session, store, ids);
        return new(session.ExecuteAsync, (sql, cancel) => session.RowsAsync(sql, cancel), export.WriteAsync,
            (table, files, cancel) => TableReader.SqlForAsync(session, table, table.Metadata.Schema, files, cancel), export.CheckAsync);
    }

    /// <summary>The same engine, which stops what takes longer: a query that reads too much, or one whose recursion has no end.</summary>
    public RunEngine Within(TimeSpan limit, TimeProvider time) => new(
        (sql, cancel) => LimitedAsync(async end => { await Execute(sql, end); return true; }, limit, time, cancel),
        (sql, cancel) => LimitedAsync(end => Rows(sql, end), limit, time, cancel),
        (sql, contract, location, only, cancel) => LimitedAsync(end => Export(sql, contract, location, only, end), limit, time, cancel),
        Reader,
        Check);

    static async Task<T> LimitedAsync<T>(Func<CancellationToken, Task<T>> work, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            return await work(end.Token);
        }
        catch (OperationCanceledException e) when (timer.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw LakeException.Unavailable(
                $"a query was stopped after {limit.TotalSeconds:0.###} s; let it read less, give its recursion an end, or raise --timeout", e);
        }
    }
}
