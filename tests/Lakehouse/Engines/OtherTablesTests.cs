using System.Text.Json;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Engines.Formats;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Relocation;
using Dart.Lake.Lakehouse.Tests.Catalogs;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Lakehouse.Tests.Engines;

/// <summary>Tables that others made, moved, renamed or tagged in a lake of ours.</summary>
public sealed class OtherTablesTests(SharedLakes lakes) : IAsyncLifetime, IClassFixture<SharedLakes>
{
    static readonly CancellationToken none = CancellationToken.None;
    readonly FakeTimeProvider time = new(new(2026, 9, 21, 12, 0, 0, TimeSpan.Zero));
    readonly DuckDbEngine engine = DuckDbEngine.Open(new() { Threads = 2, MemoryLimitBytes = 1L << 30 });
    TempLake lake = null!;
    int written;

    static TableDefinition Definition => new(
        new IcebergSchema(0, [new(1, "x", IcebergType.Int, Required: false)]), [], new Dictionary<string, string>());

    public async ValueTask InitializeAsync()
    {
        lake = await TempLake.OpenAsync(time: time);
        foreach (var name in new[] { "one", "two" })
            await lake.Catalog.CreateAsync(new("gold", name), Definition, none);
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        await lake.DisposeAsync();
    }

    Task<LakeSession> Open(string? asOf = null) => LakeSession.OpenNamedAsync(engine, lake.Catalog, lake.Lake.Scan, asOf, none);

    async Task<object?> Scalar(LakeSession session, string sql)
    {
        await using var result = await session.QueryReadOnlyAsync(sql, none);
        return (await result.ReadRowsAsync(1, none))[0][0];
    }

    /// <summary>A file of one row, with the field id.</summary>
    async Task AddAsync(string table, params string[] tags)
    {
        var path = Path.Combine(lake.Lake.DataDir, $"{written++}.parquet");
        await using var session = engine.OpenSession();
        await session.ExecuteAsync($"COPY (SELECT 1 AS x) TO '{path}' (FORMAT parquet, field_ids {{x: 1}})", none);
        time.Advance(TimeSpan.FromMinutes(1));
        var file = new DataFile
        {
            Path = $"file://{path}",
            Partition = PartitionKey.Unpartitioned,
            RecordCount = 1,
            FileSizeInBytes = new FileInfo(path).Length,
        };
        await lake.CommitAsync(new("gold", table), new TableIntent { Add = [file], Tags = tags });
    }

    void Sql(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={lake.Lake.CatalogFile};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    [Theory]
    [InlineData("file:///nowhere/00000-gone.metadata.json")]
    [InlineData("s3://elsewhere/t/00000.metadata.json")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task A_table_that_cannot_be_loaded_fails_where_it_is_named_and_the_others_go_on(string location)
    {
        Sql($"UPDATE iceberg_tables SET metadata_location = '{location}' WHERE table_name = 'two'");
        await using var session = await Open();
        Assert.Equal(0L, await Scalar(session, "SELECT count(*) FROM gold.one"));
        Assert.Equal("gold.two", Assert.Single(session.LeftOut).Key.ToString());
        Assert.Equal("one", await Scalar(session, "SELECT string_agg(table_name) FROM information_schema.tables"));
        Assert.Contains("gold.two", (await Assert.ThrowsAsync<LakeException>(() => Scalar(session, "SELECT count(*) FROM gold.two"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_found_in_any_case_when_only_one_matches()
    {
        Sql("INSERT INTO iceberg_tables SELECT catalog_name, 'Foreign', 'Odd', metadata_location, NULL, iceberg_type FROM iceberg_tables WHERE table_name = 'two'");
        Sql("INSERT INTO iceberg_tables SELECT catalog_name, table_namespace, 'One', metadata_location, NULL, iceberg_type FROM iceberg_tables WHERE table_name = 'two'");
        await AddAsync("one");
        await using var session = await Open();
        Assert.Equal(0L, await Scalar(session, "SELECT count(*) FROM \"foreign\".ODD"));
        Assert.Equal(1L, await Scalar(session, "SELECT count(*) FROM gold.one"));
        Assert.Equal(0L, await Scalar(session, "SELECT count(*) FROM gold.One"));
        Assert.Equal(1L, await Scalar(session, "SELECT count(*) FROM gold.one"));
        foreach (var sql in new[] { "SELECT count(*) FROM gold.ONE", "SELECT count(*) FROM gold.one, gold.One" })
            Assert.Equal(LakeErrorKind.Invalid, (await Assert.ThrowsAsync<LakeException>(() => Scalar(session, sql))).Kind);
    }

    [Fact]
    public async Task A_tag_that_only_some_tables_have_is_the_moment_when_it_was_made_for_the_others()
    {
        await AddAsync("two");
        await AddAsync("one", "eod");
        await AddAsync("two");
        await AddAsync("one");
        await using var session = await Open("eod");
        Assert.Equal(1L, await Scalar(session, "SELECT count(*) FROM gold.one"));
        Assert.Empty(session.Says);
        Assert.Equal(1L, await Scalar(session, "SELECT count(*) FROM gold.two"));
        Assert.Equal("gold.two has no tag 'eod'; it is read as it was when that tag was made, 2026-09-21T12:02:00.000Z", Assert.Single(session.Says));
    }

    [Fact]
    public async Task A_tag_made_later_on_an_old_snapshot_counts_from_when_it_was_made()
    {
        await AddAsync("one");
        await AddAsync("two");
        time.Advance(TimeSpan.FromMinutes(1));
        await lake.CommitAsync(new("gold", "one"), new TableIntent { Tags = ["late"] });
        await AddAsync("two");
        for (var i = 0; i < 5; i++)
            await AddAsync("one");
        await using var session = await Open("late");
        Assert.Equal(1L, await Scalar(session, "SELECT count(*) FROM gold.one"));
        Assert.Equal(1L, await Scalar(session, "SELECT count(*) FROM gold.two"));
    }

    [Fact]
    public async Task A_word_that_could_be_a_tag_and_a_time_is_refused_with_the_two_ways_to_say_it()
    {
        await AddAsync("one", "2026-09-21");
        await AddAsync("one");
        var e = await Assert.ThrowsAsync<LakeException>(() => Open("2026-09-21"));
        Assert.Equal(LakeErrorKind.Invalid, e.Kind);
        Assert.Contains("tag:2026-09-21 or time:2026-09-21", e.Message, StringComparison.Ordinal);
        await using (var session = await Open("tag:2026-09-21"))
            Assert.Equal(1L, await Scalar(session, "SELECT count(*) FROM gold.one"));
        await using (var session = await Open("time:2026-09-21T12:02:00Z"))
            Assert.Equal(2L, await Scalar(session, "SELECT count(*) FROM gold.one"));
        await using (var session = await Open("2026-09-21 12:01:30"))
            Assert.Equal(1L, await Scalar(session, "SELECT count(*) FROM gold.one"));
        await using (var session = await Open("main"))
            Assert.Equal(2L, await Scalar(session, "SELECT count(*) FROM gold.one"));
        await using (var session = await Open("time:2026-09-21"))
            await Assert.ThrowsAsync<LakeException>(() => Scalar(session, "SELECT count(*) FROM gold.one"));
        foreach (var word in new[] { "time:eod", "snapshot:eod" })
            Assert.Equal(LakeErrorKind.Invalid, (await Assert.ThrowsAsync<LakeException>(() => Open(word))).Kind);
    }

    [Fact]
    public async Task A_number_that_is_a_tag_and_a_snapshot_is_refused_and_one_that_is_a_tag_is_the_tag()
    {
        await AddAsync("one", "20260921");
        await AddAsync("one");
        await using (var session = await Open("20260921"))
            Assert.Equal(1L, await Scalar(session, "SELECT count(*) FROM gold.one"));
        var id = (await lake.LoadAsync(new("gold", "one"))).Metadata.CurrentSnapshotId.ToString()!;
        await AddAsync("one", id);
        Assert.Contains($"tag:{id} or snapshot:{id}", (await Assert.ThrowsAsync<LakeException>(() => Open(id))).Message, StringComparison.Ordinal);
        await using var before = await Open($"snapshot:{id}");
        Assert.Equal(2L, await Scalar(before, "SELECT count(*) FROM gold.one"));
    }

    /// <summary>
    /// Tables of PyIceberg, with the rows of the plan beside the program that makes them: in the folder where it has made them, and copied
    /// from there to Postgres and S3, whatever they are.
    /// </summary>
    [Fact]
    public async Task Tables_made_elsewhere_give_the_rows_that_they_hold()
    {
        await using var other = await Lake.OpenAsync(await MakeElsewhereAsync(), TimeProvider.System, IdSource.Seeded(1), none);
        await HasTheRowsAsync(engine, other);
    }

    [Fact]
    public async Task Tables_made_elsewhere_give_the_same_rows_in_a_bucket()
    {
        await using var other = await Lake.OpenAsync(await MakeElsewhereAsync(), TimeProvider.System, IdSource.Seeded(1), none);
        await using var bucket = await lakes.OpenInBucketAsync(null);
        Assert.Empty((await LakeCopy.RunAsync(other, bucket.Lake, TimeProvider.System, IdSource.Seeded(2), _ => { }, none)).LeftOut);
        await using var far = DuckDbEngine.Open(new() { Threads = 2, MemoryLimitBytes = 1L << 30, Objects = bucket.Lake.Store });
        await HasTheRowsAsync(far, bucket.Lake);
    }

    /// <summary>The folder of the lake that the program of the cases makes.</summary>
    async Task<string> MakeElsewhereAsync()
    {
        var folder = Path.Combine(lake.Lake.DataDir, "elsewhere");
        await Judge.PythonAsync(Shared.Path("data", "cases", "tables", "make.py"), folder);
        return folder;
    }

    static async Task HasTheRowsAsync(DuckDbEngine engine, Lake other)
    {
        var cases = Shared.Path("data", "cases", "tables");
        var plan = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(cases, "tables.json"), none)).RootElement;
        var steps = plan.GetProperty("steps").EnumerateArray().Where(s => s.TryGetProperty("sql", out _)).ToList();
        Assert.NotEmpty(steps);
        foreach (var step in steps)
        {
            await using var session = await LakeSession.OpenNamedAsync(engine, other.Catalog, other.Scan, null, none);
            await using var result = await session.QueryReadOnlyAsync(step.GetProperty("sql").GetString()!, none);
            var json = new StringWriter();
            await ResultWriter.WriteAsync(result, ResultFormat.Json, json, none);
            var rows = JsonDocument.Parse(json.ToString()).RootElement
                .EnumerateArray()
                .Select(r => Texts(r.EnumerateObject().Select(p => p.Value)));
            Assert.Equal(step.GetProperty("rows").EnumerateArray().Select(r => Texts(r.EnumerateArray())), rows);
        }
    }

    /// <summary>Numbers by their value, whether they are written as numbers or as text.</summary>
    static string Texts(IEnumerable<JsonElement> cells) => string.Join(" | ", cells.Select(c =>
        decimal.TryParse(c.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? $"{number / 1.0000000000000000000000000000m}"
        : c.ValueKind is JsonValueKind.True or JsonValueKind.False ? c.GetRawText()
        : c.ToString().Replace(".000000Z", "Z", StringComparison.Ordinal)));
}
