using Dart.Lake.Lakehouse.Iceberg.Spec;
using StackExchange.Redis;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>
/// Keeps <c>stream bronze</c> and <c>stream hot</c> running beside a producer, and kills them in a seeded order at moments that
/// it waits for. A killed hot job is started again at once: while it waits for the dead one's lease, bronze is killed further.
/// </summary>
sealed class KillCampaign(
    Random random,
    Lake lake,
    IDatabase redis,
    string[] bronzePlace,
    string[] hotPlace,
    RunningJob producer,
    CancellationToken cancel) : IDisposable
{
    static readonly TimeSpan cadence = TimeSpan.FromMilliseconds(1_500), longCadence = TimeSpan.FromMinutes(1);
    static readonly TableIdent close = new("ops", "hot_close");

    readonly List<Killed> kills = [];
    BronzeRun? bronze;
    readonly long started = TimeProvider.System.GetTimestamp();
    long epoch;

    /// <summary>In the order in which they happened.</summary>
    public IReadOnlyList<Killed> Kills => kills;

    /// <summary>The hot epoch that was seen last.</summary>
    public long Epoch => epoch;

    public async Task RunAsync()
    {
        foreach (var (ofBronze, ofHot) in Plan())
        {
            // The close of the day is watched from before the job that may write it, and so is the lease that a restoring job takes.
            using var cut = ofHot == Moment.WhileHotCuts ? new CommitWatch(lake.DataDir, close, 1) : null;
            using var run = await HotRun.StartAsync(lake, redis, hotPlace, cancel);
            var restoring = ofHot == Moment.WhileHotRestores ? KillRestoringAsync(run) : null;
            foreach (var moment in ofBronze)
                await KillBronzeAsync(moment, await BronzeAsync(moment));
            await (restoring
                ?? (ofHot == Moment.WhileHotCuts ? KillCuttingAsync(run, cut!) : KillBothAsync(ofHot, await BronzeAsync(ofHot), run)));
        }
    }

    /// <summary>
    /// Two kills of bronze before the first commit and one more, then hot, then three of bronze and hot, in
    /// an order of the seed. Last hot cuts the day while bronze stays dead, so that hot has it from the log.
    /// </summary>
    IEnumerable<(Moment[] OfBronze, Moment OfHot)> Plan()
    {
        var ofBronze = Shuffled([.. Enumerable.Repeat(Moment.BetweenFilesAndCommit, 3), .. Enumerable.Repeat(Moment.InFlight, 4)]);
        var ofHot = Shuffled([Moment.BothWhileHotApplies, Moment.BothWhileHotFlushes, Moment.WhileHotRestores]);
        return
        [
            ([Moment.BeforeTheFirstCommit, Moment.BeforeTheFirstCommit, ofBronze[0]], ofHot[0]), (
                ofBronze[1..4], ofHot[1]), (ofBronze[4..7], ofHot[2]), ([], Moment.WhileHotCuts),
        ];
    }

    async Task<BronzeRun> BronzeAsync(Moment moment) =>
        bronze ??= await BronzeRun.StartAsync(lake, moment == Moment.BeforeTheFirstCommit ? longCadence : cadence, bronzePlace, cancel);

    Moment[] Shuffled(Moment[] moments)
    {
        random.Shuffle(moments);
        return moments;
    }

    TimeSpan At => TimeProvider.System.GetElapsedTime(started);

    async Task KillBronzeAsync(Moment moment, BronzeRun run)
    {
        long? list = null;
        if (moment == Moment.BetweenFilesAndCommit)
        {
            list = await run.WaitForListAsync(random.Next(1, 3), cancel);
        }
        else
        {
            if (moment == Moment.InFlight)
                await run.WaitForCommitAsync(cancel);
            await run.WaitForInFlightAsync(cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(100)), TimeProvider.System, cancel);
        }
        await run.Job.KillAsync();
        kills.Add(await FindAsync(moment, run, list));
        Bury();
    }

    async Task KillBothAsync(Moment moment, BronzeRun ofBronze, HotRun ofHot)
    {
        if (moment == Moment.BothWhileHotFlushes)
        {
            await ofBronze.WaitForInFlightAsync(cancel);
            await ofHot.HangsInFlushAsync(cancel);
        }
        else
        {
            await ofHot.AppliesAsync(cancel);
            await ofBronze.WaitForInFlightAsync(cancel);
        }
        await Task.WhenAll(ofHot.Job.KillAsync(), ofBronze.Job.KillAsync());
        var (shown, asOf) = (await ofHot.ShownAsync("epoch"), await ofHot.ShownAsync("as_of"));
        if (moment == Moment.BothWhileHotFlushes)
            await ofHot.ReleaseRedisAsync();
        await GrowsAsync(ofHot);
        kills.Add(new("hot", moment, At, producer.IsRunning, $"its epoch {shown} in Redis, last flush {asOf}") { HitHot = shown == epoch });
        kills.Add(await FindAsync(moment, ofBronze, null));
        Bury();
    }

    async Task KillRestoringAsync(HotRun run)
    {
        await GrowsAsync(run);
        await run.Job.KillAsync();
        var shown = await run.ShownAsync("epoch");
        kills.Add(new("hot", Moment.WhileHotRestores, At, producer.IsRunning, $"its epoch {epoch}, {shown} in Redis") { HitHot = shown < epoch });
    }

    async Task KillCuttingAsync(HotRun run, CommitWatch cut)
    {
        await GrowsAsync(run);
        var snapshot = await Wait.OnAsync("hot writes the close of the day", cut.Seen, cancel, run.Job);
        await run.Job.KillAsync();
        var isThere = await LakeState.HasSnapshotAsync(lake, close, snapshot, cancel);
        kills.Add(new("hot", Moment.WhileHotCuts, At, producer.IsRunning, $"the day's close is {(isThere ? "committed" : "written and not committed")}") { HitHot = true });
    }

    /// <summary>A job that becomes active has a later epoch than all before it.</summary>
    async Task GrowsAsync(HotRun run)
    {
        var now = await run.BecomesActiveAsync(cancel);
        Assert.True(now > epoch, $"hot's epoch is {now} after {epoch}");
        epoch = now;
    }

    async Task<Killed> FindAsync(Moment moment, BronzeRun run, long? list)
    {
        var inFlight = await run.InFlightAsync(cancel);
        var (snapshots, _) = await LakeState.ReadAsync(lake, cancel);
        var torn = list is { } snapshot && !await run.IsCommittedAsync(snapshot, cancel);
        return new("bronze", moment, At, producer.IsRunning, $"{snapshots} snapshots{(inFlight > 0 ? $", {inFlight:N0} records or more in flight" : "")}{(torn ? ", files without their commit" : "")}")
        {
            BeforeFirstCommit = snapshots == 0,
            Torn = torn,
            HadInFlight = inFlight > 0 || torn,
        };
    }

    void Bury()
    {
        bronze?.Dispose();
        bronze = null;
    }

    public void Dispose() => Bury();
}
