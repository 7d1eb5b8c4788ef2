using System.Data.Common;
using Dapper;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// Runs, stages, intervals, publications, leases and settings, as tables of the catalog's database. Times are stored as
/// microseconds since 1970 (UTC), dates as yyyy-MM-dd. Thread-safe.
/// </summary>
public sealed class Ledger
{
    /// <summary>A lease whose holder has been silent for so long may be taken over.</summary>
    public static readonly TimeSpan LeaseLimit = TimeSpan.FromSeconds(10);

    /// <summary>A run that goes on and was not renewed for so long has ended without a word: its process was killed.</summary>
    public static readonly TimeSpan RunLimit = TimeSpan.FromSeconds(30);

    readonly CatalogDatabase database;
    readonly TimeProvider time;

    internal Ledger(CatalogDatabase database, TimeProvider time) => (this.database, this.time) = (database, time);

    /// <summary>
    /// Writes a run that goes on from now: it counts as alive while it is renewed. Runs of its kind whose processes were killed are marked
    /// so.
    /// </summary>
    public Task BeginRunAsync(Run run, CancellationToken cancel) => TakenAsync(connection =>
    {
        var now = time.GetUtcNow();
        foreach (var row in connection.Query<RunRow>(
            RunColumns + " WHERE kind = @Kind AND status = @Running ORDER BY run_id", new { run.Kind, Run.Running }).ToList())
            if (Seen(connection, row.ToRun(), now) is { Status: Run.Killed } killed)
                SaveKilled(connection, killed);
        SaveRun(connection, run);
        return SaveRunLease(connection, run.RunId, now);
    }, cancel);

    /// <summary>
    /// The run counts as alive from now. One that was taken for killed meanwhile (its machine slept) goes on again; one that has ended
    /// stays as it is.
    /// </summary>
    public Task RenewRunAsync(string runId, CancellationToken cancel) => TakenAsync(connection =>
    {
        var now = time.GetUtcNow();
        var goesOn = connection.Execute(
            "UPDATE runs SET status = @Running, ended_at = NULL, error = NULL WHERE run_id = @runId AND status IN (@Running, @Killed)",
            new { runId, Run.Running, Run.Killed });
        return goesOn == 0 ? 0 : SaveRunLease(connection, runId, now);
    }, cancel);

    /// <summary>Writes the run, or replaces the row of the same id.</summary>
    public Task SaveRunAsync(Run run, CancellationToken cancel) => TakenAsync(connection => SaveRun(connection, run), cancel);

    /// <summary>The run as far as it is known: one that goes on and is not renewed any more is shown as killed.</summary>
    public async Task<Run?> FindRunAsync(string runId, CancellationToken cancel) =>
        (await ReadRunsAsync(" WHERE run_id = @runId", new { runId }, cancel)).SingleOrDefault();

    /// <summary>Newest first; of one kind or day when given. As <see cref="FindRunAsync"/> gives them.</summary>
    public Task<IReadOnlyList<Run>> ListRunsAsync(string? kind, DateOnly? tradeDate, int limit, CancellationToken cancel) => ReadRunsAsync("""
         WHERE (@kind IS NULL OR kind = @kind) AND (@tradeDate IS NULL OR trade_date = @tradeDate)
        ORDER BY started_at DESC, run_id LIMIT @limit
        """, new { kind, tradeDate = tradeDate?.ToText(), limit }, cancel);

    /// <summary>Writes the stage, or replaces the row of the same run and ordinal.</summary>
    public Task SaveStageAsync(Stage stage, CancellationToken cancel) => WriteAsync("""
        INSERT INTO stages (run_id, ordinal, name, status, started_at, ended_at, rows, message)
        VALUES (@RunId, @Ordinal, @Name, @Status, @StartedAt, @EndedAt, @Rows, @Message)
        ON CONFLICT (run_id, ordinal) DO UPDATE SET name = excluded.name, status = excluded.status, started_at = excluded.started_at,
            ended_at = excluded.ended_at, rows = excluded.rows, message = excluded.message
        """, new { stage.RunId, stage.Ordinal, stage.Name, stage.Status, StartedAt = stage.StartedAt.ToMicros(), EndedAt = stage.EndedAt?.ToMicros(), stage.Rows, stage.Message }, cancel);

    /// <summary>The run's stages in order; all runs' when null.</summary>
    public async Task<IReadOnlyList<Stage>> ListStagesAsync(string? runId, CancellationToken cancel) =>
    [
        .. (await QueryAsync<StageRow>("""
            SELECT run_id, ordinal, name, status, started_at, ended_at, rows, message FROM stages
            WHERE @runId IS NULL OR run_id = @runId ORDER BY run_id, ordinal
            """, new { runId }, cancel)).Select(r => r.ToStage()),
    ];

    /// <summary>By model and day; of one model when given.</summary>
    public async Task<IReadOnlyList<Interval>> ListIntervalsAsync(string? model, CancellationToken cancel) =>
    [
        .. (await QueryAsync<IntervalRow>("""
            SELECT model, trade_date, run_id, fingerprint, published_at FROM intervals
            WHERE @model IS NULL OR model = @model ORDER BY model, trade_date
            """, new { model }, cancel)).Select(r => new Interval(
                r.model, MicroTime.ToDate(r.trade_date), r.run_id, r.fingerprint, MicroTime.FromMicros(r.published_at))),
    ];

    /// <summary>In the order of commit; of one kind or run when given.</summary>
    public async Task<IReadOnlyList<Publication>> ListPublicationsAsync(string? kind, string? runId, CancellationToken cancel) =>
    [
        .. (await QueryAsync<PublicationRow>("""
            SELECT run_id, kind, body, at FROM publications
            WHERE (@kind IS NULL OR kind = @kind) AND (@runId IS NULL OR run_id = @runId) ORDER BY ordinal
            """, new { kind, runId }, cancel)).Select(r => new Publication(r.run_id, r.kind, r.body, MicroTime.FromMicros(r.at))),
    ];

    /// <summary>The newest publication of each day of each table; of one day when given.</summary>
    public async Task<IReadOnlyList<PublishedTable>> ListPublishedTablesAsync(DateOnly? tradeDate, CancellationToken cancel) =>
    [
        .. (await QueryAsync<PublishedTableRow>("""
            SELECT table_name, trade_date, run_id, table_uuid, snapshot_id, sequence_number FROM published_tables
            WHERE @tradeDate IS NULL OR trade_date = @tradeDate ORDER BY table_name, trade_date
            """, new { tradeDate = tradeDate?.ToText() }, cancel)).Select(r => r.ToPublishedTable()),
    ];

    /// <summary>Tables of which some day was ever published, as <c>namespace.name</c>.</summary>
    internal static HashSet<string> PublishedNames(DbConnection connection) =>
        connection.Query<string>("SELECT DISTINCT table_name FROM published_tables").ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Takes the lease with a new epoch when nobody holds it, when the holder is the same, or when the holder has not renewed
    /// it for <see cref="LeaseLimit"/>. Null: somebody else holds it.
    /// </summary>
    public Task<Lease?> AcquireEpochAsync(string name, string holder, CancellationToken cancel) => TakenAsync(connection =>
    {
        var now = time.GetUtcNow();
        // the row is ours until this ends: of two that find the lease free one waits and sees that it is not
        connection.Execute("INSERT INTO leases (name, holder, epoch, renewed_at) VALUES (@name, '', 0, 0) ON CONFLICT (name) DO UPDATE SET epoch = leases.epoch", new { name });
        var held = FindLease(connection, name);
        if (held is not null && !string.Equals(held.Holder, holder, StringComparison.Ordinal) && now - held.RenewedAt < LeaseLimit)
            return null;
        var lease = new Lease(name, holder, (held?.Epoch ?? 0) + 1, now);
        connection.Execute("""
            INSERT INTO leases (name, holder, epoch, renewed_at) VALUES (@Name, @Holder, @Epoch, @at)
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = excluded.epoch, renewed_at = excluded.renewed_at
            """, new { lease.Name, lease.Holder, lease.Epoch, at = now.ToMicros() });
        return lease;
    }, cancel);

    /// <summary>True when the lease still has this holder and epoch; it then counts as alive from now.</summary>
    public Task<bool> RenewAsync(Lease lease, CancellationToken cancel) => UpdateLeaseAsync(lease, time.GetUtcNow(), cancel);

    /// <summary>Gives the lease up at once, if it is still held; the epoch stays, so that it rises for the next holder.</summary>
    public Task ReleaseAsync(Lease lease, CancellationToken cancel) => UpdateLeaseAsync(lease, DateTimeOffset.UnixEpoch, cancel);

    public Task<Lease?> FindLeaseAsync(string name, CancellationToken cancel) =>
        ReadAsync(connection => FindLease(connection, name), cancel);

    public async Task<string?> FindMetaAsync(string key, CancellationToken cancel) =>
        await ReadAsync(connection => FindMeta(connection, key), cancel);

    internal static string? FindMeta(DbConnection connection, string key) =>
        connection.QueryFirstOrDefault<string>("SELECT value FROM lake_meta WHERE key = @key", new { key });

    public Task SaveMetaAsync(string key, string value, CancellationToken cancel) =>
        WriteAsync("INSERT INTO lake_meta (key, value) VALUES (@key, @value) ON CONFLICT (key) DO UPDATE SET value = excluded.value", new { key, value }, cancel);

    /// <summary>The note's rows, in the caller's transaction.</summary>
    /// <param name="connection">Of the transaction.</param>
    /// <param name="note">What is written.</param>
    /// <param name="published">The days of tables that it publishes.</param>
    /// <param name="now">When.</param>
    internal static void SaveNote(DbConnection connection, CommitNote note, IReadOnlyList<PublishedTable> published, DateTimeOffset now)
    {
        connection.Execute("INSERT INTO publications (run_id, kind, body, at) VALUES (@RunId, @Kind, @Body, @at)", new { note.RunId, note.Kind, note.Body, at = now.ToMicros() });
        SaveIntervals(connection, note.Intervals);
        SavePublished(connection, published);
    }

    internal static bool HasNote(DbConnection connection, CommitNote note) =>
        connection.ExecuteScalar<long>("SELECT COUNT(*) FROM publications WHERE run_id = @RunId AND kind = @Kind AND body = @Body", new { note.RunId, note.Kind, note.Body }) > 0;

    /// <summary>
    /// In the caller's transaction: whether the lease still has this holder
    /// and epoch; it then counts as alive from <paramref name="at"/>.
    /// </summary>
    internal static bool Renew(DbConnection connection, Lease lease, DateTimeOffset at) =>
        connection.Execute("UPDATE leases SET renewed_at = @at WHERE name = @Name AND holder = @Holder AND epoch = @Epoch",
            new { lease.Name, lease.Holder, lease.Epoch, at = at.ToMicros() }) == 1;

    static int SaveRun(DbConnection connection, Run run)
    {
        connection.Execute("""
            INSERT INTO runs (run_id, kind, trade_date, status, started_at, ended_at, inputs, outputs, models, error)
            VALUES (@RunId, @Kind, @TradeDate, @Status, @StartedAt, @EndedAt, @Inputs, @Outputs, @Models, @Error)
            ON CONFLICT (run_id) DO UPDATE SET kind = excluded.kind, trade_date = excluded.trade_date, status = excluded.status,
                started_at = excluded.started_at, ended_at = excluded.ended_at, inputs = excluded.inputs, outputs = excluded.outputs,
                models = excluded.models, error = excluded.error
            """, new
        {
            run.RunId,
            run.Kind,
            TradeDate = run.TradeDate?.ToText(),
            run.Status,
            StartedAt = run.StartedAt.ToMicros(),
            EndedAt = run.EndedAt?.ToMicros(),
            run.Inputs,
            run.Outputs,
            run.Models,
            run.Error,
        });
        return run.Status == Run.Running ? 0 : DropRunLease(connection, run.RunId);
    }

    /// <summary>A run that has written its end meanwhile keeps that.</summary>
    static void SaveKilled(DbConnection connection, Run run)
    {
        if (connection.Execute(
            "UPDATE runs SET status = @Status, ended_at = @EndedAt, error = @Error WHERE run_id = @RunId AND status = @Running",
            new { run.Status, EndedAt = run.EndedAt?.ToMicros(), run.Error, run.RunId, Run.Running }) == 1)
            DropRunLease(connection, run.RunId);
    }

    static int DropRunLease(DbConnection connection, string runId) =>
        connection.Execute("DELETE FROM leases WHERE name = @name", new { name = RunLease(runId) });

    static int SaveRunLease(DbConnection connection, string runId, DateTimeOffset now) => connection.Execute("""
        INSERT INTO leases (name, holder, epoch, renewed_at) VALUES (@name, @runId, 1, @at)
        ON CONFLICT (name) DO UPDATE SET renewed_at = excluded.renewed_at
        """, new { name = RunLease(runId), runId, at = now.ToMicros() });

    /// <summary>The lease of a run that goes on. It is nobody's to take over, and goes with the run's end.</summary>
    static string RunLease(string runId) => $"run:{runId}";

    /// <summary>A run as its row says; one that should go on and has not been renewed for <see cref="RunLimit"/> was killed.</summary>
    static Run Seen(DbConnection connection, Run run, DateTimeOffset now)
    {
        if (run.Status != Run.Running)
            return run;
        var lease = FindLease(connection, RunLease(run.RunId));
        if (lease is not null && now - lease.RenewedAt < RunLimit)
            return run;
        var published = connection.ExecuteScalar<long>("SELECT COUNT(*) FROM publications WHERE run_id = @RunId", new { run.RunId }) > 0;
        return run with
        {
            Status = Run.Killed,
            EndedAt = lease?.RenewedAt,
            Error = "its process ended without a word" + (lease is null ? "" : $", last seen {lease.RenewedAt.UtcDateTime:u}")
                + (published ? "; what it published stands" : "; it published nothing"),
        };
    }

    static int SaveIntervals(DbConnection connection, IReadOnlyList<Interval> intervals) => connection.Execute("""
        INSERT INTO intervals (model, trade_date, run_id, fingerprint, published_at) VALUES (@Model, @TradeDate, @RunId, @Fingerprint, @PublishedAt)
        ON CONFLICT (model, trade_date) DO UPDATE SET run_id = excluded.run_id, fingerprint = excluded.fingerprint, published_at = excluded.published_at
        """, intervals.Select(i => new { i.Model, TradeDate = i.TradeDate.ToText(), i.RunId, i.Fingerprint, PublishedAt = i.PublishedAt.ToMicros() }));

    static int SavePublished(DbConnection connection, IReadOnlyList<PublishedTable> published) => connection.Execute("""
        INSERT INTO published_tables (table_name, trade_date, run_id, table_uuid, snapshot_id, sequence_number) VALUES (@Table, @TradeDate, @RunId, @Uuid, @SnapshotId, @Sequence)
        ON CONFLICT (table_name, trade_date) DO UPDATE SET run_id = excluded.run_id, table_uuid = excluded.table_uuid, snapshot_id = excluded.snapshot_id,
            sequence_number = excluded.sequence_number
        """,
        published.Select(day => new
        {
            Table = day.Table.ToString(),
            TradeDate = day.TradeDate.ToText(),
            day.RunId,
            Uuid = day.TableUuid,
            day.SnapshotId,
            Sequence = day.SequenceNumber,
        }));

    static Lease? FindLease(DbConnection connection, string name) =>
        connection.Query<LeaseRow>("SELECT name, holder, epoch, renewed_at FROM leases WHERE name = @name", new { name })
            .Select(r => new Lease(r.name, r.holder, r.epoch, MicroTime.FromMicros(r.renewed_at))).FirstOrDefault();

    Task<bool> UpdateLeaseAsync(Lease lease, DateTimeOffset renewedAt, CancellationToken cancel) =>
        TakenAsync(connection => Renew(connection, lease, renewedAt), cancel);

    Task WriteAsync(string sql, object parameters, CancellationToken cancel) =>
        TakenAsync(connection => connection.Execute(sql, parameters), cancel);

    async Task<T> TakenAsync<T>(Func<DbConnection, T> change, CancellationToken cancel)
    {
        try
        {
            return await database.WriteAsync(change, cancel);
        }
        catch (CommitFailure e)
        {
            throw LakeException.Unavailable($"whether the ledger took a row is not known ({e.Message}); look with 'dartlake runs ls' before you repeat it", e);
        }
    }

    Task<IEnumerable<T>> QueryAsync<T>(string sql, object parameters, CancellationToken cancel) =>
        ReadAsync(connection => connection.Query<T>(sql, parameters), cancel);

    async Task<IReadOnlyList<Run>> ReadRunsAsync(string which, object parameters, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return await ReadAsync(
            connection => connection
                .Query<RunRow>(RunColumns + which, parameters).ToList().ConvertAll(row => Seen(connection, row.ToRun(), now)),
            cancel);
    }

    Task<T> ReadAsync<T>(Func<DbConnection, T> query, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return Task.FromResult(database.Read(query));
    }

    const string RunColumns = "SELECT run_id, kind, trade_date, status, started_at, ended_at, inputs, outputs, models, error FROM runs";

    // named as the columns: Dapper matches constructor parameters by name
    sealed record RunRow(
        string run_id,
        string kind,
        string? trade_date,
        string status,
        long started_at,
        long? ended_at,
        string inputs,
        string outputs,
        string models,
        string? error)
    {
        public Run ToRun() => new()
        {
            RunId = run_id,
            Kind = kind,
            TradeDate = trade_date is null ? null : MicroTime.ToDate(trade_date),
            Status = status,
            StartedAt = MicroTime.FromMicros(started_at),
            EndedAt = ended_at is { } end ? MicroTime.FromMicros(end) : null,
            Inputs = inputs,
            Outputs = outputs,
            Models = models,
            Error = error,
        };
    }

    sealed record StageRow(
        string run_id, long ordinal, string name, string status, long started_at, long? ended_at, long? rows, string? message)
    {
        public Stage ToStage() => new(
            run_id,
            (int)ordinal,
            name,
            status,
            MicroTime.FromMicros(started_at),
            ended_at is { } end ? MicroTime.FromMicros(end) : null,
            rows,
            message);
    }

    sealed record IntervalRow(string model, string trade_date, string run_id, string fingerprint, long published_at);

    sealed record PublishedTableRow(
        string table_name, string trade_date, string run_id, string table_uuid, long snapshot_id, long sequence_number)
    {
        public PublishedTable ToPublishedTable() =>
            new(TableIdent.Parse(table_name), MicroTime.ToDate(trade_date), run_id, table_uuid, snapshot_id, sequence_number);
    }

    sealed record PublicationRow(string run_id, string kind, string body, long at);

    sealed record LeaseRow(string name, string holder, long epoch, long renewed_at);
}
