using System.Globalization;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Staging;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Sql.Staging;

/// <summary>What a run asks of an SQL engine: the doors of one connection, which the run uses alone.</summary>
/// <param name="Dialect">How its SQL is written.</param>
/// <param name="Execute">Runs a statement that answers nothing.</param>
/// <param name="Rows">Runs a query whose answer is small; null for NULL.</param>
/// <param name="Columns">Names and types of a query's columns; nothing is computed.</param>
/// <param name="Export">Writes a query's rows as durable Parquet files below a
/// table's location, one per partition that has rows, by the contract; the key: of the only partition that they should be of.</param>
/// <param name="Reader">SQL that reads files of a table with its current schema; of typed columns
/// without a row when there are none.</param>
/// <param name="Check">Refuses a query whose columns and types are not the contract's; nothing is computed.</param>
/// <param name="View">Makes a query a relation of that quoted two-part name, and gives the SQL that it is read by.</param>
/// <param name="Hold">The same of few rows, which are computed once where the engine has a place for them.</param>
/// <param name="Keep">The same of many: they are computed once. Beside the SQL, where they lie as a table that other engines see; null:
/// only this one sees them.</param>
/// <param name="Outline">The columns of what <paramref name="Keep"/> would compute, as a table would have them; nothing is computed. Null:
/// a view of the query tells them.</param>
/// <param name="Drop">Forgets a relation.</param>
public sealed record RunEngine(
    SqlDialect Dialect,
    Func<string, CancellationToken, Task> Execute,
    Func<string, CancellationToken, Task<IReadOnlyList<object?[]>>> Rows,
    Func<string, CancellationToken, Task<IReadOnlyList<string>>> Columns,
    Func<string, TableContract, string, PartitionKey?, CancellationToken, Task<IReadOnlyList<DataFile>>> Export,
    Func<Table, IReadOnlyList<DataFile>, CancellationToken, Task<string>> Reader,
    Func<string, TableContract, CancellationToken, Task> Check,
    Func<string, string, CancellationToken, Task<string>> View,
    Func<string, string, CancellationToken, Task<string>> Hold,
    Func<string, string, CancellationToken, Task<(string Sql, StagedRows? Rows)>> Keep,
    Func<string, CancellationToken, Task<IcebergSchema?>> Outline,
    Func<string, CancellationToken, Task> Drop)
{
    /// <summary>
    /// Whether it reads the files that it is told, and no other; else it finds the files of a table by what a query asks for, and a long
    /// list of them makes a long query.
    /// </summary>
    public bool IsToldFiles { get; init; } = true;

    /// <summary>DuckDB. The session has a catalog of its own, in which the run makes schemas, views and tables.</summary>
    public static RunEngine Of(DuckDbSession session, IObjectStore store, IdSource ids)
    {
        var export = new ExportQuery(session, store, ids);
        var relations = new SessionRelations(session);
        return new(
            SqlDialect.DuckDb,
            session.ExecuteAsync,
            (sql, cancel) => session.RowsAsync(sql, cancel),
            relations.ColumnsAsync,
            export.WriteAsync,
            (table, files, cancel) => TableReader.SqlForAsync(session, table, table.Metadata.Schema, files, cancel),
            export.CheckAsync,
            relations.ViewAsync,
            relations.TableAsync,
            async (name, sql, cancel) => (await relations.TableAsync(name, sql, cancel), null),
            (_, _) => Task.FromResult<IcebergSchema?>(null),
            relations.DropAsync);
    }

    /// <summary>An engine that is opened when it is first asked, and not at all when nobody asks it.</summary>
    public static RunEngine OpenedLate(SqlDialect dialect, Func<RunEngine> open)
    {
        var engine = new Lazy<RunEngine>(open);
        return new(
            dialect,
            (sql, cancel) => engine.Value.Execute(sql, cancel),
            (sql, cancel) => engine.Value.Rows(sql, cancel),
            (sql, cancel) => engine.Value.Columns(sql, cancel),
            (sql, contract, location, only, cancel) => engine.Value.Export(sql, contract, location, only, cancel),
            (table, files, cancel) => engine.Value.Reader(table, files, cancel),
            (sql, contract, cancel) => engine.Value.Check(sql, contract, cancel),
            (name, sql, cancel) => engine.Value.View(name, sql, cancel),
            (name, sql, cancel) => engine.Value.Hold(name, sql, cancel),
            (name, sql, cancel) => engine.Value.Keep(name, sql, cancel),
            (sql, cancel) => engine.Value.Outline(sql, cancel),
            (name, cancel) => engine.Value.Drop(name, cancel));
    }

    /// <summary>How many rows a query has.</summary>
    public async Task<long> CountAsync(string sql, CancellationToken cancel) =>
        await Rows($"select count(*) from ({sql}\n) counted", cancel) is [[{ } count]]
            ? Convert.ToInt64(count, CultureInfo.InvariantCulture) : throw LakeException.Bug("a count is one number");

    /// <summary>The same engine, which stops what takes longer: a query that reads too much, or one whose recursion has no end.</summary>
    public RunEngine Within(TimeSpan limit, TimeProvider time) => this with
    {
        Execute = (sql, cancel) =>
            LimitedAsync(async end => { await Execute(sql, end); return true; }, limit, time, cancel),
        Rows = (sql, cancel) => LimitedAsync(end => Rows(sql, end), limit, time, cancel),
        Columns = (sql, cancel) => LimitedAsync(end => Columns(sql, end), limit, time, cancel),
        Check = (sql, contract, cancel) =>
            LimitedAsync(async end => { await Check(sql, contract, end); return true; }, limit, time, cancel),
        Reader = (table, files, cancel) => LimitedAsync(end => Reader(table, files, end), limit, time, cancel),
        Export = (sql, contract, location, only, cancel) =>
            LimitedAsync(end => Export(sql, contract, location, only, end), limit, time, cancel),
        Hold = (name, sql, cancel) => LimitedAsync(end => Hold(name, sql, end), limit, time, cancel),
        Outline = (sql, cancel) => LimitedAsync(end => Outline(sql, end), limit, time, cancel),
        Keep = (name, sql, cancel) => LimitedAsync(end => Keep(name, sql, end), limit, time, cancel),
    };

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
