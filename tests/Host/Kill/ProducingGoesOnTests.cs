using System.Diagnostics;
using Dart.Lake.Lakehouse.Iceberg;

namespace Dart.Lake.Host.Tests.Kill;

public sealed class ProducingGoesOnTests(ITestOutputHelper output)
{
    const int Kills = 12, Seed = 7;
    static readonly TableIdent market = TableIdent.Parse("bronze.market_data");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dozen_kills_of_stream_bronze_while_producing_goes_on_leave_every_offset_once()
    {
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        using var folder = new TempFolder();
        string[] place = ["--brokers", kafka.Brokers, "--data-dir", folder.Path];
        (await Produce(place, 1)).Exits(0);
        // makes the tables, so that their folders can be watched; nothing is committed by it
        await CreateTablesAsync(place, folder);

        using var enough = new CancellationTokenSource();
        var producing = ProduceOnAsync(place, enough.Token);
        var random = new Random(Seed);
        var (beforeFirst, torn) = (0, 0);
        for (var kill = 0; kill < Kills; kill++)
        {
            var snapshot = await KillAtCommitAsync(place, folder, kill < 2 ? 1 : random.Next(1, 4));
            var table = await TableAsync(folder);
            beforeFirst += table.Metadata.Snapshots.Count == 0 ? 1 : 0;
            torn += table.Metadata.FindSnapshot(snapshot) is null ? 1 : 0;
        }
        await enough.CancelAsync();
        await producing;
        output.WriteLine($"seed {Seed}: {Kills} kills with messages in flight, {beforeFirst} before the first commit, {torn} between the Parquet files and their commit");
        Assert.True(beforeFirst >= 2, $"only {beforeFirst} kills before the first commit");
        Assert.True(torn >= 8, $"only {torn} kills between files and commit");

        (await Exe.RunAsync(TimeSpan.FromMinutes(2), ["stream", "bronze", "--stop-at-end", .. place])).Exits(0);
        var proof = (await Exe.RunAsync(TimeSpan.FromMinutes(2), "verify", "--data-dir", folder.Path)).Exits(0);
        Assert.Contains("every offset once", proof.Out, StringComparison.Ordinal);
    }

    /// <summary>Starts the job and kills it when it writes the n-th manifest list; the snapshot of that list.</summary>
    static async Task<long> KillAtCommitAsync(string[] place, TempFolder folder, int nth)
    {
        using var watch = new CommitWatch(Path.Combine(folder.Path, "warehouse", "bronze", "market_data", "metadata"), nth);
        using var job = Start(place);
        var ended = job.WaitForExitAsync(Cancel);
        if (await Task.WhenAny(watch.Seen, ended).WaitAsync(TimeSpan.FromMinutes(1), Cancel) == ended)
            Assert.Fail($"stream bronze ended by itself with exit code {job.ExitCode}");
        job.Kill();
        await ended;
        return await watch.Seen;
    }

    static async Task CreateTablesAsync(string[] place, TempFolder folder)
    {
        using var job = Start(place);
        var metadata = Path.Combine(folder.Path, "warehouse", "bronze", "market_data", "metadata");
        using var watcher = new FileSystemWatcher(folder.Path) { IncludeSubdirectories = true };
        var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Created += (_, _) =>
        {
            if (Directory.Exists(metadata))
                made.TrySetResult();
        };
        watcher.EnableRaisingEvents = true;
        await made.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        job.Kill();
        await job.WaitForExitAsync(Cancel);
    }

    static Process Start(string[] place)
    {
        var job = Exe.Start(["stream", "bronze", .. place]);
        job.BeginOutputReadLine();
        job.BeginErrorReadLine();
        return job;
    }

    static async Task<Table> TableAsync(TempFolder folder)
    {
        await using var lake = await Dart.Lake.Lake.OpenAsync(folder.Path, TimeProvider.System, IdSource.System, Cancel);
        return (await lake.Catalog.TryLoadAsync(market, Cancel))!;
    }

    static async Task ProduceOnAsync(string[] place, CancellationToken enough)
    {
        for (var seed = 2; !enough.IsCancellationRequested; seed++)
            (await Produce(place, seed)).Exits(0);
    }

    static Task<Exe.Result> Produce(string[] place, int seed) => Exe.RunAsync(TimeSpan.FromMinutes(2), ["produce", "sim", "--trades", "2000", "--seed", $"{seed}", .. place]);
}
