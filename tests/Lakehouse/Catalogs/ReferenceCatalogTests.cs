using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Schemas;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

/// <summary>A lake whose tables the Iceberg project's own server names: who has written the specification judges what we send.</summary>
public sealed class ReferenceCatalogTests
{
    static readonly TableIdent pnl = new("gold", "daily_pnl"), lots = new("gold", "lots_eod");

    [Fact]
    public async Task Tables_of_the_reference_server_are_made_committed_to_together_tagged_evolved_expired_and_read_by_java()
    {
        await using var server = await ReferenceCatalog.StartAsync(TestContext.Current.CancellationToken);
        await using var lake = await TempLake.OpenAsync(Place(server), 1, null);
        await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        await lake.Catalog.CreateAsync(lots, TempLake.ByDay, CancellationToken.None);
        await Assert.ThrowsAsync<LakeException>(() => lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None));
        await lake.CommitAsync(pnl, new TableIntent { Add = [TempLake.File(1, "a"), TempLake.File(2, "b")] });
        var both = await lake.Catalog.CommitAsync(
            [
                new(pnl, _ => new TableIntent { Add = [TempLake.File(2, "c", 7)], Replace = [new PartitionKey(2)], Tags = ["eod-2"] }),
                new(lots, _ => new TableIntent { Add = [TempLake.File(2, "l")], Properties = new Dictionary<string, string?> { ["k"] = "v" } }),
            ],
            new CommitNote("run-1", "publication", "{}"),
            CancellationToken.None);
        Assert.Equal(both[0].Metadata.CurrentSnapshotId, both[0].Metadata.Refs["eod-2"].SnapshotId);
        Assert.Equal("v", both[1].Metadata.Properties["k"]);
        Assert.Contains("run-1", both[0].Metadata.CurrentSnapshot!.Summary[LakeNames.Note], StringComparison.Ordinal);

        var wider = new IcebergSchema(1, [.. TempLake.ByDay.Schema.Fields, new(3, "note", IcebergType.String, Required: false)]);
        var grown = await lake.CommitAsync(pnl, new TableIntent { Schema = wider, Add = [TempLake.File(3, "d")] });
        Assert.Equal(["trade_date", "amount", "note"], grown.Metadata.Schema.Fields.Select(f => f.Name));
        Assert.Equal(grown.Metadata.CurrentSchemaId, grown.Metadata.CurrentSnapshot!.SchemaId);

        var first = grown.Metadata.Snapshots[0].SnapshotId;
        var less = await lake.CommitAsync(pnl, new TableIntent { Expire = new HashSet<long> { first } });
        Assert.DoesNotContain(less.Metadata.Snapshots, s => s.SnapshotId == first);
        var back = await lake.CommitAsync(pnl, new TableIntent { Rollback = less.Metadata.Refs["eod-2"].SnapshotId });
        Assert.Equal(less.Metadata.Refs["eod-2"].SnapshotId, back.Metadata.CurrentSnapshotId);

        await using var other = await TempLake.OpenAsync(Place(server), 2, null);
        var seen = await other.Catalog.SurveyAsync(CancellationToken.None);
        Assert.Equal([pnl, lots], seen.Tables.Keys.Order());
        foreach (var table in seen.Tables.Values)
            Assert.Equal(
                (await other.PlanAsync(table)).Files.Select(f => f.Path).ToHashSet(),
                await Judge.JavaPlanAsync(table.MetadataLocation));
        Assert.Equal("run-1", Assert.Single(await other.Lake.Ledger.ListPublicationsAsync(null, null, CancellationToken.None)).RunId);
    }

    [Fact]
    public async Task Writers_of_several_openings_lose_no_commit_of_theirs_and_a_conflict_has_one_winner()
    {
        await using var server = await ReferenceCatalog.StartAsync(TestContext.Current.CancellationToken);
        await using var lake = await TempLake.OpenAsync(Place(server), 1, null);
        await using var second = await TempLake.OpenAsync(Place(server), 2, null);
        await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        await Task.WhenAll(new[] { lake, second }.SelectMany((from, who) => Enumerable.Range(0, 6).Select(i => Task.Run(
            () => from.CommitAsync(pnl, new TableIntent { Add = [TempLake.File(1, $"{who}-{i}")] })))));
        var table = await lake.LoadAsync(pnl);
        Assert.Equal(12, (await lake.PlanAsync(table)).Files.Count);
        Assert.Equal(12, (await Judge.JavaPlanAsync(table.MetadataLocation)).Count);
        var tags = await Task.WhenAll(new[] { lake, second }.Select(async (from, who) => await Record.ExceptionAsync(
            () => from.CommitAsync(pnl, new TableIntent { Add = [TempLake.File(2, $"tag-{who}")], Tags = ["eod-1"] }))));
        Assert.Equal(LakeErrorKind.Conflict, Assert.IsType<LakeException>(Assert.Single(tags, tag => tag is not null)).Kind);
    }

    [Fact]
    public async Task A_new_ledger_with_a_wrong_place_is_told_the_right_one_by_the_lake_s_own_tables_and_can_be_opened_with_it()
    {
        await using var server = await ReferenceCatalog.StartAsync(TestContext.Current.CancellationToken);
        await using var lake = await TempLake.OpenAsync(Place(server), 1, null);
        var right = Place(server);
        // a new lake: no table says where it is to live
        await using (await TempLake.OpenAsync(Place(server) with { Location = $"{right.Location}/elsewhere" }, 2, null))
        {
        }
        await lake.Catalog.CreateAsync(pnl, TempLake.ByDay, CancellationToken.None);
        foreach (var wrong in new[] { $"{right.Location}/warehouse", null })
        {
            var failure = await Assert.ThrowsAsync<LakeException>(() => TempLake.OpenAsync(right with { Location = wrong }, 3, null));
            Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
            Assert.EndsWith($"set DARTLAKE__Lake__Location={server.Folder}/lake", failure.Message, StringComparison.Ordinal);
        }
        await using var other = await TempLake.OpenAsync(right, 4, null);
        Assert.NotNull(await other.Catalog.TryLoadAsync(pnl, CancellationToken.None));
    }

    static LakePlace Place(ReferenceCatalog server) => new()
    {
        DataDir = Directory.CreateTempSubdirectory("lake-").FullName,
        Location = $"file://{server.Folder}/lake",
        Tables = ServedFolder.Settings(server.Url, null),
    };
}
