using Dart.Lake.Lakehouse.Analysis;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Statistics;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Engines;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Lakehouse.Tests.Maintenance;

namespace Dart.Lake.Lakehouse.Tests.Analysis;

/// <summary>Statistics of a table as it grows, is compacted, replaced and expires.</summary>
public sealed class TableAnalysisTests(DuckDbFixture duckDb) : IClassFixture<DuckDbFixture>
{
    readonly IdSource ids = IdSource.Seeded(66);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Columns_of_all_types_have_as_many_values_as_a_query_counts()
    {
        await using var lake = await KeptLake.OpenAsync(1);
        await lake.AppendAsync((0, 700), (1, 900));
        var analyzed = await AnalyzeAsync(lake);
        Assert.Equal((2, 0, 1600, 14), (analyzed!.Files, analyzed.KnownFiles, analyzed.Rows, analyzed.Columns));
        Assert.Equal(await CountedAsync(lake), Said(await lake.LoadAsync()));
    }

    [Fact]
    public async Task Of_a_table_that_has_grown_only_what_came_is_read_and_the_sketches_are_those_of_the_whole()
    {
        await using var lake = await KeptLake.OpenAsync(2);
        await lake.AppendAsync((0, 3000));
        await AnalyzeAsync(lake);
        await lake.AppendAsync((0, 2000), (1, 2500));
        var analyzed = await AnalyzeAsync(lake);
        Assert.Equal((2, 1, 4500), (analyzed!.Files, analyzed.KnownFiles, analyzed.Rows));
        Assert.Equal((3, 0), await IsOfTheWholeAsync(lake));
    }

    [Fact]
    public async Task Rows_that_have_statistics_are_not_read_again_nor_after_a_compaction()
    {
        await using var lake = await KeptLake.OpenAsync(3);
        await lake.AppendAsync((0, 50));
        await lake.AppendAsync((0, 60));
        Assert.NotNull(await AnalyzeAsync(lake));
        Assert.Null(await AnalyzeAsync(lake));
        Assert.Equal(1, (await lake.CompactAsync()).NewFiles);
        Assert.Null(await AnalyzeAsync(lake));
        await lake.AppendAsync((0, 70));
        Assert.Equal((1, 1, 70), (await AnalyzeAsync(lake)) is { } a ? (a.Files, a.KnownFiles, a.Rows) : default);
        await IsOfTheWholeAsync(lake);
    }

    [Fact]
    public async Task Where_rows_have_gone_all_are_read_for_a_sketch_cannot_forget()
    {
        await using var lake = await KeptLake.OpenAsync(4);
        await lake.AppendAsync((0, 300), (1, 400));
        await AnalyzeAsync(lake);
        await RemoveAsync(lake, rows: 300);
        Assert.Equal((1, 0, 400), (await AnalyzeAsync(lake)) is { } a ? (a.Files, a.KnownFiles, a.Rows) : default);
        Assert.Equal(await CountedAsync(lake), Said(await lake.LoadAsync()));
    }

    [Fact]
    public async Task Statistics_whose_file_is_gone_are_made_anew()
    {
        await using var lake = await KeptLake.OpenAsync(5);
        await lake.AppendAsync((0, 30));
        File.Delete(FileLocation.ToPath((await AnalyzeAsync(lake))!.Statistics.Path));
        Assert.Equal((1, 0), (await AnalyzeAsync(lake)) is { } a ? (a.Files, a.KnownFiles) : default);
        Assert.Equal(await CountedAsync(lake), Said(await lake.LoadAsync()));
        Assert.Null(await AnalyzeAsync(lake));
    }

    [Fact]
    public async Task Statistics_that_cannot_be_read_are_made_anew()
    {
        await using var lake = await KeptLake.OpenAsync(5);
        await lake.AppendAsync((0, 30));
        var analyzed = await AnalyzeAsync(lake);
        var path = FileLocation.ToPath(analyzed!.Statistics.Path);
        await File.WriteAllBytesAsync(path, [.. (await File.ReadAllBytesAsync(path, Cancel)).Reverse()], Cancel);
        await lake.AppendAsync((0, 40));
        Assert.Equal((2, 0), (await AnalyzeAsync(lake)) is { } a ? (a.Files, a.KnownFiles) : default);
        Assert.Equal(await CountedAsync(lake), Said(await lake.LoadAsync()));
    }

    [Fact]
    public async Task An_empty_table_has_none_and_of_a_snapshot_that_went_the_commit_is_refused_and_its_file_deleted()
    {
        await using var lake = await KeptLake.OpenAsync(6);
        Assert.Null(await AnalyzeAsync(lake));
        await lake.AppendAsync((0, 10));
        var analysis = Of(lake);
        var late = await analysis.WriteAsync(await lake.LoadAsync(), null, Cancel);
        await lake.AppendAsync((0, 10));
        lake.Time.Advance(TimeSpan.FromDays(3));
        await lake.CommitAsync(table => new TableIntent { Expire = table.Metadata.Snapshots.Select(s => s.SnapshotId).ToHashSet() });
        var refused = await Assert.ThrowsAsync<LakeException>(() => analysis.CommitAsync([late!], Cancel));
        Assert.Equal(LakeErrorKind.Conflict, refused.Kind);
        Assert.Contains("keeps the newest 100; analyze it again while nothing is streamed to it", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(FileLocation.ToPath(late!.Statistics.Path)));
    }

    [Fact]
    public async Task Files_of_the_newest_ten_stay_and_others_go_an_hour_later_while_those_of_other_engines_stay()
    {
        await using var lake = await KeptLake.OpenAsync(7);
        var files = new List<string>();
        for (var i = 0; i < MetadataEdit.MostStatistics + 3; i++)
        {
            await lake.AppendAsync((0, 10));
            files.Add(FileLocation.ToPath((await AnalyzeAsync(lake))!.Statistics.Path));
            if (i == 0)
                await lake.CommitAsync(_ => new TableIntent { Edit = OfAnotherEngine });
        }
        Assert.Equal(MetadataEdit.MostStatistics + 1, (await lake.LoadAsync()).Metadata.Statistics.Count);
        Assert.All(files, file => Assert.True(File.Exists(file)));
        Assert.Empty(await lake.DeleteOrphansAsync());
        lake.Time.Advance(TimeSpan.FromHours(2));
        await lake.SweepAsync();
        // the first one is that of the other engine now: it names it
        Assert.Equal([true, false, false, .. Enumerable.Repeat(true, MetadataEdit.MostStatistics)], files.Select(File.Exists));
    }

    [Fact]
    public async Task An_expired_snapshot_takes_its_statistics_along_and_the_search_for_orphans_takes_none_that_is_named()
    {
        await using var lake = await KeptLake.OpenAsync(8);
        await lake.AppendAsync((0, 10));
        var old = FileLocation.ToPath((await AnalyzeAsync(lake))!.Statistics.Path);
        lake.Time.Advance(TimeSpan.FromDays(5));
        await lake.AppendAsync((0, 10));
        var kept = FileLocation.ToPath((await AnalyzeAsync(lake))!.Statistics.Path);
        lake.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, (await lake.ExpireAsync()).Expired);
        Assert.Single((await lake.LoadAsync()).Metadata.Statistics);
        lake.Time.Advance(TimeSpan.FromHours(2));
        await lake.SweepAsync();
        Assert.False(File.Exists(old));
        lake.DateFiles();
        lake.Time.Advance(TimeSpan.FromDays(5));
        Assert.Empty(await lake.DeleteOrphansAsync());
        Assert.True(File.Exists(kept));
    }

    [Fact]
    public async Task A_column_that_has_one_value_in_each_file_is_counted_by_its_bounds_and_no_file_is_opened()
    {
        await using var temp = await TempLake.OpenAsync();
        var ident = new TableIdent("gold", "by_day");
        await temp.Catalog.CreateAsync(ident, TempLake.ByDay, Cancel);
        var days = Enumerable.Range(1, 3).Select(day => TempLake.File(day, $"of-{day}")).ToList();
        var empty = days[2] with
        {
            NullValueCounts = new Dictionary<int, long> { [2] = days[2].RecordCount },
            LowerBounds = new Dictionary<int, byte[]> { [1] = days[2].LowerBounds[1] },
            UpperBounds = new Dictionary<int, byte[]> { [1] = days[2].UpperBounds[1] },
        };
        // there is none of these files
        var table = await temp.CommitAsync(ident, new TableIntent { Add = [OfFive(days[0]), OfFive(days[1]), empty] });
        var analyzed = await new TableAnalysis(temp.Lake, duckDb.Engine, ids).WriteAsync(table, null, Cancel);
        Assert.Equal((0, 0, 0), (analyzed!.Files, analyzed.KnownFiles, analyzed.Rows));
        Assert.Equal(["3", "1"], analyzed.Statistics.Blobs.Select(b => b.Properties[StatisticsBlob.Ndv]));
    }

    [Fact]
    public async Task Files_that_were_joined_of_seen_rows_are_known_and_those_that_hold_others_are_read()
    {
        await using var lake = await KeptLake.OpenAsync(9);
        await lake.AppendAsync((0, 50));
        await lake.AppendAsync((0, 60));
        await AnalyzeAsync(lake);
        Assert.Equal(1, (await lake.CompactAsync()).NewFiles);
        await lake.AppendAsync((1, 40));
        await lake.AppendAsync((1, 45));
        Assert.Equal(1, (await lake.CompactAsync()).NewFiles);
        Assert.Equal((1, 1, 85), (await AnalyzeAsync(lake)) is { } a ? (a.Files, a.KnownFiles, a.Rows) : default);
        await IsOfTheWholeAsync(lake);
        await lake.AppendAsync((1, 30), (2, 20));
        Assert.Equal(1, (await lake.CompactAsync()).NewFiles);
        Assert.Equal((2, 1, 135), (await AnalyzeAsync(lake)) is { } b ? (b.Files, b.KnownFiles, b.Rows) : default);
        await IsOfTheWholeAsync(lake);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Where_rows_have_gone_before_or_after_files_were_joined_all_are_read(bool goesFirst, bool isMixed)
    {
        await using var lake = await KeptLake.OpenAsync(10);
        await lake.AppendAsync((0, 50), (1, 40));
        await lake.AppendAsync((0, 60));
        await lake.AppendAsync((0, 65));
        await AnalyzeAsync(lake);
        if (isMixed)
            await lake.AppendAsync((0, 70));
        if (goesFirst)
            await RemoveAsync(lake, rows: 50);
        await lake.CompactAsync();
        if (!goesFirst)
            await RemoveAsync(lake, rows: isMixed ? 245 : 175);
        var left = (goesFirst ? 125 : 0) + (goesFirst && isMixed ? 70 : 0);
        Assert.Equal(
            (goesFirst ? 2 : 1, 0, 40 + left), (await AnalyzeAsync(lake)) is { } a ? (a.Files, a.KnownFiles, a.Rows) : default);
        Assert.Equal(await CountedAsync(lake), Said(await lake.LoadAsync()));
    }

    [Fact]
    public async Task Of_a_new_column_all_files_are_read_and_of_the_others_what_came()
    {
        await using var lake = await KeptLake.OpenAsync(11);
        await lake.AppendAsync((0, 50));
        await AnalyzeAsync(lake);
        await ChangeAsync(lake, blobs => blobs.Select(WithOneMore));
        await lake.CommitAsync(table => new TableIntent { Schema = WithColumn(table.Metadata) });
        await lake.AppendAsync((0, 60));
        var analyzed = await AnalyzeAsync(lake);
        Assert.Equal((2, 1, 15), (analyzed!.Files, analyzed.KnownFiles, analyzed.Columns));
        Assert.Equal(WithOneMore(await CountedAsync(lake)), Said(await lake.LoadAsync()));
    }

    [Fact]
    public async Task Statistics_of_some_columns_are_gone_on_from_and_the_other_columns_are_read()
    {
        await using var lake = await KeptLake.OpenAsync(12);
        await lake.AppendAsync((0, 50), (1, 60));
        await AnalyzeAsync(lake);
        await ChangeAsync(lake, blobs => blobs.Take(3).Select(WithOneMore));
        Assert.Equal((2, 2, 14), (await AnalyzeAsync(lake)) is { } a ? (a.Files, a.KnownFiles, a.Columns) : default);
        // the value that no row has tells that the sketch was not made anew
        Assert.Equal(WithOneMore(await CountedAsync(lake)), Said(await lake.LoadAsync()));
        Assert.Null(await AnalyzeAsync(lake));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sketch_of_another_state_than_its_file_is_none(bool grows)
    {
        await using var lake = await KeptLake.OpenAsync(13);
        await lake.AppendAsync((0, 50));
        await AnalyzeAsync(lake);
        await ChangeAsync(lake, blobs => blobs.Select(WithOneMore)
            .Select(known => (known.Blob with { SnapshotId = known.Blob.SnapshotId - 1 }, known.Bytes)));
        if (grows)
            await lake.AppendAsync((0, 60));
        Assert.Equal(0, (await AnalyzeAsync(lake))!.KnownFiles);
        Assert.Equal(await CountedAsync(lake), Said(await lake.LoadAsync()));
    }

    [Fact]
    public async Task Files_of_a_bucket_are_held_no_longer_than_a_group_of_them_is_read()
    {
        await using var lake = await KeptLake.OpenAsync(14);
        var files = new List<DataFile>();
        for (var i = 0; i < 5; i++)
            files.Add(InABucket(await lake.FileAsync(0, 20 + i)));
        await lake.CommitAsync(_ => new TableIntent { Add = files });
        var store = new HeldStore();
        await using var engine = DuckDbEngine.Open(new() { Threads = 2, MemoryLimitBytes = 1L << 30, Objects = store });
        var analyzed = await new TableAnalysis(lake.Lake, engine, ids).WriteAsync(await lake.LoadAsync(), null, Cancel);
        Assert.Equal((5, 110), (analyzed!.Files, analyzed.Rows));
        Assert.Equal("110", analyzed.Statistics.Blobs.Single(b => b.Fields[0] == 2).Properties[StatisticsBlob.Ndv]);
        Assert.Equal((2, 0), (store.MostHeld, store.Held));
    }

    static DataFile InABucket(DataFile file) => file with { Path = HeldStore.Away(file.Path), FileSizeInBytes = 500 << 20 };

    [Fact]
    public async Task A_commit_that_is_stopped_between_two_tries_leaves_no_file()
    {
        await using var temp = await TempLake.OpenAsync();
        await using var other = await temp.ReopenAsync(2);
        var ident = new TableIdent("gold", "by_day");
        await temp.Catalog.CreateAsync(ident, TempLake.ByDay, Cancel);
        var table = await temp.CommitAsync(ident, new TableIntent { Add = [OfFive(TempLake.File(1, "a"))] });
        var analysis = new TableAnalysis(temp.Lake, duckDb.Engine, ids);
        var analyzed = await analysis.WriteAsync(table, null, Cancel);
        using var stop = new CancellationTokenSource();
        temp.Committing.OnCommitPoint = async _ =>
        {
            temp.Committing.OnCommitPoint = null;
            await other.CommitAsync(ident, new TableIntent { Add = [TempLake.File(1, "b")] });
            await stop.CancelAsync();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => analysis.CommitAsync([analyzed!], stop.Token));
        Assert.False(File.Exists(FileLocation.ToPath(analyzed!.Statistics.Path)));
        Assert.Empty((await temp.LoadAsync(ident)).Metadata.Statistics);
    }

    static DataFile OfFive(DataFile file) => file with
    {
        LowerBounds = new Dictionary<int, byte[]> { [1] = file.LowerBounds[1], [2] = [5] },
        UpperBounds = new Dictionary<int, byte[]> { [1] = file.UpperBounds[1], [2] = [5] },
    };

    /// <summary>Names the same file as if another engine had written it: by a path that is not of ours.</summary>
    static TableMetadata OfAnotherEngine(TableMetadata table)
    {
        var file = StatisticsFile.Read(table.Statistics[^1]);
        var theirs = file.Path.Replace(StatisticsFile.Prefix, "theirs-", StringComparison.Ordinal);
        File.Copy(FileLocation.ToPath(file.Path), FileLocation.ToPath(theirs));
        return table with { Statistics = [(file with { Path = theirs }).ToJson(), .. table.Statistics.SkipLast(1)] };
    }

    static async Task RemoveAsync(KeptLake lake, int rows)
    {
        var file = (await lake.PlanAsync(new())).Files.First(f => f.RecordCount == rows);
        await lake.CommitAsync(_ => new TableIntent { Remove = new HashSet<string> { file.Path } });
    }

    /// <summary>Writes the newest statistics again, changed.</summary>
    static async Task ChangeAsync(
        KeptLake lake, Func<IEnumerable<(StatisticsBlob Blob, byte[] Bytes)>, IEnumerable<(StatisticsBlob, byte[])>> change)
    {
        var file = StatisticsFile.Read((await lake.LoadAsync()).Metadata.Statistics[^1]);
        var known = PuffinFile.Read(await lake.Store.ReadAsync(file.Path, file.FileSizeInBytes, Cancel), _ => true);
        List<(StatisticsBlob Blob, byte[])> blobs = [.. change(known)];
        var (bytes, footer) = PuffinFile.Write(blobs);
        var changed = new StatisticsFile(file.SnapshotId, $"{file.Path}.changed", bytes.Length, footer, [.. blobs.Select(b => b.Blob)]);
        await lake.Store.WriteNewAsync(changed.Path, bytes, Cancel);
        await lake.CommitAsync(_ => new TableIntent
        {
            Edit = table => table with { Statistics = [.. table.Statistics.SkipLast(1), changed.ToJson()] },
        });
    }

    /// <summary>The sketch of the column <c>sequence</c> with a value that no row has; any other as it is.</summary>
    static (StatisticsBlob Blob, byte[] Bytes) WithOneMore((StatisticsBlob Blob, byte[] Bytes) known)
    {
        if (known.Blob.Fields[0] != 2)
            return known;
        var sketch = ThetaSketchBytes.Read(known.Bytes);
        return (known.Blob, ThetaSketchBytes.Write(sketch with { Hashes = [1, .. sketch.Hashes] }));
    }

    /// <summary>The counts of a query, and what the value that no row has makes of them.</summary>
    static IEnumerable<(string, long)> WithOneMore(IEnumerable<(string Name, long Count)> counts) =>
        counts.Select(c => c.Name == "sequence" ? (c.Name, c.Count + 1) : c);

    static IcebergSchema WithColumn(TableMetadata table) => table.Schema with
    {
        Fields = [.. table.Schema.Fields, new(table.LastColumnId + 1, "new_one", IcebergType.Long, Required: false)],
    };

    /// <summary>The newest sketches are those that are made of all rows; how many files were read for these, and were known.</summary>
    async Task<(int, int)> IsOfTheWholeAsync(KeptLake lake)
    {
        var united = await SketchesAsync(lake);
        await lake.CommitAsync(_ => new TableIntent { Edit = table => table with { Statistics = [] } });
        var whole = await AnalyzeAsync(lake);
        Assert.Equal(await SketchesAsync(lake), united);
        return (whole!.Files, whole.KnownFiles);
    }

    TableAnalysis Of(KeptLake lake) => new(lake.Lake, duckDb.Engine, ids);

    async Task<AnalyzedTable?> AnalyzeAsync(KeptLake lake)
    {
        var analysis = Of(lake);
        var analyzed = await analysis.WriteAsync(await lake.LoadAsync(), null, Cancel);
        await analysis.CommitAsync(analyzed is null ? [] : [analyzed], Cancel);
        return analyzed;
    }

    async Task<IReadOnlyList<(string, long)>> CountedAsync(KeptLake lake)
    {
        var table = await lake.LoadAsync();
        var plan = await lake.PlanAsync(new());
        var sql = await TableReader.SqlForAsync(duckDb.Session, table, plan.Schema, plan.Files, Cancel);
        var counts = string.Join(", ", plan.Schema.Fields.Select(f => $"count(DISTINCT {SqlText.Name(f.Name)})"));
        var row = (await duckDb.Session.RowsAsync($"SELECT {counts} FROM ({sql})", Cancel))[0];
        return [.. plan.Schema.Fields.Select((f, i) => (f.Name, (long)row[i]!))];
    }

    /// <summary>What the metadata says of each column.</summary>
    static IReadOnlyList<(string, long)> Said(Table table)
    {
        var (metadata, fields) = (table.Metadata, table.Metadata.Schema.Fields);
        var file = metadata.Statistics.Select(StatisticsFile.Read).Single(s => s.SnapshotId == metadata.CurrentSnapshotId);
        return [.. file.Blobs.Select(b => (fields.Single(f => f.Id == b.Fields[0]).Name, long.Parse(b.Properties[StatisticsBlob.Ndv])))];
    }

    /// <summary>The newest statistics' sketches as bytes, by field.</summary>
    static async Task<IReadOnlyList<(int, string)>> SketchesAsync(KeptLake lake)
    {
        var file = StatisticsFile.Read((await lake.LoadAsync()).Metadata.Statistics[^1]);
        var bytes = await lake.Store.ReadAsync(file.Path, file.FileSizeInBytes, Cancel);
        Assert.Equal(file.FileSizeInBytes, bytes.Length);
        return [.. PuffinFile.Read(bytes, _ => true).Select(b => (b.Blob.Fields[0], Convert.ToHexString(b.Bytes)))];
    }
}
