using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

public class SqlCatalogTests
{
    /// <summary>An empty lake of the shape that these tests are about.</summary>
    private protected virtual Task<TempLake> OpenAsync(TimeProvider? time = null) => TempLake.OpenAsync(time: time);

    static readonly TableIdent pnl = new("gold", "daily_pnl"), lots = new("gold", "lots_eod");

    [Fact]
    public async Task Java_plans_the_files_of_appends_and_of_a_replaced_day()
    {
        await using var lake = await OpenAsync();
        await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        await lake.CommitAsync(pnl, new TableIntent { Add = [TempLake.File(1, "a"), TempLake.File(2, "b")] });
        await lake.CommitAsync(pnl, new TableIntent { Add = [TempLake.File(2, "c")] });
        var table = await lake.CommitAsync(
            pnl, new TableIntent { Add = [TempLake.File(2, "d", 7)], Replace = [new PartitionKey(2)], Tags = ["eod-2"] });

        var ours = (await lake.PlanAsync(table)).Files.Select(f => f.Path).ToHashSet();
        Assert.Equal(["file:///nowhere/data/a.parquet", "file:///nowhere/data/d.parquet"], ours.Order());
        Assert.Equal(ours, await Judge.JavaPlanAsync(table.MetadataLocation));
        Assert.Equal(("overwrite", "2", "17", "2000"), (table.Metadata.CurrentSnapshot!.Operation, table.Metadata.CurrentSnapshot.Summary["total-data-files"],
            table.Metadata.CurrentSnapshot.Summary["total-records"], table.Metadata.CurrentSnapshot.Summary["total-files-size"]));
    }

    [Fact]
    public async Task PyIceberg_sees_entries_counts_refs_and_history_through_the_catalog()
    {
        await using var lake = await OpenAsync();
        await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        await lake.CommitAsync(
            pnl,
            new TableIntent { Add = [TempLake.File(1, "a"), TempLake.File(2, "b")], Properties = new Dictionary<string, string?> { ["k"] = "v" } });
        var table = await lake.CommitAsync(pnl, new TableIntent
        {
            Add = [TempLake.File(1, "c")],
            Replace = [new PartitionKey(1)],
            Tags = ["eod-1"],
            Summary = new Dictionary<string, string> { ["dartlake.run"] = "r1" },
        });

        var seen = JsonDocument.Parse(await Judge.PyIcebergAsync(lake.CatalogUri, "inspect", "gold.daily_pnl")).RootElement;

        var metadata = seen.GetProperty("metadata");
        Assert.Equal(table.Metadata.TableUuid, metadata.GetProperty("table-uuid").GetString());
        Assert.Equal("v", metadata.GetProperty("properties").GetProperty("k").GetString());
        Assert.Equal(["eod-1", "main"], seen.GetProperty("refs").EnumerateArray().Select(r => r.GetProperty("name").GetString()!).Order());
        Assert.Equal(2, seen.GetProperty("history").GetArrayLength());
        Assert.True(seen.GetProperty("entries").ValueKind == JsonValueKind.Array, seen.GetProperty("entries").GetRawText());
        var entries = seen.GetProperty("entries").EnumerateArray().Select(e =>
            $"{e.GetProperty("status").GetInt32()} {e.GetProperty("sequence_number").GetInt64()} {Path.GetFileName(e.GetProperty("data_file").GetProperty("file_path").GetString())}");
        Assert.Equal(["0 1 b.parquet", "1 2 c.parquet", "2 1 a.parquet"], entries.Order());
        Assert.Equal("r1", table.Metadata.CurrentSnapshot!.Summary["dartlake.run"]);
    }

    [Fact]
    public async Task An_empty_batch_adds_a_snapshot_without_a_file_and_an_intent_of_nothing_adds_none()
    {
        await using var lake = await OpenAsync();
        await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        var first = await lake.CommitAsync(pnl, new TableIntent { AlwaysSnapshot = true, SnapshotId = 77 });
        var second = await lake.CommitAsync(pnl, new TableIntent());
        Assert.Equal(
            (77L, 1, first.MetadataLocation),
            (second.Metadata.CurrentSnapshotId!.Value, second.Metadata.Snapshots.Count, second.MetadataLocation));
        Assert.Empty(await Judge.JavaPlanAsync(first.MetadataLocation));
    }

    [Fact]
    public async Task Several_tables_and_the_note_appear_together_or_not_at_all()
    {
        await using var lake = await OpenAsync();
        await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        await lake.Catalog.CreateAsync(lots, TempLake.ByDay, CancellationToken.None);
        var note = new CommitNote("run-1", "publication", "{}") { Intervals = [new("daily_pnl", new(2026, 11, 24), "run-1", "f1", DateTimeOffset.UnixEpoch)] };
        TableChange Add(TableIdent ident, params string[] tags) =>
            new(ident, _ => new TableIntent { Add = [TempLake.File(1, ident.Name)], Tags = tags });

        await lake.Catalog.CommitAsync([Add(lots, "eod-1"), Add(pnl, "eod-1")], note, CancellationToken.None);
        await Assert.ThrowsAsync<LakeException>(() => lake.Catalog.CommitAsync(
            [Add(pnl), Add(lots, "eod-1")], note with { RunId = "run-2" }, CancellationToken.None));

        Assert.Equal(["run-1"], (await lake.Lake.Ledger.ListPublicationsAsync("publication", null, CancellationToken.None)).Select(p => p.RunId));
        Assert.Equal("f1", Assert.Single(await lake.Lake.Ledger.ListIntervalsAsync("daily_pnl", CancellationToken.None)).Fingerprint);
        var both = await lake.Catalog.LoadAllAsync([pnl, lots, new("gold", "absent")], CancellationToken.None);
        Assert.Equal([1, 1], both.Values.Select(t => t.Metadata.Snapshots.Count));

        var again = note with { RunId = "run-3", Intervals = [note.Intervals[0] with { RunId = "run-3", Fingerprint = "f2" }] };
        await lake.Catalog.CommitAsync([Add(pnl)], again, CancellationToken.None);
        Assert.Equal(again.Intervals, await lake.Lake.Ledger.ListIntervalsAsync(null, CancellationToken.None));
    }

    [Fact]
    public async Task A_tag_never_moves_and_may_be_set_again_to_the_same_snapshot()
    {
        await using var lake = await OpenAsync();
        await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        await lake.CommitAsync(pnl, new TableIntent { Add = [TempLake.File(1, "a")], Tags = ["eod"] });
        await lake.CommitAsync(pnl, new TableIntent { Tags = ["eod"] });
        var refused =
            await Assert.ThrowsAsync<LakeException>(() => lake.CommitAsync(pnl, new TableIntent { Add = [TempLake.File(1, "b")], Tags = ["eod"] }));
        Assert.Equal(LakeErrorKind.Conflict, refused.Kind);
    }

    [Fact]
    public async Task Time_travel_finds_snapshots_by_id_tag_and_time()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var lake = await OpenAsync(time: time);
        await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        var first = await lake.CommitAsync(pnl, new TableIntent { Add = [TempLake.File(1, "a")], Tags = ["t"] });
        var between = time.GetUtcNow();
        time.Advance(TimeSpan.FromMinutes(1));
        var second = await lake.CommitAsync(pnl, new TableIntent { Add = [TempLake.File(1, "b")] });

        foreach (var options in (ScanOptions[])[
            new() { SnapshotId = first.Metadata.CurrentSnapshotId },
            new() { Tag = "t" },
            new() { AsOf = between },
        ])
            Assert.Equal(["file:///nowhere/data/a.parquet"], (await lake.PlanAsync(second, options)).Files.Select(f => f.Path));
        Assert.Equal(2, (await lake.PlanAsync(second, new() { AsOf = time.GetUtcNow() })).Files.Count);
        foreach (var options in (ScanOptions[])[
            new() { SnapshotId = 5 },
            new() { Tag = "none" },
            new() { AsOf = between.AddSeconds(-1) },
            new() { Tag = "t", SnapshotId = 1 },
        ])
            Assert.Equal(LakeErrorKind.Invalid, (await Assert.ThrowsAsync<LakeException>(() => lake.PlanAsync(second, options))).Kind);
    }

    [Fact]
    public async Task A_hundred_snapshots_stay_beside_tagged_ones_and_the_line_to_the_position_and_old_files_go_after_an_hour()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var lake = await OpenAsync(time: time);
        var created = await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        Table table = null!;
        for (var i = 1; i <= 205; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            table = await lake.CommitAsync(pnl, new TableIntent
            {
                Add = [TempLake.File(i % 3, $"f{i}")],
                SnapshotId = i,
                Tags = i == 3 ? ["kept"] : [],
                Properties = i is 5 or 103 ? new Dictionary<string, string?> { ["dartlake.position"] = $$"""{"snapshot-id": {{i}}}""" } : new Dictionary<string, string?>(),
            });
        }

        Assert.Equal([3L, .. Enumerable.Range(103, 103).Select(i => (long)i)], table.Metadata.Snapshots.Select(s => s.SnapshotId));
        Assert.Equal(100, table.Metadata.MetadataLog.Count);
        Assert.Equal(103, table.Metadata.SnapshotLog[0].SnapshotId);
        Assert.Equal(
            (await lake.PlanAsync(table)).Files.Select(f => f.Path).ToHashSet(), await Judge.JavaPlanAsync(table.MetadataLocation));
        Assert.Equal(205, (await lake.PlanAsync(table)).Files.Count);
        Assert.True(File.Exists(created.MetadataLocation["file://".Length..]));
        var lists = () => Directory.GetFiles(Path.Combine(lake.Warehouse, "gold", "daily_pnl", "metadata"), "snap-*.avro").Length;
        Assert.Equal(205, lists());

        time.Advance(TimeSpan.FromHours(1));
        await lake.CommitAsync(pnl, new TableIntent { AlwaysSnapshot = true });
        await lake.Committing.EndDeletionsAsync();
        Assert.False(File.Exists(created.MetadataLocation["file://".Length..]));
        Assert.Equal(105, lists());
    }

    [Fact]
    public async Task Manifests_are_merged_by_the_tables_properties_and_keep_sequence_numbers()
    {
        await using var lake = await OpenAsync();
        await lake.Catalog.CreateAsync(
            pnl, TempLake.ByDay with { Properties = new Dictionary<string, string> { ["commit.manifest.min-count-to-merge"] = "4" } }, CancellationToken.None);
        Table table = null!;
        for (var i = 1; i <= 9; i++)
            table = await lake.CommitAsync(pnl, new TableIntent { Add = [TempLake.File(i, $"f{i}")] });

        var seen = JsonDocument.Parse(await Judge.PyIcebergAsync(lake.CatalogUri, "inspect", "gold.daily_pnl")).RootElement;
        Assert.InRange(seen.GetProperty("manifests").GetArrayLength(), 1, 4);
        Assert.Equal(Enumerable.Range(1, 9).Select(i => $"{i} f{i}.parquet"), seen.GetProperty("entries").EnumerateArray()
            .Select(e => $"{e.GetProperty("sequence_number").GetInt64()} {Path.GetFileName(e.GetProperty("data_file").GetProperty("file_path").GetString())}").Order());
        Assert.Equal(9, (await Judge.JavaPlanAsync(table.MetadataLocation)).Count);
    }

    [Fact]
    public async Task A_schema_evolves_by_id_and_refuses_what_old_files_could_not_be_read_with()
    {
        await using var lake = await OpenAsync();
        await lake.Catalog.CreateAsync(pnl, new TableDefinition(
            new(0, [new(1, "n", IcebergType.Int, Required: true), new(2, "amount", IcebergType.Decimal(10, 2), Required: false)]),
            [],
            new Dictionary<string, string>()), CancellationToken.None);
        var old = await lake.CommitAsync(pnl, new TableIntent { AlwaysSnapshot = true });
        var wanted = new IcebergSchema(0, [
            new(1, "number", IcebergType.Long, Required: false),
            new(2, "amount", IcebergType.Decimal(38, 2), Required: false),
            new(3, "note", IcebergType.String, Required: false),
        ]);
        var table = await lake.CommitAsync(pnl, new TableIntent { Schema = wanted });

        Assert.Equal((3, 1), (table.Metadata.LastColumnId, table.Metadata.CurrentSchemaId));
        Assert.Equal("n", (await lake.PlanAsync(table, new() { SnapshotId = old.Metadata.CurrentSnapshotId })).Schema.Fields[0].Name);
        Assert.Contains("\"note\"", await Judge.JavaAsync("inspect", table.MetadataLocation), StringComparison.Ordinal);
        foreach (var bad in (IcebergSchema[])
        [
            wanted with { Fields = [wanted.Fields[0] with { Type = IcebergType.String }, .. wanted.Fields.Skip(1)] },
            wanted with { Fields = [wanted.Fields[0] with { Required = true }, .. wanted.Fields.Skip(1)] },
            wanted with { Fields = [.. wanted.Fields, new(4, "new", IcebergType.Int, Required: true)] },
            wanted with { Fields = [.. wanted.Fields, new(4, "NOTE", IcebergType.Int, Required: false)] },
        ])
            Assert.Equal(
                LakeErrorKind.Invalid,
                (await Assert.ThrowsAsync<LakeException>(() => lake.CommitAsync(pnl, new TableIntent { Schema = bad }))).Kind);
        var dropped = await lake.CommitAsync(pnl, new TableIntent { Schema = wanted with { Fields = [.. wanted.Fields.Take(2)] } });
        var reused = await Assert.ThrowsAsync<LakeException>(() => lake.CommitAsync(
            pnl, new TableIntent
            {
                Schema = dropped.Metadata.Schema with
                {
                    Fields = [.. dropped.Metadata.Schema.Fields, new(3, "other", IcebergType.Int, Required: false)],
                }
            }));
        Assert.Contains("dropped", reused.Message, StringComparison.Ordinal);
        Assert.Equal(3, dropped.Metadata.LastColumnId);
    }

    [Fact]
    public async Task A_partition_is_replaced_by_value_whatever_type_names_it_and_refused_when_it_is_none_of_the_spec()
    {
        await using var lake = await OpenAsync();
        await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        await lake.CommitAsync(pnl, new TableIntent { Add = [TempLake.File(1, "a"), TempLake.File(2, "b")] });
        var table = await lake.CommitAsync(pnl, new TableIntent { Replace = [new PartitionKey(new DateOnly(1970, 1, 2))] });
        Assert.Equal("file:///nowhere/data/b.parquet", Assert.Single((await lake.PlanAsync(table)).Files).Path);
        foreach (var key in (PartitionKey[])[new(2L), new("2"), new(2, 2), PartitionKey.Unpartitioned])
            Assert.Equal(
                LakeErrorKind.Invalid,
                (await Assert.ThrowsAsync<LakeException>(() => lake.CommitAsync(pnl, new TableIntent { Replace = [key] }))).Kind);
        Assert.Equal(LakeErrorKind.Invalid, (await Assert.ThrowsAsync<LakeException>(() => lake.CommitAsync(
            pnl, new TableIntent { Add = [TempLake.File(1, "a") with { Path = "/a.parquet" }] }))).Kind);
    }

    [Fact]
    public async Task A_second_table_of_the_same_name_is_a_conflict_and_leaves_no_file()
    {
        await using var lake = await OpenAsync();
        await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<LakeException>(() => lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None));
        Assert.Equal(LakeErrorKind.Conflict, refused.Kind);
        Assert.Single(Directory.GetFiles(Path.Combine(lake.Warehouse, "gold", "daily_pnl", "metadata")));
        Assert.Equal([pnl], await lake.Catalog.ListAsync(CancellationToken.None));
        foreach (var name in (string[])["../x", "X", "a b", ""])
            await Assert.ThrowsAsync<LakeException>(() => lake.Catalog.CreateAsync(new("gold", name), TempLake.ByDay, CancellationToken.None));
    }
}
