using Dart.Lake.Lakehouse.Analysis;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Statistics;
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
        var united = await SketchesAsync(lake);
        await lake.CommitAsync(_ => new TableIntent { Edit = table => table with { Statistics = [] } });
        Assert.Equal((3, 0), (await AnalyzeAsync(lake)) is { } whole ? (whole.Files, whole.KnownFiles) : default);
        Assert.Equal(await SketchesAsync(lake), united);
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
        Assert.Equal((2, 0, 180), (await AnalyzeAsync(lake)) is { } a ? (a.Files, a.KnownFiles, a.Rows) : default);
    }

    [Fact]
    public async Task Where_rows_have_gone_all_are_read_for_a_sketch_cannot_forget()
    {
        await using var lake = await KeptLake.OpenAsync(4);
        await lake.AppendAsync((0, 300), (1, 400));
        await AnalyzeAsync(lake);
        var first = (await lake.PlanAsync(new())).Files.First(f => f.RecordCount == 300);
        await lake.CommitAsync(_ => new TableIntent { Remove = new HashSet<string> { first.Path } });
        Assert.Equal((1, 0, 400), (await AnalyzeAsync(lake)) is { } a ? (a.Files, a.KnownFiles, a.Rows) : default);
        Assert.Equal(await CountedAsync(lake), Said(await lake.LoadAsync()));
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
        var analyzed = await new TableAnalysis(temp.Lake, duckDb.Session, ids).WriteAsync(table, null, Cancel);
        Assert.Equal(["3", "1"], analyzed!.Statistics.Blobs.Select(b => b.Properties[StatisticsBlob.Ndv]));
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

    TableAnalysis Of(KeptLake lake) => new(lake.Lake, duckDb.Session, ids);

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
        return [.. PuffinFile.Read(bytes).Select(b => (b.Blob.Fields[0], Convert.ToHexString(b.Bytes)))];
    }
}
