using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Maintenance;

namespace Dart.Lake.Jobs.Tests.Redrive;

/// <summary>A table is brought back to a state before records were released into it, and its topic is to be read again.</summary>
public sealed class UndoneReleaseTests
{
    const string Market = "bronze.market_data";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_that_would_be_nowhere_are_named_and_nothing_changes()
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        var before = await SnapshotAsync(world);
        await ReleaseAsync(world);
        var released = await SnapshotAsync(world);
        world.Send(Cancel, world.Bronze.Events.Quote(50));
        await world.StreamAsync(Cancel);
        var position = (await world.Bronze.PositionAsync(Cancel)).ToProperty();
        await BackAsync(world, before);

        var refused = await Assert.ThrowsAsync<LakeException>(() => world.StreamAsync(Cancel, readAgain: true));
        Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
        Assert.StartsWith($"1 records that were released into {Market} would be nowhere", refused.Message, StringComparison.Ordinal);
        Assert.Equal((before, position), (await SnapshotAsync(world), (await world.Bronze.PositionAsync(Cancel)).ToProperty()));

        // the message says so: a state from the release on is one to read on from
        await BackAsync(world, released);
        await world.StreamAsync(Cancel, readAgain: true);
        Assert.Equal([0, 1, 10, 50], await world.SequencesAsync(Cancel));
        Assert.Empty((await world.VerifyAsync(Cancel)).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
    }

    [Fact]
    public async Task A_record_that_comes_after_the_state_is_decoded_anew()
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        var before = await SnapshotAsync(world);
        world.Send(Cancel, world.Quote(60, RedriveWorld.FirstId));
        await world.StreamAsync(Cancel);
        var choice = new Chosen { Reason = "UNKNOWN_SCHEMA" };
        var both = await world.Office().ListAsync(choice, 10, Cancel);
        Assert.Equal(2, both.Count);
        await world.MendAsync("UNKNOWN_SCHEMA", Cancel);
        var later = both.MaxBy(letter => letter.At.Next)!.At.Next;
        choice = choice with { Partition = 0, From = later, To = later };
        Assert.Equal(1, (await world.Office().ReleaseAsync(choice, NewFields.Evolve, new("ann", "the schema is there"), Cancel)).Count);
        await BackAsync(world, before);

        await world.StreamAsync(Cancel, readAgain: true);
        Assert.Equal([0, 1, 60], await world.SequencesAsync(Cancel));
        Assert.Empty((await world.VerifyAsync(Cancel)).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
    }

    static async Task ReleaseAsync(RedriveWorld world)
    {
        await world.MendAsync("UNKNOWN_SCHEMA", Cancel);
        var choice = new Chosen { Reason = "UNKNOWN_SCHEMA" };
        Assert.Equal(1, (await world.Office().ReleaseAsync(choice, NewFields.Evolve, new("ann", "the schema is there"), Cancel)).Count);
    }

    static async Task<long> SnapshotAsync(RedriveWorld world) =>
        (await world.Bronze.TableAsync(Market, Cancel)).Metadata.CurrentSnapshotId!.Value;

    static Task BackAsync(RedriveWorld world, long snapshot) =>
        new Rollback(world.Lake).RunAsync(TableIdent.Parse(Market), $"snapshot:{snapshot}", true, Cancel);
}
