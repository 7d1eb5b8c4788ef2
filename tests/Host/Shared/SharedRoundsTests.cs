using System.Globalization;
using Dart.Lake.Host.Tests.Kill;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>
/// Bronze processes share sixty partitions of a real Kafka and write to one lake on Postgres and S3. In seeded rounds there are two, four,
/// then one of them; one is killed, or frozen for longer than the group waits for it, or Postgres or S3 is killed and comes back. Whatever
/// ends is started again. At the end every offset is there once.
/// </summary>
public sealed class SharedRoundsTests(ITestOutputHelper output)
{
    const int Seed = 20_261_129, Partitions = 60;
    static readonly int[] counts = [2, 4, 1];
    static readonly TimeSpan patience = TimeSpan.FromMinutes(3), frozen = TimeSpan.FromSeconds(4);

    /// <summary>What happens in a round; services have a fifth of them.</summary>
    enum Act
    {
        Kill,
        Freeze,
        Postgres,
        Objects,
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static int Rounds => TestSize.IsFull ? 100 : 5;

    static readonly Dictionary<string, string> cadence = new(StringComparer.Ordinal)
    {
        ["DARTLAKE__Kafka__Partitions"] = $"{Partitions}",
        ["DARTLAKE__Bronze__CommitIntervalMs"] = "300",
        ["DARTLAKE__Kafka__Client__session.timeout.ms"] = "2000",
        ["DARTLAKE__Kafka__Client__heartbeat.interval.ms"] = "500",
    };

    [Fact]
    public async Task Processes_come_go_and_freeze_and_services_die_and_every_offset_is_there_once()
    {
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        await using var servers = await SharedServers.StartAsync(Cancel);
        using var folder = new TempFolder();
        string[] place = ["--brokers", kafka.Brokers, "--data-dir", folder["lake"]];
        var settings = servers.Settings.Concat(cadence).ToDictionary(StringComparer.Ordinal);
        (await servers.TypeAsync(patience, "migrate", "--data-dir", folder["lake"])).Exits(0);
        using var producer = new RunningJob(settings, ["produce", "sim", "--trades", "20000", "--seed", $"{Seed}", "--speed", Speed(), .. place]);
        await producer.SaysAsync("reference", patience);
        await using var lake = await Lake.OpenAsync(servers.Place(folder["lake"]), TimeProvider.System, IdSource.System, Cancel);
        using var members = new Members(settings, ["stream", "bronze", .. place]);
        var random = new Random(Seed);
        foreach (var (round, act) in Acts(random).Index())
        {
            await members.AreAsync(counts[round % counts.Length], random);
            await CommittedAsync(lake, members, producer);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(600)), TimeProvider.System, Cancel);
            await DoAsync(act, random, members, servers);
            output.WriteLine($"round {round + 1}: {act}, {await members.BuryAsync()} ended, {(producer.IsRunning ? "producing" : "all was sent")}");
        }
        await producer.EndsWellAsync(TimeSpan.FromMinutes(20));
        await members.AreAsync(0, random);
        using (var last = new RunningJob(settings, ["stream", "bronze", "--stop-at-end", .. place]))
            await last.EndsWellAsync(patience);
        var proof = (await servers.TypeAsync(patience, "verify", "--data-dir", folder["lake"])).Exits(0);
        Assert.Contains("every offset once", proof.Out, StringComparison.Ordinal);
        var (snapshots, next) = await LakeState.ReadAsync(lake, Cancel);
        Assert.Equal(KafkaEnds.Of(kafka.Brokers, LakeState.Tables.Select(t => t.Topic)).OrderBy(e => e.Key), next.OrderBy(e => e.Key));
        output.WriteLine($"{next.Values.Sum():N0} records in {snapshots} commits of tables; {string.Join("; ", members.LastWords)}");
        Assert.Empty(members.Unclear);
    }

    /// <summary>The day goes on for as long as the rounds take, about five seconds each.</summary>
    static string Speed() => (TimeSpan.FromHours(6.5) / TimeSpan.FromSeconds(Rounds * 5)).ToString("F0", CultureInfo.InvariantCulture);

    static Act[] Acts(Random random)
    {
        Act[] acts =
        [
            .. Enumerable.Range(0, Rounds).Select(i => (i % 5) switch
            {
                0 or 3 => Act.Kill,
                1 => Act.Freeze,
                2 => i % 10 == 2 ? Act.Postgres : Act.Objects,
                _ => i % 10 == 4 && TestSize.IsFull ? Act.Kill : Act.Objects,
            }),
        ];
        random.Shuffle(acts);
        return acts;
    }

    /// <summary>Waits until the tables have grown. On a slow machine all may be sent, and read, before the last rounds.</summary>
    static async Task CommittedAsync(Lake lake, Members members, RunningJob producer)
    {
        var before = (await LakeState.ReadAsync(lake, Cancel)).Next.Values.Sum();
        await Wait.UntilAsync("bronze commits", async () =>
        {
            await members.StartEndedAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancel);
            return !producer.IsRunning || (await LakeState.ReadAsync(lake, Cancel)).Next.Values.Sum() > before;
        }, Cancel);
    }

    static async Task DoAsync(Act act, Random random, Members members, SharedServers servers)
    {
        var outage = TimeSpan.FromMilliseconds(random.Next(200, 3000));
        switch (act)
        {
            case Act.Kill:
                await members.KillOneAsync(random);
                break;
            case Act.Freeze:
                await members.FreezeOneAsync(random, frozen, Cancel);
                break;
            case Act.Postgres:
                await servers.PostgresDiesAsync(outage, Cancel);
                break;
            case Act.Objects:
                await servers.ObjectsDieAsync(outage, Cancel);
                break;
        }
    }
}
