using Microsoft.Data.Sqlite;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// The database of catalog and ledger. Reads see one state each; writes are immediate transactions through one gate in this
/// process (SQLite's own waiting is unfair), synced at every commit. Thread-safe.
/// </summary>
sealed class CatalogDatabase : IDisposable
{
    /// <summary>Seconds that a write waits for another process.</summary>
    const int BusySeconds = 30;

    /// <summary>SQLITE_FULL.</summary>
    const int DiskFull = 13;

    const string NoRoom = "there is no room left for the catalog's database; make room on its disk";

    readonly SemaphoreSlim gate = new(1, 1);
    readonly string connectionString;

    CatalogDatabase(string file) => connectionString = new SqliteConnectionStringBuilder
    {
        DataSource = file,
        Mode = SqliteOpenMode.ReadWriteCreate,
        DefaultTimeout = BusySeconds,
        Pooling = true,
    }.ToString();

    /// <summary>Opens the file, or makes it with all its tables.</summary>
    /// <exception cref="LakeException">Corrupt: not a SQLite database; Unavailable: it cannot be opened.</exception>
    public static CatalogDatabase Open(string file, SqlDialect dialect)
    {
        var database = new CatalogDatabase(file);
        try
        {
            using var connection = database.Connect();
            RefuseOther(connection, file);
            Execute(connection, "PRAGMA journal_mode=WAL");
            using var transaction = connection.BeginTransaction();
            Execute(connection, dialect.Tables);
            AddTypeColumn(connection);
            transaction.Commit();
            return database;
        }
        catch (LakeException)
        {
            database.Dispose();
            throw;
        }
        catch (SqliteException e)
        {
            database.Dispose();
            throw e.SqliteErrorCode is 11 or 26
                ? LakeException.Corrupt($"{file} is not a readable SQLite database ({e.Message}); restore it from a backup", e)
                : LakeException.Unavailable($"{file} cannot be opened ({e.Message}); check that its folder can be written and that no other program holds it", e);
        }
    }

    /// <summary>A database of something else gets no tables of ours.</summary>
    static void RefuseOther(SqliteConnection connection, string file)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) > 0 AND count(*) FILTER (WHERE name = 'iceberg_tables') = 0 FROM sqlite_master";
        if (command.ExecuteScalar() is 1L)
            throw LakeException.Corrupt($"{file} is a SQLite database, but no catalog of Iceberg tables; restore it from a backup, or name another folder with --data-dir");
    }

    /// <summary>
    /// Asks a database that may be somebody else's, and changes nothing of it: read-only, and without the files of a log beside it when
    /// there are none, which means that nobody has it open.
    /// </summary>
    /// <exception cref="LakeException">It cannot be read.</exception>
    public static T Peek<T>(string file, Func<SqliteConnection, T> query)
    {
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = File.Exists(file + "-wal") ? file : $"file:{Escaped(file)}?immutable=1",
                Mode = SqliteOpenMode.ReadOnly,
                Pooling = false,
            }.ToString());
            connection.Open();
            return query(connection);
        }
        catch (SqliteException e)
        {
            throw Translate(e);
        }

        static string Escaped(string file) => file.Replace("%", "%25", StringComparison.Ordinal)
            .Replace("?", "%3f", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal);
    }

    /// <summary>Runs a query in a read transaction.</summary>
    public T Read<T>(Func<SqliteConnection, T> query)
    {
        try
        {
            using var connection = Connect();
            using var transaction = connection.BeginTransaction(deferred: true);
            return query(connection);
        }
        catch (SqliteException e)
        {
            throw Translate(e);
        }
    }

    /// <summary>
    /// Runs a change in a transaction; what it throws rolls back. A failure of COMMIT itself comes as <see cref="CommitFailure"/>.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> change, CancellationToken cancel)
    {
        await gate.WaitAsync(cancel);
        try
        {
            return Write(change);
        }
        catch (SqliteException e)
        {
            throw Translate(e);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The same for a change that can simply be made again.</summary>
    /// <exception cref="LakeException">Unavailable: whether it was made is not known.</exception>
    public async Task<T> WriteAgainAsync<T>(Func<SqliteConnection, T> change, CancellationToken cancel)
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
    /// Brings all that was written into the one file, which can be copied or renamed alone once the database is closed.
    /// </summary>
    public Task FoldAsync(CancellationToken cancel) => Task.Run(() =>
    {
        try
        {
            using var connection = Connect();
            Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            Execute(connection, "PRAGMA journal_mode=DELETE");
        }
        catch (SqliteException e)
        {
            throw Translate(e);
        }
    }, cancel);

    /// <summary>Copies the database, as it is at one moment, to a file that is not there.</summary>
    public void CopyTo(string file)
    {
        try
        {
            using var connection = Connect();
            using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
            copy.Open();
            connection.BackupDatabase(copy);
        }
        catch (SqliteException e)
        {
            throw Translate(e);
        }
    }

    public void Dispose()
    {
        using (var connection = new SqliteConnection(connectionString))
            SqliteConnection.ClearPool(connection);
        gate.Dispose();
    }

    T Write<T>(Func<SqliteConnection, T> change)
    {
        using var connection = Connect();
        Execute(connection, "PRAGMA synchronous=FULL");
        using var transaction = connection.BeginTransaction();
        var result = change(connection);
        Commit(transaction);
        return result;
    }

    static void Commit(SqliteTransaction transaction)
    {
        try
        {
            transaction.Commit();
        }
        catch (SqliteException e)
        {
            throw new CommitFailure(e);
        }
    }

    SqliteConnection Connect()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        return connection;
    }

    /// <summary>A catalog of version V0, made by others, lacks the column.</summary>
    static void AddTypeColumn(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM pragma_table_info('iceberg_tables') WHERE name = 'iceberg_type'";
        if ((long)command.ExecuteScalar()! == 0)
            Execute(connection, "ALTER TABLE iceberg_tables ADD COLUMN iceberg_type VARCHAR(5)");
    }

    static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    static LakeException Translate(SqliteException e) => e.SqliteErrorCode switch
    {
        5 or 6 => LakeException.Retry($"the catalog's database is locked by another process ({e.Message}); try again", e),
        11 or 26 => LakeException.Corrupt($"the catalog's database is damaged ({e.Message}); restore it from a backup", e),
        DiskFull => LakeException.Unavailable(NoRoom, e),
        _ => LakeException.Unavailable($"the catalog's database failed: {e.Message}", e),
    };

    /// <summary>What a failure says to people.</summary>
    public static string Says(Exception e) => e is SqliteException { SqliteErrorCode: DiskFull } ? NoRoom : e.Message;
}

/// <summary>COMMIT was sent and its answer was an error: whether it happened must be looked up.</summary>
sealed class CommitFailure(Exception inner) : Exception(CatalogDatabase.Says(inner), inner);
