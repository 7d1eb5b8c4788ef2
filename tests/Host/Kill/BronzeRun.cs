using System.Globalization;
using System.Text.RegularExpressions;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>One <c>stream bronze</c> from its start to its kill: what it says that it has taken, against what is in the tables.</summary>
sealed partial class BronzeRun : IDisposable
{
    static readonly TableIdent market = new("bronze", "market_data");

    readonly Lake lake;
    readonly long atStart;

    BronzeRun(Lake lake, RunningJob job, long atStart) => (this.lake, Job, this.atStart) = (lake, job, atStart);

    public RunningJob Job { get; }

    public static async Task<BronzeRun> StartAsync(Lake lake, TimeSpan cadence, string[] place, CancellationToken cancel)
    {
        var committed = await CommittedAsync(lake, cancel);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DARTLAKE__Jobs__ProgressIntervalSeconds"] = "1",
            ["DARTLAKE__Bronze__CommitIntervalMs"] = $"{cadence.TotalMilliseconds:F0}",
            // The next job gets the dead one's partitions when the group has missed it for so long.
            ["DARTLAKE__Kafka__Client__session.timeout.ms"] = "1500",
            ["DARTLAKE__Kafka__Client__heartbeat.interval.ms"] = "400",
        };
        return new(lake, new(settings, ["stream", "bronze", .. place]), committed);
    }

    /// <summary>Records that it says it has taken, and that are in no table: at least so many were in flight.</summary>
    public async Task<long> InFlightAsync(CancellationToken cancel) => Taken - (await CommittedAsync(lake, cancel) - atStart);

    public Task WaitForInFlightAsync(CancellationToken cancel) =>
        Wait.UntilAsync("bronze has taken what it has not committed", async () => Taken > 0 && await InFlightAsync(cancel) > 0, cancel, Job);

    /// <summary>Waits for a commit of this run or of one before it.</summary>
    public Task WaitForCommitAsync(CancellationToken cancel) =>
        Wait.UntilAsync("bronze has committed", async () => await CommittedAsync(lake, cancel) > 0, cancel, Job);

    /// <summary>Waits until it has written the manifest list of its n-th commit from now; gives the snapshot's id.</summary>
    public async Task<long> WaitForListAsync(int nth, CancellationToken cancel)
    {
        using var watch = new CommitWatch(lake.DataDir, market, nth);
        return await Wait.OnAsync("bronze writes a manifest list", watch.Seen, cancel, Job);
    }

    public async Task<bool> IsCommittedAsync(long snapshot, CancellationToken cancel) =>
        await LakeState.HasSnapshotAsync(lake, market, snapshot, cancel);

    public void Dispose() => Job.Dispose();

    /// <summary>Of the last line that it has said.</summary>
    long Taken => Events().Matches(Job.Said) is [.., var last]
        ? long.Parse(last.Groups["n"].ValueSpan, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)
        : 0;

    static async Task<long> CommittedAsync(Lake lake, CancellationToken cancel) =>
        (await LakeState.ReadAsync(lake, cancel)).Next.Values.Sum();

    [GeneratedRegex("^[^ ]+ bronze: (?<n>[0-9,]+) events", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Events();
}
