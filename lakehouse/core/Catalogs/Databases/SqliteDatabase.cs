using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Dart.Lake.Lakehouse.Catalogs.Databases;

/// <summary>
/// The database of an embedded lake, a file. Writes are immediate transactions through one gate in this process (SQLite's own waiting is
/// unfair), synced at every commit.
/// </summary>
sealed class SqliteDatabase : CatalogDatabase
{
    /// <summary>Seconds that a write waits for another process.</summary>
    const int BusySeconds = 30;

    /// <summary>SQLITE_FULL.</summary>
    const int DiskFull = 13;

    readonly SemaphoreSlim gate = new(1, 1);
    readonly string connectionString;

    SqliteDatabase(string file) => connectionString = new SqliteConnectionStringBuilder
    {
        DataSource = file,
        Mode = SqliteOpenMode.ReadWriteCreate,
        DefaultTimeout = BusySeconds,
        Pooling = true,
    }.ToString();

    /// <summary>Opens the file, or makes it with all its tables.</summary>
    /// <exception cref="LakeException">Corrupt: not a SQLite database; Unavailable: it cannot be opened.</exception>
    public static SqliteDatabase Open(string file)
    {
        var database = new SqliteDatabase(file);
        try
        {
            using var connection = database.Connect();
            RefuseOther(connection, file);
            Execute(connection, "PRAGMA journal_mode=WAL");
            using var transaction = connection.BeginTransaction();
            Execute(connection, SqlDialect.Sqlite.Tables);
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
    static void RefuseOther(DbConnection connection, string file)
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
    public static T Peek<T>(string file, Func<DbConnection, T> query)
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
            throw Says(e);
        }

        static string Escaped(string file) => file.Replace("%", "%25", StringComparison.Ordinal)
            .Replace("?", "%3f", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal);
    }

    public override async Task<T> WriteAsync<T>(Func<DbConnection, T> change, CancellationToken cancel)
    {
        await gate.WaitAsync(cancel);
        try
        {
            return Write(change);
        }
        finally
        {
            gate.Release();
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
            throw Says(e);
        }
    }, cancel);

    /// <summary>Copies the database, as it is at one moment, to a file that is not there.</summary>
    public void CopyTo(string file)
    {
        try
        {
            using var connection = (SqliteConnection)Connect();
            using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
            copy.Open();
            connection.BackupDatabase(copy);
        }
        catch (SqliteException e)
        {
            throw Says(e);
        }
    }

    public override void Dispose()
    {
        using (var connection = new SqliteConnection(connectionString))
            SqliteConnection.ClearPool(connection);
        gate.Dispose();
    }

    protected override DbConnection Connect()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        return connection;
    }

    protected override DbTransaction BeginRead(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: true);

    protected override DbTransaction BeginWrite(DbConnection connection)
    {
        Execute(connection, "PRAGMA synchronous=FULL");
        return connection.BeginTransaction();
    }

    /// <summary>A catalog of version V0, made by others, lacks the column.</summary>
    static void AddTypeColumn(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM pragma_table_info('iceberg_tables') WHERE name = 'iceberg_type'";
        if ((long)command.ExecuteScalar()! == 0)
            Execute(connection, "ALTER TABLE iceberg_tables ADD COLUMN iceberg_type VARCHAR(5)");
    }

    protected override LakeException Translate(DbException e) => Says((SqliteException)e);

    static LakeException Says(SqliteException e) => e.SqliteErrorCode switch
    {
        5 or 6 => LakeException.Retry($"the catalog's database is locked by another process ({e.Message}); try again", e),
        11 or 26 => LakeException.Corrupt($"the catalog's database is damaged ({e.Message}); restore it from a backup", e),
        DiskFull => LakeException.Unavailable("there is no room left for the catalog's database; make room on its disk", e),
        _ => LakeException.Unavailable($"the catalog's database failed: {e.Message}", e),
    };
}
