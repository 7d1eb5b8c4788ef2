using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Maintenance;

/// <summary>What a table's properties say of its upkeep is obeyed, and a table that was made again is another.</summary>
public sealed class UpkeepTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("true", "true", true)]
    [InlineData("true", "false", false)]
    [InlineData("false", "true", false)]
    public async Task Metadata_files_go_only_when_both_properties_let_them(string gc, string afterCommit, bool goes)
    {
        await using var lake = await KeptLake.OpenAsync(1, ("gc.enabled", gc), ("write.metadata.delete-after-commit.enabled", afterCommit), ("write.metadata.previous-versions-max", "2"));
        var first = FileLocation.ToPath((await lake.LoadAsync()).MetadataLocation);
        for (var i = 0; i < 4; i++)
            await lake.AppendAsync((1, 1));
        Assert.Equal(2, (await lake.LoadAsync()).Metadata.MetadataLog.Count);
        Assert.True(File.Exists(first));
        lake.Time.Advance(TimeSpan.FromHours(2));
        await lake.SweepAsync();
        Assert.Equal(!goes, File.Exists(first));
    }

    [Fact]
    public async Task A_table_without_garbage_collection_keeps_every_snapshot_and_file_and_refuses_to_expire()
    {
        await using var lake = await KeptLake.OpenAsync(2, ("gc.enabled", "false"));
        for (var i = 0; i < 105; i++)
            await lake.CommitAsync(_ => new TableIntent { AlwaysSnapshot = true });
        Assert.Equal(105, (await lake.LoadAsync()).Metadata.Snapshots.Count);
        Assert.Empty(lake.Lake.WaitingDeletions());
        var refused = await Assert.ThrowsAsync<LakeException>(lake.ExpireAsync);
        Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
        Assert.Contains("gc.enabled", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_to_a_table_that_was_dropped_and_made_again_is_refused()
    {
        await using var lake = await KeptLake.OpenAsync(3);
        var known = await lake.AppendAsync((1, 1));
        var file = await lake.FileAsync(1, 1);
        var refused = await Assert.ThrowsAsync<LakeException>(() => lake.Lake.Catalog.CommitAsync(
            [new(KeptLake.Ident, _ => new TableIntent { Add = [file] }) { Uuid = "00000000-0000-0000-0000-000000000000" }], null, Cancel));
        Assert.Equal(LakeErrorKind.Conflict, refused.Kind);
        Assert.Contains("made again", refused.Message, StringComparison.Ordinal);
        Assert.Equal(known.MetadataLocation, (await lake.LoadAsync()).MetadataLocation);
    }

    [Fact]
    public async Task A_commit_to_a_table_that_somebody_dropped_and_made_again_meanwhile_is_refused()
    {
        await using var lake = await KeptLake.OpenAsync(6);
        await lake.AppendAsync((1, 1));
        var file = await lake.FileAsync(1, 1);
        Table? again = null;
        lake.Committing.OnCommitPoint = async _ =>
        {
            lake.Committing.OnCommitPoint = null;
            await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={lake.Lake.CatalogFile};Pooling=False"))
                await Dapper.SqlMapper.ExecuteAsync(connection, "DELETE FROM iceberg_tables");
            again = await lake.Lake.Catalog.CreateAsync(KeptLake.Ident, TempLake.ByDay, Cancel);
        };
        var refused = await Assert.ThrowsAsync<LakeException>(() => lake.CommitAsync(_ => new TableIntent { Add = [file] }));
        Assert.Equal(LakeErrorKind.Conflict, refused.Kind);
        Assert.Contains("made again", refused.Message, StringComparison.Ordinal);
        Assert.Equal(again!.MetadataLocation, (await lake.LoadAsync()).MetadataLocation);
    }

    [Fact]
    public async Task Files_of_another_table_that_were_registered_in_this_one_outlive_its_snapshots()
    {
        await using var lake = await TempLake.OpenAsync(7);
        var gold = await lake.Catalog.CreateAsync(new("gold", "pnl"), TempLake.ByDay, Cancel);
        var copy = await lake.Catalog.CreateAsync(new("sandbox", "copy"), TempLake.ByDay, Cancel);
        var (theirs, own) = (At(gold, "theirs"), At(copy, "own"));
        await lake.CommitAsync(gold.Ident, new TableIntent { Add = [theirs] });
        // as PyIceberg's add_files leaves it, and an overwrite after it
        await lake.CommitAsync(copy.Ident, new TableIntent { Add = [theirs, own] });
        var last = await lake.CommitAsync(copy.Ident, new TableIntent { Add = [At(copy, "new")], Replace = [theirs.Partition] });
        var old = last.Metadata.Snapshots.Select(s => s.SnapshotId).Where(id => id != last.Metadata.CurrentSnapshotId).ToHashSet();
        await lake.CommitAsync(copy.Ident, new TableIntent { Expire = old });
        Assert.Equal([own.Path], lake.Lake.WaitingDeletions().Where(f => f.EndsWith(".parquet", StringComparison.Ordinal)));

        static Dart.Lake.Lakehouse.Iceberg.Manifests.DataFile At(Table table, string name) =>
            TempLake.File(20_000, name) with { Path = $"{table.Metadata.Location}/data/{name}.parquet" };
    }

    [Fact]
    public async Task Two_names_of_one_table_delete_nothing_of_each_other()
    {
        await using var lake = await TempLake.OpenAsync(8);
        var table = await lake.Catalog.CreateAsync(new("gold", "pnl"), TempLake.ByDay, Cancel);
        for (var i = 0; i < 2; i++)
            table = await lake.CommitAsync(table.Ident, new TableIntent { AlwaysSnapshot = true });
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={lake.Lake.CatalogFile};Pooling=False"))
            await Dapper.SqlMapper.ExecuteAsync(connection, "INSERT INTO iceberg_tables SELECT 'default', table_namespace, table_name, metadata_location, NULL, 'TABLE' FROM iceberg_tables");
        var old = table.Metadata.Snapshots[0].SnapshotId;
        await lake.CommitAsync(table.Ident, new TableIntent { Expire = new HashSet<long> { old } });
        Assert.Empty(lake.Lake.WaitingDeletions());
    }

    [Fact]
    public async Task A_log_of_metadata_that_names_something_else_deletes_nothing_of_it()
    {
        await using var lake = await KeptLake.OpenAsync(9, ("write.metadata.previous-versions-max", "1"));
        var table = await lake.AppendAsync((1, 1));
        string[] named = [lake.Lake.CatalogFile, Path.Combine(lake.Lake.DataDir, "warehouse", "bronze", "other.metadata.json"), $"{FileLocation.ToPath(table.Metadata.Location)}/../../../catalog.db"];
        await File.WriteAllTextAsync(named[1], "x", Cancel);
        var log = named.Select(file => new MetadataLogEntry(table.Metadata.LastUpdatedMs, $"file://{file}"));
        var forged = table.Metadata with { MetadataLog = [.. log] };
        var location = $"{table.Metadata.Location}/metadata/00007-{Guid.Empty}.metadata.json";
        await lake.Lake.Store.WriteNewAsync(location, TableMetadataWriter.Write(forged), Cancel);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={lake.Lake.CatalogFile};Pooling=False"))
            await Dapper.SqlMapper.ExecuteAsync(connection, "UPDATE iceberg_tables SET metadata_location = @location", new { location });
        await lake.AppendAsync((1, 1));
        Assert.Empty(lake.Lake.WaitingDeletions());
        lake.Time.Advance(TimeSpan.FromHours(2));
        await lake.SweepAsync();
        Assert.All(named, file => Assert.True(File.Exists(file), file));
    }

    [Fact]
    public async Task A_rollback_goes_back_along_the_history_only_and_says_that_it_holds_the_stream()
    {
        await using var lake = await KeptLake.OpenAsync(4);
        var first = await lake.AppendAsync((1, 1));
        var second = await lake.CommitAsync(_ => new TableIntent
        {
            AlwaysSnapshot = true,
            SnapshotId = 7,
            Properties = new Dictionary<string, string?> { ["dartlake.position"] = """{"snapshot-id": 7}""" },
        });
        var id = first.Metadata.CurrentSnapshotId!.Value;
        var back = await new Rollback(lake.Lake).RunAsync(KeptLake.Ident, $"snapshot:{id}", false, Cancel);
        Assert.Equal((7L, id, true), (back.From, back.To, back.HoldsStream));
        Assert.Equal(id, (await lake.LoadAsync()).Metadata.CurrentSnapshotId);
        var refused = await Assert.ThrowsAsync<LakeException>(
            () => new Rollback(lake.Lake).RunAsync(KeptLake.Ident, "snapshot:7", false, Cancel));
        Assert.Contains("--any-snapshot", refused.Message, StringComparison.Ordinal);
        var forth = await new Rollback(lake.Lake).RunAsync(KeptLake.Ident, "snapshot:7", true, Cancel);
        Assert.Equal((second.Metadata.CurrentSnapshotId!.Value, false), (forth.To, forth.HoldsStream));
    }

    [Fact]
    public async Task Manifests_of_a_stream_that_were_merged_go_an_hour_after_the_last_snapshot_that_had_them()
    {
        await using var lake = await KeptLake.OpenAsync(5, ("commit.manifest.min-count-to-merge", "10"));
        for (var i = 0; i < 130; i++)
            await lake.CommitAsync(_ => new TableIntent { Add = [TempLake.File(20_000 + i, $"f{i}")] });
        lake.Time.Advance(TimeSpan.FromHours(2));
        await lake.SweepAsync();
        var manifests = lake.TableFiles.Count(f => f.EndsWith(".avro", StringComparison.Ordinal)
            && !Path.GetFileName(f).StartsWith("snap-", StringComparison.Ordinal));
        Assert.InRange(manifests, 1, 125);
        Assert.Equal(130, (await lake.PlanAsync(new())).Files.Count);
    }

    [Theory]
    [InlineData("commit.manifest.min-count-to-merge", "-1")]
    [InlineData("commit.manifest.target-size-bytes", "8 MB")]
    [InlineData("write.metadata.previous-versions-max", "0")]
    [InlineData("write.target-file-size-bytes", "")]
    [InlineData("history.expire.min-snapshots-to-keep", "99999999999999999999")]
    public async Task A_property_that_is_no_number_ends_no_commit_and_is_named_by_health(string property, string value)
    {
        await using var lake = await KeptLake.OpenAsync(7, (property, value));
        for (var i = 0; i < 3; i++)
            await lake.AppendAsync((1, 2));
        Assert.Equal(3, (await lake.CompactAsync()).Files);
        await lake.ExpireAsync();
        var health = await new HealthCheck(lake.Lake, IdSource.Seeded(1)).LookAsync(
            await lake.LoadAsync(), new(DateOnly.MaxValue), new(lake.Time.GetUtcNow()), TestContext.Current.CancellationToken);
        Assert.Equal([property], health.Ignored);
    }
}
