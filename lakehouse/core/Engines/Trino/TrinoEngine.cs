using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.Statements;
using Dart.Lake.Lakehouse.Engines.Trino.Statements;
using Dart.Lake.Lakehouse.Iceberg.Scan;

namespace Dart.Lake.Lakehouse.Engines.Trino;

/// <summary>
/// Trino over its HTTP protocol (statement, nextUri, spooled segments). Its catalog shows the lake's tables as <c>namespace.table</c>, each
/// as it is when a query loads it. What a statement sets for the session holds for the next one. Not thread-safe.
/// </summary>
public sealed class TrinoEngine : IQueryEngine
{
    static readonly TimeSpan rollBackLimit = TimeSpan.FromSeconds(5);

    readonly TrinoSettings settings;
    readonly TrinoRequests requests;
    readonly TrinoSession session;
    readonly TimeProvider time;
    readonly TrinoAsOf? past;
    TrinoQuery? running;

    /// <param name="settings">Where it is.</param>
    /// <param name="time">Limits are of its time.</param>
    /// <exception cref="LakeException">Invalid: a setting.</exception>
    public TrinoEngine(TrinoSettings settings, TimeProvider time) : this(settings, time, past: null)
    {
        // tables as they are
    }

    TrinoEngine(TrinoSettings settings, TimeProvider time, TrinoAsOf? past)
    {
        (this.settings, this.time, this.past) = (settings, time, past);
        (requests, session) = (new(settings, time), new(settings));
    }

    /// <summary>Trino over the state that a word of <c>--as-of</c> names; null: the current one.</summary>
    /// <param name="settings">Where it is.</param>
    /// <param name="time">Limits are of its time.</param>
    /// <param name="catalog">The lake's, which Trino has, too; it is asked for earlier states only.</param>
    /// <param name="scan">Finds when a tag was made.</param>
    /// <param name="asOf">A tag, a snapshot or a time.</param>
    /// <param name="cancel">Ends the opening.</param>
    /// <exception cref="LakeException">Invalid: a setting, or a word that could be several things.</exception>
    public static async Task<TrinoEngine> OpenNamedAsync(
        TrinoSettings settings, TimeProvider time, ICatalog catalog, TableScan scan, string? asOf, CancellationToken cancel)
    {
        settings.Check();
        return new(settings, time, asOf is null ? null : new(await EarlierState.FindAsync(catalog, scan, asOf, cancel), settings.Catalog));
    }

    public EngineCapabilities Capabilities { get; } = new("trino", ReportsProgress: true, ReadsOneState: false, WritesTables: true);

    public double? Progress => running?.Progress;

    public IReadOnlyList<string> Remarks => [.. past?.Remarks ?? []];

    public async Task<QueryResult> QueryAsync(string sql, CancellationToken cancel)
    {
        try
        {
            var statement = TrinoStatement.Of(sql);
            return await AnswerAsync(await AsOfAsync(statement, cancel), mayWrite: !statement.Reads, ended: null, cancel);
        }
        catch (LakeException e) when (settings.IsToldIn(e))
        {
            throw settings.WithoutSecrets(e);
        }
    }

    /// <summary>
    /// Within a transaction of Trino's that may only read: what would write is refused there, whatever the statement looks like.
    /// </summary>
    public async Task<QueryResult> QueryReadOnlyAsync(string sql, CancellationToken cancel)
    {
        var statement = TrinoStatement.Of(sql);
        statement.RefuseWrites();
        var isAnswered = false;
        try
        {
            await RunAsync("START TRANSACTION READ ONLY", cancel);
            var answer = await AnswerAsync(await AsOfAsync(statement, cancel), mayWrite: false, RollBackAsync, cancel);
            isAnswered = true;
            return answer;
        }
        catch (LakeException e) when (settings.IsToldIn(e))
        {
            throw settings.WithoutSecrets(e);
        }
        finally
        {
            if (!isAnswered)
                await RollBackAsync();
        }
    }

    async Task<string> AsOfAsync(TrinoStatement statement, CancellationToken cancel) =>
        past is null ? statement.Sql : await past.ApplyAsync(statement, ValueAsync, cancel);

    /// <param name="sql">One statement.</param>
    /// <param name="mayWrite">When its end is not known, nor is what it has done.</param>
    /// <param name="ended">Is done when the answer was read or given up.</param>
    /// <param name="cancel">Ends it.</param>
    async Task<QueryResult> AnswerAsync(string sql, bool mayWrite, Func<Task>? ended, CancellationToken cancel)
    {
        var query = new TrinoQuery(requests, session, mayWrite);
        running = query;
        await query.BeginAsync(sql, cancel);
        return new(query, Told, EndAsync, cancel);

        async ValueTask EndAsync()
        {
            await query.EndAsync();
            if (ended is not null)
                await ended();
        }
    }

    Exception Told(Exception failure) => settings.IsToldIn(failure) ? settings.WithoutSecrets((LakeException)failure) : failure;

    async Task<string> ValueAsync(string sql, CancellationToken cancel) => (await RunAsync(sql, cancel)) is [[string value]] ? value
        : throw LakeException.Unavailable("Trino answers EXPLAIN with something else than a plan");

    async Task<IReadOnlyList<object?[]>> RunAsync(string sql, CancellationToken cancel)
    {
        await using var result = await AnswerAsync(sql, mayWrite: false, ended: null, cancel);
        return await result.ReadRowsAsync(limit: 10, cancel);
    }

    /// <summary>A transaction that nobody ends Trino gives up by itself, after some minutes.</summary>
    async Task RollBackAsync()
    {
        if (!session.IsInTransaction)
            return;
        using var limit = new CancellationTokenSource(rollBackLimit, time);
        try
        {
            await RunAsync("ROLLBACK", limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or LakeException)
        {
            session.ForgetTransaction();
        }
    }

    public ValueTask DisposeAsync()
    {
        requests.Dispose();
        return ValueTask.CompletedTask;
    }
}
