using System.Data;
using System.Data.Common;
using System.Net.Sockets;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Npgsql;

namespace Dart.Lake.Lakehouse.Catalogs.Databases;

/// <summary>
/// The database of a shared lake. A read sees one state (REPEATABLE READ); a change holds the rows that it moves (READ COMMITTED: who comes
/// second waits for the first, then finds the row moved). Statements, their waits for rows included, take 30 s at most, and a connection
/// 15 s to come, unless the connection string says otherwise: Npgsql's defaults.
/// </summary>
sealed class PostgresDatabase : CatalogDatabase
{
    /// <summary>How long a commit waits for its turn, and how long one may have it.</summary>
    const int QueueSeconds = 10;

    /// <summary>Connections of this process at most.</summary>
    const int MaxConnections = 16;

    /// <summary>A process that stops in the middle of a change holds its rows no longer than that.</summary>
    const int IdleSeconds = 30;

    /// <summary>Any number that no other program's lock has.</summary>
    const long NamesKey = 0x44_61_72_74_4E_61_6D_65;

    readonly NpgsqlDataSource source;

    /// <summary>Turns have a part of the connections: who has one needs another to commit.</summary>
    readonly SemaphoreSlim turns;
    readonly bool hasTurns;

    PostgresDatabase(NpgsqlDataSource source)
    {
        this.source = source;
        var most = new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize / 2;
        (turns, hasTurns) = (new(most), most > 0);
    }

    /// <summary>Opens a database that has our tables.</summary>
    /// <param name="connectionString">Npgsql's.</param>
    /// <exception cref="LakeException">Invalid: no connection string; or the database has not been migrated.
    /// Unavailable: it does not answer.</exception>
    public static PostgresDatabase Open(string connectionString)
    {
        var database = new PostgresDatabase(Source(connectionString));
        try
        {
            Migrations.Check(database.Read(Migrations.Done), Migrations.All.Count);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Brings the database to what this program needs, whatever of it is there; gives the numbers of the steps taken.</summary>
    public static async Task<IReadOnlyList<int>> MigrateAsync(string connectionString, DateTimeOffset now, CancellationToken cancel)
    {
        using var database = new PostgresDatabase(Source(connectionString));
        return await database.WriteAgainAsync(connection => Migrations.Run(connection, now), cancel);
    }

    static NpgsqlDataSource Source(string connectionString)
    {
        try
        {
            var given = new NpgsqlConnectionStringBuilder(connectionString);
            given.MaxPoolSize = Math.Min(given.MaxPoolSize, MaxConnections);
            given.MinPoolSize = Math.Min(given.MinPoolSize, given.MaxPoolSize);
            given.ApplicationName ??= "dartlake";
            // neither failures nor logs show values
            given.IncludeErrorDetail = false;
            return new NpgsqlDataSourceBuilder(given.ConnectionString).Build();
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw LakeException.Invalid("the catalog's connection string cannot be read; write Host=…;Database=…;Username=… (DARTLAKE__Lake__Catalog), the password in PGPASSWORD or PGPASSFILE");
        }
    }

    public override Task<T> WriteAsync<T>(Func<DbConnection, T> change, CancellationToken cancel) => Task.Run(() => Write(change), cancel);

    public override async Task<IAsyncDisposable?> QueueAsync(IEnumerable<TableIdent> tables, CancellationToken cancel)
    {
        try
        {
            try
            {
                return await TakeTurnAsync(tables, cancel);
            }
            catch (DbException e) when (WasStale(e))
            {
                return await TakeTurnAsync(tables, cancel);
            }
        }
        catch (DbException e)
        {
            throw Translate(e);
        }
    }

    /// <summary>Null: it would have been too long, or there are no connections for it.</summary>
    async Task<Turn?> TakeTurnAsync(IEnumerable<TableIdent> tables, CancellationToken cancel)
    {
        if (!hasTurns || !await turns.WaitAsync(TimeSpan.FromSeconds(QueueSeconds), cancel))
            return null;
        var turn = new Turn(source.CreateConnection(), turns);
        try
        {
            await turn.TakeAsync(tables.Order(), cancel);
            return turn;
        }
        catch (NpgsqlException e) when (e is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable }
            or { InnerException: TimeoutException })
        {
            await turn.DisposeAsync();
            return null;
        }
        catch
        {
            await turn.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Advisory locks, which Postgres gives in the order of arrival. The server ends the transaction of a process that sleeps with them, so
    /// that nobody waits for one that was stopped.
    /// </summary>
    sealed class Turn(NpgsqlConnection connection, SemaphoreSlim turns) : IAsyncDisposable
    {
        NpgsqlTransaction? transaction;

        public async Task TakeAsync(IEnumerable<TableIdent> tables, CancellationToken cancel)
        {
            await connection.OpenAsync(cancel);
            transaction = await connection.BeginTransactionAsync(cancel);
            await RunAsync($"SET LOCAL lock_timeout = '{QueueSeconds}s'; SET LOCAL idle_in_transaction_session_timeout = '{QueueSeconds}s'", null, cancel);
            foreach (var table in tables)
                await RunAsync("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", $"dartlake {table}", cancel);
        }

        async Task RunAsync(string sql, string? value, CancellationToken cancel)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            if (value is not null)
                command.Parameters.Add(new() { Value = value });
            await command.ExecuteNonQueryAsync(cancel);
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                if (transaction is not null)
                    await transaction.DisposeAsync();
            }
            catch (DbException)
            {
                // the server has ended it: others have their turn
            }
            try
            {
                await connection.DisposeAsync();
            }
            finally
            {
                turns.Release();
            }
        }
    }

    /// <summary>The server was restarted, or something between has dropped what was quiet.</summary>
    protected override bool WasStale(DbException e)
    {
        var stale = e is NpgsqlException { InnerException: IOException or SocketException }
            or PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown };
        if (stale)
            source.Clear();
        return stale;
    }

    public override void HoldNames(DbConnection connection, bool alone) =>
        Execute(connection, $"SELECT pg_advisory_xact_lock{(alone ? "" : "_shared")}({NamesKey})");

    public override void Dispose()
    {
        source.Dispose();
        turns.Dispose();
    }

    protected override DbConnection Connect() => source.OpenConnection();

    protected override DbTransaction BeginRead(DbConnection connection)
    {
        var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
        Execute(connection, "SET TRANSACTION READ ONLY");
        return transaction;
    }

    protected override DbTransaction BeginWrite(DbConnection connection)
    {
        var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        Execute(connection, $"SET LOCAL idle_in_transaction_session_timeout = '{IdleSeconds}s'");
        return transaction;
    }

    protected override LakeException Translate(DbException e) => e switch
    {
        PostgresException
        {
            SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable,
        } =>
            LakeException.Retry($"another process holds the catalog's rows ({e.Message}); try again", e),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } =>
            LakeException.Unavailable("the catalog's database takes no changes: it is read-only (a standby, or set so); name the primary, or wait for it", e),
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ConfigurationLimitExceeded } p =>
            LakeException.Unavailable($"the catalog's database has no connection left ({p.MessageText}); raise its limit, max_connections or the role's, or run fewer processes", e),
        _ when IsRefused(e) =>
            LakeException.Unavailable("the catalog's database refuses the log-in; check Username in the connection string, and the password in PGPASSWORD or PGPASSFILE", e),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } p =>
            LakeException.Unavailable($"the catalog's database is not there ({p.MessageText}); make it with CREATE DATABASE, then run: dartlake migrate", e),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } p =>
            LakeException.Unavailable($"the catalog's user lacks a right: {p.MessageText}", e),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => LakeException.Unavailable("there is no room left for the catalog's database; make room on its disk", e),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn } =>
            LakeException.Invalid("the catalog's database lacks our tables; run: dartlake migrate", e),
        NpgsqlException { InnerException: TimeoutException } => LakeException.Unavailable("the catalog's database does not answer in time; see whether it runs and what holds its rows", e),
        _ => LakeException.Unavailable($"the catalog's database failed: {Innermost(e).Message.Split('\n')[0].TrimEnd('.')}; see whether it runs and can be reached", e),
    };

    /// <summary>A wrong log-in, or no password where one is wanted, which is Npgsql's to say and has no code.</summary>
    static bool IsRefused(DbException e) =>
        e is PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification }
        || (e is NpgsqlException and not PostgresException && e.Message.StartsWith("No password", StringComparison.Ordinal));

    static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}
