using System.Diagnostics;
using Dart.Lake.Lakehouse.Engines;
using Xunit;

namespace Dart.Lake.Tests.Support;

/// <summary>What engines keep beside that whose <see cref="EngineCapabilities.WritesTables"/> is true.</summary>
public abstract class WritingEngineConformance : QueryEngineConformance
{
    [Fact]
    public async Task Statements_of_one_session_make_fill_and_drop_a_table()
    {
        await using var engine = await OpenAsync();
        Assert.True(engine.Capabilities.WritesTables);
        try
        {
            await engine.ExecuteAsync("CREATE TABLE silver.made AS SELECT id, name FROM silver.many WHERE id < 10", Cancel);
            await engine.ExecuteAsync("INSERT INTO silver.made SELECT id, name FROM silver.many WHERE id >= 99990", Cancel);
            Assert.Equal([20L, 0L, 99_999L], await RowAsync(engine, "SELECT count(*), min(id), max(id) FROM silver.made"));
            Assert.NotNull(await Lake.Lake.Catalog.TryLoadAsync(new("silver", "made"), Cancel));
        }
        finally
        {
            await engine.ExecuteAsync("DROP TABLE IF EXISTS silver.made", Cancel);
        }
        Assert.Null(await Lake.Lake.Catalog.TryLoadAsync(new("silver", "made"), Cancel));
    }

    [Fact]
    public async Task A_statement_that_would_write_and_is_cancelled_is_gone_at_once_and_has_written_nothing()
    {
        await using var engine = await OpenAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var asked = Task.Run(() => engine.ExecuteAsync($"CREATE TABLE silver.never AS SELECT * FROM ({Endless}) AS t(n) -- never", cancel.Token), Cancel);
        while (!await RunsAsync("never"))
            Assert.False(asked.IsCompleted);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Cancel);
        var began = Stopwatch.GetTimestamp();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await GoneAsync("never", began);
        await AnswersAsync(engine);
        Assert.Null(await Lake.Lake.Catalog.TryLoadAsync(new("silver", "never"), Cancel));
    }

    [Theory]
    [InlineData("INSERT INTO silver.many SELECT id, name, name FROM silver.many", LakeErrorKind.Invalid)]
    [InlineData("INSERT INTO silver.many SELECT 1 / (id - id), 'x' FROM silver.many", LakeErrorKind.Corrupt)]
    public async Task A_statement_that_fails_has_written_nothing_and_its_outcome_is_known(string sql, LakeErrorKind kind)
    {
        await using var engine = await OpenAsync();
        var failure = await Assert.ThrowsAsync<LakeException>(() => engine.ExecuteAsync(sql, Cancel));
        Assert.Equal((kind, false), (failure.Kind, failure.OutcomeIsUnknown));
        Assert.DoesNotContain('\n', failure.Message);
        await AnswersAsync(engine);
    }
}
