using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.Spark;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>A real Spark over an embedded lake's catalog keeps what every engine keeps, and what is Spark's own.</summary>
[Collection(SparkPlaceTests.Name)]
public sealed class SparkConformanceTests(SparkPlace place) : WritingEngineConformance
{
    protected override ConformanceLake Lake => place.Lake;

    protected override string Nested => """
        SELECT array(id, NULL, 3), array(array('x'), array(substr(name, 1, 5))), named_struct('a', id, 'b', substr(name, 1, 5)),
            map_from_arrays(array('k', 'l'), array(id, NULL)), array(named_struct('c', CAST(NULL AS DOUBLE)))
        FROM silver.kinds WHERE id = 1
        """;

    /// <summary>Spark holds the rows of a part of its work until the part is done, so there are many small ones.</summary>
    protected override string Huge => "SELECT /*+ BROADCAST(b) */ a.id FROM range(0, 100000, 1, 20000) a, silver.many b";

    protected override async Task<IQueryEngine> OpenAsync(string? asOf = null) => await SparkEngine.OpenNamedAsync(
        await place.SettingsAsync(), TimeProvider.System, IdSource.System, Lake.Lake.Catalog, Lake.Lake.Scan, asOf, CancellationToken.None);

    protected override Task<bool> RunsAsync(string text) => place.RunsAsync(text);

    [Fact]
    public async Task What_a_statement_makes_for_the_session_the_next_one_finds()
    {
        await using var engine = await OpenAsync();
        await engine.ExecuteAsync("CREATE TEMPORARY VIEW mine AS SELECT id FROM silver.many WHERE id < 3", Cancel);
        Assert.Equal(3L, (await RowAsync(engine, "SELECT count(*) FROM mine"))[0]);
        await using var other = await OpenAsync();
        Assert.Equal(LakeErrorKind.Invalid, (await Assert.ThrowsAsync<LakeException>(() => RowAsync(other, "SELECT count(*) FROM mine"))).Kind);
    }

    [Fact]
    public async Task A_session_that_has_ended_in_Spark_is_told_and_the_next_statement_begins_another()
    {
        var settings = await place.SettingsAsync();
        await using IQueryEngine engine = new SparkEngine(settings, TimeProvider.System, IdSource.Seeded(14));
        await engine.ExecuteAsync("CREATE TEMPORARY VIEW mine AS SELECT 1 AS n", Cancel);
        using var requests = new SparkRequests(settings, TimeProvider.System);
        await requests.ReleaseAsync(SparkSession.New(IdSource.Seeded(14).NewId(), settings.User).Release(), Cancel);
        var failure = await Assert.ThrowsAsync<LakeException>(() => RowAsync(engine, "SELECT n FROM mine"));
        Assert.Equal(LakeErrorKind.Unavailable, failure.Kind);
        Assert.Contains("the next statement begins a new one", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        await AnswersAsync(engine);
        Assert.Equal(LakeErrorKind.Invalid, (await Assert.ThrowsAsync<LakeException>(() => RowAsync(engine, "SELECT n FROM mine"))).Kind);
    }

    [Fact]
    public async Task An_answer_whose_connections_are_cut_comes_whole()
    {
        var settings = await place.SettingsAsync();
        await using var proxy = new CutProxy(settings.Url.Port);
        await using IQueryEngine engine = new SparkEngine(settings with { Url = proxy.Url }, TimeProvider.System, IdSource.System);
        await using var result = await engine.QueryReadOnlyAsync("SELECT id, repeat(id, 200) FROM range(0, 400000, 1, 8)", Cancel);
        var (sum, cuts) = (0L, 0);
        await foreach (var batch in result.ReadBatchesAsync(Cancel))
        {
            var ids = (Apache.Arrow.Int64Array)batch.Column(0);
            for (var i = 0; i < ids.Length; i++)
                sum += ids.GetValue(i)!.Value;
            if (cuts < 3 && sum > 0)
            {
                proxy.Cut();
                cuts++;
            }
        }
        Assert.Equal(3, cuts);
        Assert.Equal(400_000L * 399_999 / 2, sum);
        Assert.NotEmpty(engine.Remarks);
    }

    [Fact]
    public async Task A_Spark_that_is_busy_is_waited_for_and_can_be_given_up()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        // as many as it has cores
        var others = Enumerable.Range(0, 2).Select(i => Task.Run(async () =>
        {
            await using var engine = await OpenAsync();
            await engine.ExecuteAsync($"{Endless} -- other {i}", end.Token);
        }, Cancel)).ToList();
        await using var engine = await OpenAsync();
        var tries = 0;
        while (await IsDoneAsync(engine, "SELECT max(name) FROM silver.many -- waits"))
            Assert.True(++tries < 20, "the others have never had all cores");
        Assert.False(await RunsAsync("waits"));
        var waits = AnswersAsync(engine);
        await end.CancelAsync();
        foreach (var other in others)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
        await waits;
    }

    /// <summary>Whether a statement is done within some seconds; else it is given up.</summary>
    static async Task<bool> IsDoneAsync(IQueryEngine engine, string sql)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        enough.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            await engine.ExecuteAsync(sql, enough.Token);
            return true;
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
