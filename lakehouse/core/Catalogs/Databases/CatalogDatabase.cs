using System.Data;
using System.Data.Common;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs.Databases;

/// <summary>
/// The database of catalog and ledger, SQLite's or Postgres's; the statements are the same in both (<see cref="SqlDialect"/> has the rest).
/// Reads see one state each; a change is one transaction, durable when it has ended. Thread-safe.
/// </summary>
abstract class CatalogDatabase : IDisposable
{
    /// <summary>Runs a query in a read transaction.</summary>
    public T Read<T>(Func<DbConnection, T> query) => OnLiveConnection(() =>
    {
        using var connection = Connect();
        using var transaction = BeginRead(connection);
        return query(connection);
    });

    /// <summary>
    /// Runs a change in a transaction; what it throws rolls back. A failure of COMMIT itself comes as <see cref="CommitFailure"/>.
    /// </summary>
    public abstract Task<T> WriteAsync<T>(Func<DbConnection, T> change, CancellationToken cancel);

    /// <summary>The same for a change that can simply be made again.</summary>
    /// <exception cref="LakeException">Unavailable: whether it was made is not known.</exception>
    public async Task<T> WriteAgainAsync<T>(Func<DbConnection, T> change, CancellationToken cancel)
    {
        try
        {
            return await WriteAsync(change, cancel);
        }
        catch (CommitFailure e)
        {
            throw LakeException.Unavailable($"whether the catalog's database took the change is not known ({e.Message}); run the same line again", e);
        }
    }

    /// <summary>
    /// Waits for its turn among the processes that commit to these tables, so that each of them prepares its files on the state that it
    /// will find. A queue and no fence: who has waited too long goes on, and what holds is the compare-and-set of the commit. Null: there
    /// is none.
    /// </summary>
    public virtual Task<IAsyncDisposable?> QueueAsync(IEnumerable<TableIdent> tables, CancellationToken cancel) =>
        Task.FromResult<IAsyncDisposable?>(null);

    /// <summary>
    /// Until the transaction ends nobody gives a name to files (<paramref name="alone"/>) while others queue files for their deletion:
    /// each of them looks first whether the other has. A database whose changes go one after the other needs nothing.
    /// </summary>
    public virtual void HoldNames(DbConnection connection, bool alone)
    {
    }

    public abstract void Dispose();

    /// <summary>An open connection.</summary>
    protected abstract DbConnection Connect();

    protected abstract DbTransaction BeginRead(DbConnection connection);

    protected abstract DbTransaction BeginWrite(DbConnection connection);

    /// <summary>What a failure of a statement means for the caller; none of the transaction has happened.</summary>
    protected abstract LakeException Translate(DbException e);

    /// <summary>
    /// Whether a statement failed because its connection had ended while nobody used it; the others like it are given up. What was asked
    /// has then not happened, and can be asked on a new one.
    /// </summary>
    protected virtual bool WasStale(DbException e) => false;

    protected T Write<T>(Func<DbConnection, T> change) => OnLiveConnection(() =>
    {
        using var connection = Connect();
        using var transaction = BeginWrite(connection);
        var result = change(connection);
        Commit(transaction);
        return result;
    });

    T OnLiveConnection<T>(Func<T> act)
    {
        try
        {
            try
            {
                return act();
            }
            catch (DbException e) when (WasStale(e))
            {
                return act();
            }
        }
        catch (DbException e)
        {
            throw Translate(e);
        }
    }

    void Commit(DbTransaction transaction)
    {
        try
        {
            transaction.Commit();
        }
        catch (DbException e)
        {
            throw new CommitFailure(Translate(e).Message, e);
        }
    }

    protected static void Execute(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <summary>COMMIT was sent and its answer was an error: whether it happened must be looked up.</summary>
sealed class CommitFailure(string says, Exception inner) : Exception(says, inner)
{
    public CommitFailure(Exception inner) : this(inner.Message, inner)
    {
    }
}
