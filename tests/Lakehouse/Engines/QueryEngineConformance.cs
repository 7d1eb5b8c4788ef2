using Dart.Lake.Lakehouse.Engines;

namespace Dart.Lake.Lakehouse.Tests.Engines;

/// <summary>
/// What every <see cref="IQueryEngine"/> keeps. A subclass per engine opens
/// it over a lake whose <c>silver.numbers</c> holds <see cref="Rows"/>.
/// </summary>
public abstract class QueryEngineConformance
{
    /// <summary>id long, price decimal(18, 6), at timestamptz, name string; the last row is null but for its id.</summary>
    protected static IReadOnlyList<(long Id, long? Price, long? At, string? Name)> Rows { get; } =
        [(1, 1_500_000, 1_789_000_000_123_456, "naïve 𝄞"), (2, -1, -1, ""), (3, null, null, null)];

    protected abstract Task<IQueryEngine> OpenAsync();

    async Task<IReadOnlyList<object?[]>> Query(IQueryEngine engine, string sql)
    {
        await using var result = await engine.QueryAsync(sql, CancellationToken.None);
        return await result.ReadRowsAsync(1000, CancellationToken.None);
    }

    [Fact]
    public async Task Values_come_back_exactly()
    {
        await using var engine = await OpenAsync();
        var rows = await Query(engine, "SELECT id, price, \"at\", name FROM silver.numbers ORDER BY id");
        Assert.Equal([1L, 1.500000m, DateTimeOffset.UnixEpoch.AddTicks(17_890_000_001_234_560), "naïve 𝄞"], rows[0]);
        Assert.Equal([2L, -0.000001m, DateTimeOffset.UnixEpoch.AddTicks(-10), ""], rows[1]);
        Assert.Equal([3L, null, null, null], rows[2]);
    }

    [Fact]
    public async Task Decimals_keep_their_places()
    {
        await using var engine = await OpenAsync();
        await using var result = await engine.QueryAsync("SELECT price FROM silver.numbers WHERE id = 1", CancellationToken.None);
        await foreach (var batch in result.ReadBatchesAsync())
            if (batch.Length > 0)
                Assert.Equal("1.500000", ArrowValue.TextAt(batch.Column(0), 0));
    }

    [Fact]
    public async Task A_filter_on_a_time_loses_no_row()
    {
        await using var engine = await OpenAsync();
        Assert.Equal(1L, (await Query(engine, "SELECT count(*) FROM silver.numbers WHERE \"at\" > TIMESTAMP '2026-01-01 00:00:00 UTC'"))[0][0]);
    }

    [Fact]
    public async Task An_answer_without_rows_has_its_columns()
    {
        await using var engine = await OpenAsync();
        await using var result = await engine.QueryAsync("SELECT id, name FROM silver.numbers WHERE id > 100", CancellationToken.None);
        Assert.Equal(["id", "name"], result.Schema.FieldsList.Select(f => f.Name));
        Assert.Empty(await result.ReadRowsAsync(1, CancellationToken.None));
    }

    [Theory]
    [InlineData("SELECT * FROM silver.nothing")]
    [InlineData("SELEC 1")]
    [InlineData("SELECT nothing FROM silver.numbers")]
    public async Task What_cannot_be_answered_is_invalid_in_one_line(string sql)
    {
        await using var engine = await OpenAsync();
        var e = await Assert.ThrowsAsync<LakeException>(() => Query(engine, sql));
        Assert.Equal(LakeErrorKind.Invalid, e.Kind);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task A_cancelled_query_ends_and_the_engine_answers_again()
    {
        await using var engine = await OpenAsync();
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.QueryAsync("SELECT count(*) FROM silver.numbers", cancel.Token));
        Assert.Equal(3L, (await Query(engine, "SELECT count(*) FROM silver.numbers"))[0][0]);
    }
}
