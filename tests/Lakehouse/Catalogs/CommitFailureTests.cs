using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

public class CommitFailureTests
{
    /// <summary>An empty lake of the shape that these tests are about.</summary>
    private protected virtual Task<TempLake> OpenAsync(TimeProvider? time = null) => TempLake.OpenAsync(time: time);

    /// <summary>Else a server does.</summary>
    private protected virtual bool ReadsMetadataFiles => true;

    static readonly TableIdent trades = new("bronze", "trades");

    [Fact]
    public async Task A_failure_before_the_catalog_is_told_leaves_the_table_as_it_was_and_none_of_its_files()
    {
        await using var lake = await OpenAsync();
        var before = await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        lake.Committing.OnCommitPoint = point => throw new IOException($"torn at {point}");
        await Assert.ThrowsAsync<IOException>(() => lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] }));
        lake.Committing.OnCommitPoint = null;

        Assert.Equal(before.MetadataLocation, (await lake.LoadAsync(trades)).MetadataLocation);
        Assert.Equal([before.MetadataLocation["file://".Length..]], Directory.GetFiles(Path.Combine(lake.Warehouse, "bronze", "trades", "metadata")));
        Assert.Single((await lake.PlanAsync(await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] }))).Files);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_and_not_repeated()
    {
        await using var lake = await OpenAsync();
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        lake.Committing.OnCommitPoint = point => point == CommitPoint.Committed ? throw new IOException("the answer was lost") : Task.CompletedTask;
        var table = await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] });
        Assert.Equal(table.MetadataLocation, (await lake.LoadAsync(trades)).MetadataLocation);
        Assert.Single(table.Metadata.Snapshots);
        Assert.Single(await Judge.JavaPlanAsync(table.MetadataLocation));
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_in_the_log_when_another_came_after_it()
    {
        await using var lake = await OpenAsync();
        await using var other = await lake.ReopenAsync(2);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        lake.Committing.OnCommitPoint = async point =>
        {
            if (point != CommitPoint.Committed)
                return;
            await other.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "later")] });
            throw new IOException("the answer was lost");
        };
        await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] });
        Assert.Equal(2, (await lake.PlanAsync(await lake.LoadAsync(trades))).Files.Count);
    }

    [Fact]
    public async Task A_commit_that_lost_the_race_plans_again_on_the_new_state()
    {
        await using var lake = await OpenAsync();
        await using var other = await lake.ReopenAsync(2);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        var races = 3;
        lake.Committing.OnCommitPoint = async point =>
        {
            if (point == CommitPoint.FilesWritten && races-- > 0)
                await other.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, $"other{races}")] });
        };
        var seen = new List<int>();
        var table = await lake.CommitAsync(trades, t =>
        {
            seen.Add(t.Metadata.Snapshots.Count);
            return new TableIntent { Add = [TempLake.File(1, "mine")] };
        });
        Assert.Equal([0, 1, 2, 3], seen);
        Assert.Equal(4, (await lake.PlanAsync(table)).Files.Count);
        Assert.Equal(4, (await Judge.JavaPlanAsync(table.MetadataLocation)).Count);
    }

    [Fact]
    public async Task A_plan_that_finds_a_conflict_after_a_lost_race_ends_the_commit()
    {
        await using var lake = await OpenAsync();
        await using var other = await lake.ReopenAsync(2);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        lake.Committing.OnCommitPoint = async _ =>
        {
            lake.Committing.OnCommitPoint = null;
            await other.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "other")] });
        };
        var refused = await Assert.ThrowsAsync<LakeException>(() => lake.CommitAsync(trades, t => t.Metadata.CurrentSnapshot is null
            ? new TableIntent { Add = [TempLake.File(1, "mine")] }
            : throw LakeException.Conflict("the position is another")));
        Assert.Equal(LakeErrorKind.Conflict, refused.Kind);
        Assert.Equal("file:///nowhere/data/other.parquet", Assert.Single((await lake.PlanAsync(await lake.LoadAsync(trades))).Files).Path);
    }

    [Fact]
    public async Task Parallel_committers_of_two_openings_lose_no_file()
    {
        await using var lake = await OpenAsync();
        await using var other = await lake.ReopenAsync(2);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var mine = worker % 2 == 0 ? lake : other;
            for (var i = 0; i < 5; i++)
                await mine.CommitAsync(trades, new TableIntent { Add = [TempLake.File(worker, $"w{worker}-{i}")] });
        })));
        var table = await lake.LoadAsync(trades);
        var ours = (await lake.PlanAsync(table)).Files.Select(f => f.Path).ToHashSet();
        Assert.Equal(40, ours.Count);
        Assert.Equal(ours, await Judge.JavaPlanAsync(table.MetadataLocation));
        Assert.Equal("400", table.Metadata.CurrentSnapshot!.Summary["total-records"]);
    }

    [Fact]
    public async Task A_truncated_metadata_manifest_or_list_is_corrupt_and_named()
    {
        await using var lake = await OpenAsync();
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        var table = await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] });
        foreach (var file in Directory
            .GetFiles(Path.Combine(lake.Warehouse, "bronze", "trades", "metadata"))
            .Where(f => !Path.GetFileName(f).StartsWith("00000", StringComparison.Ordinal))
            .Where(f => ReadsMetadataFiles || !f.EndsWith(".json", StringComparison.Ordinal)))
        {
            var whole = await File.ReadAllBytesAsync(file);
            foreach (var length in (int[])[0, 3, whole.Length / 2, whole.Length - 1])
            {
                await File.WriteAllBytesAsync(file, whole[..length]);
                await using var fresh = await lake.ReopenAsync(3);
                var failure = await Assert.ThrowsAsync<LakeException>(async () => await fresh.PlanAsync(await fresh.LoadAsync(trades)));
                Assert.Equal(LakeErrorKind.Corrupt, failure.Kind);
                Assert.Contains(Path.GetFileName(file), failure.Message, StringComparison.Ordinal);
            }
            await File.WriteAllBytesAsync(file, whole);
        }
        await using var mended = await lake.ReopenAsync(4);
        Assert.Single((await mended.PlanAsync(table)).Files);
    }

    [Fact]
    public async Task A_holder_that_was_replaced_while_it_wrote_its_files_commits_nothing()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000));
        await using var lake = await OpenAsync(time: time);
        await using var other = await lake.ReopenAsync(2, time);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        var lease = await lake.Lake.Ledger.AcquireEpochAsync("hot", "a", CancellationToken.None);
        TableChange Change(string file) => new(trades, _ => new TableIntent { Add = [TempLake.File(1, file)] }) { Fence = lease };
        await lake.Catalog.CommitAsync([Change("held")], null, CancellationToken.None);
        Lease? taken = null;
        lake.Committing.OnCommitPoint = async point =>
        {
            if (point != CommitPoint.FilesWritten)
                return;
            time.Advance(Ledger.LeaseLimit);
            taken = await other.Lake.Ledger.AcquireEpochAsync("hot", "b", CancellationToken.None);
        };

        var refused = await Assert.ThrowsAsync<LakeException>(() => lake.Catalog.CommitAsync([Change("zombie")], null, CancellationToken.None));

        Assert.Equal(LakeErrorKind.Conflict, refused.Kind);
        Assert.Equal(2, taken!.Epoch);
        Assert.Single((await lake.LoadAsync(trades)).Metadata.Snapshots);
        Assert.Equal(taken, await lake.Lake.Ledger.FindLeaseAsync("hot", CancellationToken.None));
    }
}
