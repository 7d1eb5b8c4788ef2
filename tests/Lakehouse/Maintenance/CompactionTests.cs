using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Tests.Engines;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Lakehouse.Tests.Proofs;

namespace Dart.Lake.Lakehouse.Tests.Maintenance;

public sealed class CompactionTests(DuckDbFixture duck) : IClassFixture<DuckDbFixture>
{
    const int OpenDay = 30;

    [Fact]
    public async Task Files_of_closed_days_become_one_each_with_the_same_rows_of_every_type_for_every_reader()
    {
        await using var lake = await KeptLake.OpenAsync(1);
        for (var i = 0; i < 6; i++)
            await lake.AppendAsync((i % 2, 7), (OpenDay, 3));
        var before = await lake.LoadAsync();
        var rows = await KeptLake.RowsAsync(duck.Session, before, await lake.PlanAsync(new()));
        var (python, nans) = (await PythonAsync(lake), await NansAsync(lake));

        var report = await lake.CompactAsync();

        Assert.Equal((2, 6, 2, 42L, 0), (report.Partitions, report.Files, report.NewFiles, report.Rows, report.LeftFiles));
        var (after, plan) = (await lake.LoadAsync(), await lake.PlanAsync(new()));
        Assert.Equal(8, plan.Files.Count);
        Assert.Equal(rows, await KeptLake.RowsAsync(duck.Session, after, plan));
        Assert.Equal(nans, await NansAsync(lake));
        Assert.Equal(python, await PythonAsync(lake));
        Assert.Equal(plan.Files.Select(f => f.Path).ToHashSet(), await Judge.JavaPlanAsync(after.MetadataLocation));
        Assert.Equal(("replace", "60"), (after.Metadata.CurrentSnapshot!.Operation, after.Metadata.CurrentSnapshot.Summary["total-records"]));
        Assert.Equal(before.Metadata.CurrentSnapshotId, after.Metadata.RowsSnapshotId);
        Assert.Equal(rows, await KeptLake.RowsAsync(
            duck.Session, after, await lake.PlanAsync(new() { SnapshotId = before.Metadata.CurrentSnapshotId })));
    }

    [Fact]
    public async Task A_second_compaction_has_nothing_to_do_and_late_rows_are_joined_by_the_next()
    {
        await using var lake = await KeptLake.OpenAsync(2);
        await lake.AppendAsync((1, 5));
        await lake.AppendAsync((1, 5));
        await lake.CompactAsync();
        var once = await lake.LoadAsync();
        Assert.Null((await lake.CompactAsync()).SnapshotId);
        Assert.Equal(once.MetadataLocation, (await lake.LoadAsync()).MetadataLocation);
        await lake.AppendAsync((1, 1));
        Assert.Equal((2, 1), ((await lake.CompactAsync()).Files, (await lake.PlanAsync(new())).Files.Count));
    }

    [Fact]
    public async Task A_file_has_at_most_the_size_that_the_table_wants_and_large_ones_stay()
    {
        await using var lake = await KeptLake.OpenAsync(3, ("write.target-file-size-bytes", "20000"));
        for (var i = 0; i < 8; i++)
            await lake.AppendAsync((1, 20));
        await lake.AppendAsync((1, 800));
        var large = (await lake.PlanAsync(new())).Files.MaxBy(f => f.FileSizeInBytes)!.Path;
        var report = await lake.CompactAsync();
        Assert.InRange(report.NewFiles, 2, 7);
        Assert.Contains(large, (await lake.PlanAsync(new())).Files.Select(f => f.Path));
        Assert.All((await lake.PlanAsync(new())).Files.Where(f => f.Path != large), f => Assert.InRange(f.FileSizeInBytes, 1, 20_000));
    }

    [Fact]
    public async Task An_append_beside_it_is_kept_and_makes_it_try_again()
    {
        await using var lake = await KeptLake.OpenAsync(4);
        await lake.AppendAsync((1, 5));
        await lake.AppendAsync((1, 5));
        var late = await lake.FileAsync(1, 2);
        await using var other = await OtherAsync(lake);
        lake.Committing.OnCommitPoint = async point =>
        {
            lake.Committing.OnCommitPoint = null;
            if (point == CommitPoint.FilesWritten)
                await other.CommitAsync(KeptLake.Ident, new TableIntent { Add = [late] });
        };
        Assert.Equal(2, (await lake.CompactAsync()).Files);
        var plan = await lake.PlanAsync(new());
        Assert.Equal((2, 12L), (plan.Files.Count, plan.Files.Sum(f => f.RecordCount)));
    }

    [Fact]
    public async Task What_somebody_replaced_meanwhile_is_left_out_and_the_rest_is_committed()
    {
        await using var lake = await KeptLake.OpenAsync(5);
        await lake.AppendAsync((1, 5), (2, 5));
        await lake.AppendAsync((1, 5), (2, 5));
        var restated = await lake.FileAsync(1, 3);
        await using var other = await OtherAsync(lake);
        lake.Committing.OnCommitPoint = async _ =>
        {
            lake.Committing.OnCommitPoint = null;
            await other.CommitAsync(KeptLake.Ident, new TableIntent { Add = [restated], Replace = [new PartitionKey(20_001)] });
        };
        var report = await lake.CompactAsync();
        Assert.Equal((2, 1, 2), (report.Files, report.NewFiles, report.LeftFiles));
        var files = (await lake.PlanAsync(new())).Files;
        Assert.Equal([3L, 10L], files.Select(f => f.RecordCount).Order());
        Assert.Equal(4 + files.Count, lake.TableFiles.Count(f => f.EndsWith(".parquet", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Offsets_are_proven_before_and_after()
    {
        await using var lake = await ProofLake.OpenAsync();
        await lake.CommitAsync([5, 10], rows: [await lake.RowsAsync(0, 0, 1, 2, 3), await lake.RowsAsync(1, 0, 1, 2, 3, 4, 5, 6, 7, 8)],
            dead: [await lake.DeadLettersAsync(0, 4)], gaps: [await lake.HolesAsync(1, (9L, 10L))]);
        await lake.CommitAsync([7, 10], rows: [await lake.RowsAsync(0, 5, 6)]);
        var report = await new Lakehouse.Maintenance.Compaction(lake.Lake, IdSource.Seeded(3))
            .RunAsync(new("bronze", "trades"), new(new(2026, 1, 1)), null, TestContext.Current.CancellationToken);
        Assert.Equal((3, 1), (report.Files, report.NewFiles));
        var proof = await lake.VerifyAsync();
        Assert.True(proof.Good, string.Join("; ", proof.Tables.SelectMany(t => t.Findings).Select(f => f.Says)));
        Assert.Equal(15, proof.Tables.Single(t => t.Table.Name == "trades").Rows);
        await lake.CommitAsync([8, 10], rows: [await lake.RowsAsync(0, 7)]);
        Assert.True((await lake.VerifyAsync()).Good);
    }

    static Task<TempLake> OtherAsync(KeptLake lake) => TempLake.ReopenAsync(lake.Lake.DataDir, 9, lake.Time);

    static async Task<string> PythonAsync(KeptLake lake) => string
        .Join('\n', (await Judge.PyIcebergAsync(lake.Lake.CatalogFile, "read", KeptLake.Ident.ToString(), "--format", "rows"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

    /// <summary>Rows by whether "greater than" finds them, which needs the counts of NaN.</summary>
    static async Task<long> NansAsync(KeptLake lake) =>
        (await lake.PlanAsync(new ScanOptions { Filter = Predicate.Gt("ratio", Literal.Of(2.0)) })).Files.Sum(f => f.NanValueCounts.Values.Sum());
}
