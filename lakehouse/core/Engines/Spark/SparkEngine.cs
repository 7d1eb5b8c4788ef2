using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.Spark.Protocol;
using Dart.Lake.Lakehouse.Engines.Spark.Statements;
using Dart.Lake.Lakehouse.Engines.Statements;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Grpc.Core;

namespace Dart.Lake.Lakehouse.Engines.Spark;

/// <summary>
/// Spark over Spark Connect. Its catalog shows the lake's tables as <c>namespace.table</c>, each as it is when a query loads it. What a
/// statement sets for the session, or makes in it, the next one finds; when the server has lost the session, one statement fails with that,
/// and the next begins another. Not thread-safe.
/// </summary>
public sealed class SparkEngine : IQueryEngine
{
    static readonly TimeSpan endLimit = TimeSpan.FromSeconds(5);

    readonly SparkSettings settings;
    readonly SparkRequests requests;
    readonly TimeProvider time;
    readonly IdSource ids;
    readonly SparkAsOf? past;
    readonly List<string> remarks = [];
    readonly Lock gate = new();
    SparkSession? session;
    SparkQuery? running;

    /// <param name="settings">Where it is.</param>
    /// <param name="time">Limits are of its time.</param>
    /// <param name="ids">Of sessions and operations.</param>
    /// <exception cref="LakeException">Invalid: a setting.</exception>
    public SparkEngine(SparkSettings settings, TimeProvider time, IdSource ids) : this(settings, time, ids, past: null)
    {
        // tables as they are
    }

    SparkEngine(SparkSettings settings, TimeProvider time, IdSource ids, SparkAsOf? past)
    {
        (this.settings, this.time, this.ids, this.past) = (settings, time, ids, past);
        requests = new(settings, time);
    }

    /// <summary>Spark over the state that a word of <c>--as-of</c> names; null: the current one.</summary>
    /// <param name="settings">Where it is.</param>
    /// <param name="time">Limits are of its time.</param>
    /// <param name="ids">Of sessions and operations.</param>
    /// <param name="catalog">The lake's, which Spark has, too; it is asked for earlier states only.</param>
    /// <param name="scan">Finds when a tag was made.</param>
    /// <param name="asOf">A tag, a snapshot or a time.</param>
    /// <param name="cancel">Ends the opening.</param>
    /// <exception cref="LakeException">Invalid: a setting, or a word that could be several things.</exception>
    public static async Task<SparkEngine> OpenNamedAsync(
        SparkSettings settings, TimeProvider time, IdSource ids, ICatalog catalog, TableScan scan, string? asOf, CancellationToken cancel)
    {
        settings.Check();
        var earlier = asOf is null ? null : new SparkAsOf(await EarlierState.FindAsync(catalog, scan, asOf, cancel), settings.Catalog);
        return new(settings, time, ids, earlier);
    }

    public EngineCapabilities Capabilities { get; } = new("spark", ReportsProgress: true, ReadsOneState: false, WritesTables: true);

    public double? Progress => running?.Progress;

    public IReadOnlyList<string> Remarks
    {
        get
        {
            lock (gate)
                return [.. past?.Remarks ?? [], .. remarks];
        }
    }

    public Task<QueryResult> QueryAsync(string sql, CancellationToken cancel) => TellAsync(async () =>
        await AnswerAsync((await AsOfAsync(SparkStatement.Of(sql), cancel)).Command, cancel));

    /// <summary>
    /// Spark is asked for the columns of the statement in brackets before that is run: there its grammar has nothing that writes.
    /// </summary>
    public Task<QueryResult> QueryReadOnlyAsync(string sql, CancellationToken cancel)
    {
        var statement = SparkStatement.Of(sql);
        statement.RefuseWrites();
        return TellAsync(async () =>
        {
            statement = await AsOfAsync(statement, cancel);
            if (!statement.LooksLikeQuery)
                return await AnswerAsync(statement.Command, cancel);
            var open = await OpenAsync(cancel);
            await requests.AnalyzeAsync(open, open.Schema(statement.Proof), cancel);
            return await AnswerAsync(statement.Query, cancel);
        });
    }

    async Task<SparkStatement> AsOfAsync(SparkStatement statement, CancellationToken cancel) =>
        past is null ? statement : await past.ApplyAsync(statement, ExplainAsync, cancel);

    async Task<string> ExplainAsync(SparkStatement statement, CancellationToken cancel)
    {
        var open = await OpenAsync(cancel);
        return (await requests.AnalyzeAsync(open, open.Explain(statement.Proof), cancel)).Explain?.ExplainString ?? "";
    }

    /// <summary>No secret is told in a failure.</summary>
    async Task<QueryResult> TellAsync(Func<Task<QueryResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (LakeException e) when (settings.IsToldIn(e))
        {
            throw settings.WithoutSecrets(e);
        }
    }

    Exception Told(Exception failure) => settings.IsToldIn(failure) ? settings.WithoutSecrets((LakeException)failure) : failure;

    async Task<QueryResult> AnswerAsync(Plan plan, CancellationToken cancel)
    {
        var open = await OpenAsync(cancel);
        var query = new SparkQuery(p => new(requests, open, p, ids.NewId(), time, Remark));
        running = query;
        await query.BeginAsync(plan, cancel);
        return new(query, Told, async () => await query.EndAsync(), cancel);
    }

    void Remark(string line)
    {
        lock (gate)
            remarks.Add(line);
    }

    /// <summary>The session, begun when there is none that the server knows.</summary>
    async Task<SparkSession> OpenAsync(CancellationToken cancel)
    {
        if (session is { } open && !requests.HasLost(open))
            return open;
        var begun = SparkSession.New(ids.NewId(), settings.User);
        var version = await requests.AnalyzeAsync(begun, begun.Version(), cancel);
        begun = begun with { ServerSide = version.ServerSideSessionId };
        await requests.ConfigAsync(begun, begun.Set(settings.SessionProperties), cancel);
        return session = begun;
    }

    public async ValueTask DisposeAsync()
    {
        if (session is not null)
        {
            using var limit = new CancellationTokenSource(endLimit, time);
            try
            {
                await requests.ReleaseAsync(session.Release(), limit.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or RpcException)
            {
                // the server ends it by itself when nobody asks for an hour
            }
        }
        requests.Dispose();
    }
}
