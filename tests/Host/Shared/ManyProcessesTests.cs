using System.Text.RegularExpressions;
using Confluent.Kafka;
using Dart.Lake.Host.Tests.Kill;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>
/// Sixteen processes of one consumer group, each with a partition of its own, commit to one table once a second, and each PUT takes a tenth
/// of a second longer than it does. What a commit takes is what the job itself says (log line 1108): a file of rows, its upload, and the
/// commit with its turn.
/// </summary>
public sealed partial class ManyProcessesTests(ITestOutputHelper output)
{
    const int Processes = 16, MostAtP99 = 2500;
    const string Topic = "market_data_raw";
    static readonly TimeSpan patience = TimeSpan.FromMinutes(5), slower = TimeSpan.FromMilliseconds(100);

    [GeneratedRegex(@"\[1108\] commit \d+ of (?<rows>\d+) rows took (?<ms>\d+) ms", RegexOptions.ExplicitCapture)]
    private static partial Regex Commit();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Sixteen_processes_commit_to_one_table_and_no_commit_runs_out_of_retries()
    {
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        await using var servers = await SharedServers.StartAsync(Cancel);
        await using var proxy = new FaultProxy(servers.Endpoint)
        {
            OnRequest = line => line.StartsWith("PUT ", StringComparison.Ordinal) ? new() { Delay = slower } : Fault.None,
        };
        using var folder = new TempFolder();
        string[] place = ["--brokers", kafka.Brokers, "--data-dir", folder["lake"]];
        var settings = servers.With(
            ("DARTLAKE__Lake__S3Endpoint", proxy.Endpoint.AbsoluteUri),
            ("DARTLAKE__Kafka__Partitions", $"{Processes}"),
            ("DARTLAKE_LOG", "debug"));
        (await servers.TypeAsync(patience, "migrate", "--data-dir", folder["lake"])).Exits(0);
        (await SharedServers.TypeAsync(settings, patience, ["produce", "sim", "--trades", "500", .. place])).Exits(0);
        // the rest is in the tables before the clock runs
        (await SharedServers.TypeAsync(servers.Settings, patience, ["stream", "bronze", "--stop-at-end", .. place])).Exits(0);
        var jobs = new List<RunningJob>();
        try
        {
            for (var i = 0; i < Processes; i++)
                jobs.Add(new RunningJob(settings, ["stream", "bronze", .. place]));
            using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var producing = Task.Run(() => ProduceAsync(kafka.Brokers, end.Token), Cancel);
            foreach (var job in jobs)
                await job.SaysAsync("[1108]", patience);
            // who came last has moved the partitions of all
            await Task.Delay(TimeSpan.FromSeconds(15), TimeProvider.System, Cancel);
            var (said, cpu) = (jobs.Select(job => job.Said.Length).ToList(), Cpu(jobs));
            var began = TimeProvider.System.GetTimestamp();
            await Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System, Cancel);
            var each = jobs.Select((job, i) => Times(job.Said[said[i]..])).ToList();
            var time = TimeProvider.System.GetElapsedTime(began);
            Report(each, time);
            output.WriteLine($"{(Cpu(jobs) - cpu) / time:0.00} of {Environment.ProcessorCount} cores and {jobs.Sum(job => job.Used.Bytes) >> 20} MiB are the processes'");
            Assert.All(jobs, job => Assert.True(job.IsRunning, job.Said));
            Assert.All(jobs.Select((job, i) => job.Said[said[i]..]), text => Assert.DoesNotContain("[1101]", text, StringComparison.Ordinal));
            await end.CancelAsync();
            await producing;
            foreach (var job in jobs)
                Assert.Equal(0, await job.TerminateAsync());
        }
        finally
        {
            jobs.ForEach(job => job.Dispose());
        }
        (await servers.TypeAsync(patience, ["stream", "bronze", "--stop-at-end", .. place])).Exits(0);
        (await servers.TypeAsync(patience, "verify", "--data-dir", folder["lake"])).Exits(0);
        await using var lake = await Lake.OpenAsync(servers.Place(folder["lake"]), TimeProvider.System, IdSource.System, Cancel);
        var table = (await lake.Catalog.TryLoadAsync(new TableIdent("bronze", "market_data"), Cancel))!;
        var ends = KafkaEnds.Of(kafka.Brokers, [Topic]);
        Assert.Equal(ends.Values.Sum(), TablePosition.Of(table).Partitions.Where(p => p.Key.Topic == Topic).Sum(p => p.Value.Next));
    }

    static TimeSpan Cpu(List<RunningJob> jobs) => jobs.Aggregate(TimeSpan.Zero, (sum, job) => sum + job.Used.Cpu);

    static List<int> Times(string said) => [.. Commit().Matches(said).Select(m => int.Parse(m.Groups["ms"].Value))];

    void Report(List<List<int>> each, TimeSpan time)
    {
        Assert.All(each, Assert.NotEmpty);
        var times = each.SelectMany(t => t).Order().ToList();
        var p99 = times[(int)Math.Ceiling(times.Count * 0.99) - 1];
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        output.WriteLine($"{times.Count} commits of {each.Count(t => t.Count > 0)} processes in {time.TotalSeconds:0} s");
        output.WriteLine($"p50 {times[times.Count / 2]} ms, p99 {p99} ms, most {times[^1]} ms; load of the machine {load}");
        if (TestSize.IsFull)
            Assert.True(p99 <= MostAtP99, $"p99 {p99} ms");
    }

    /// <summary>One record of the day again and again, ten times a second into each partition.</summary>
    static async Task ProduceAsync(string brokers, CancellationToken end)
    {
        var value = FirstValue(brokers);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = brokers, LingerMs = 5 }).Build();
        try
        {
            while (true)
            {
                for (var partition = 0; partition < Processes; partition++)
                    producer.Produce(new TopicPartition(Topic, partition), new Message<byte[], byte[]> { Value = value });
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, end);
            }
        }
        catch (OperationCanceledException)
        {
            producer.Flush(CancellationToken.None);
        }
    }

    static byte[] FirstValue(string brokers)
    {
        var settings = new ConsumerConfig { BootstrapServers = brokers, GroupId = "first", EnableAutoCommit = false };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(settings).Build();
        consumer.Assign([.. Enumerable.Range(0, Processes).Select(p => new TopicPartitionOffset(Topic, p, Offset.Beginning))]);
        return (consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException("no record of the day")).Message.Value;
    }
}
