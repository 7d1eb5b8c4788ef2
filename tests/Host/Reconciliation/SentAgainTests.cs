using System.Text.Json;
using System.Text.Json.Nodes;
using Dart.Lake.Host.Tests.Kill;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Host.Tests.Reconciliation;

/// <summary>A producer is killed in the middle of a day and sends it again, whole, into the same log of a real Kafka.</summary>
public sealed class SentAgainTests(ITestOutputHelper output)
{
    const string Day = "2026-09-21";
    static readonly TimeSpan patience = TimeSpan.FromMinutes(3);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_day_that_was_sent_again_into_the_same_log_reconciles_and_what_is_lost_is_not_published()
    {
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        using var redis = await RedisServer.StartAsync(Cancel);
        using var folder = new TempFolder();
        string[] place = ["--brokers", kafka.Brokers, "--data-dir", folder["lake"]], produce = ["produce", "sim", "--prior-day", "--trades", "2000", .. place];
        // slow enough to be in the session, with some of it sent, when it is killed
        using (var producer = new RunningJob([.. produce, "--speed", "600"]))
        {
            await producer.SaysAsync("session", patience);
            await producer.KillAsync();
        }
        (await Exe.RunAsync(patience, produce)).Exits(0);
        await using var lake = await Lake.OpenAsync(folder["lake"], TimeProvider.System, IdSource.System, Cancel);
        using (var hot = new RunningJob(["stream", "hot", .. place, "--redis", redis.Address]))
        {
            (await Exe.RunAsync(patience, ["stream", "bronze", "--stop-at-end", .. place])).Exits(0);
            await Wait.UntilAsync(
                "the day is cut",
                async () => (await lake.Catalog.TryLoadAsync(new TableIdent("ops", "hot_close"), Cancel))?.Metadata.CurrentSnapshot is not null,
                Cancel,
                hot);
            Assert.Equal(0, await hot.TerminateAsync());
        }

        await NothingIsPublishedAsync(lake, manifest => Add(manifest["topics"]!["trades_raw"]!, "sent", 1), "difference: 2026-09-21 records sent, trades_raw: source ");
        await NothingIsPublishedAsync(lake, manifest => Add(manifest["topics"]!["market_data_raw"]!["malformedPayloads"]!, new string('0', 64), 1, "sent", manifest["topics"]!["market_data_raw"]!), "difference: 2026-09-21 records sent, market_data_raw: source ");
        await NothingIsPublishedAsync(lake, manifest => Add(manifest["accounts"]![0]!, "boughtAmount", 0.01m), "difference: 2026-09-21 cash paid, A001 ");

        var published = (await Exe.RunAsync(patience, "eod", "--date", Day, "--data-dir", lake.DataDir)).Exits(0);
        Assert.Contains("published 2026-09-21 as eod-2026-09-21", published.Out, StringComparison.Ordinal);
        using var report = JsonDocument.Parse((await Exe.RunAsync(patience, "reconcile", "--date", Day, "--json", "--data-dir", lake.DataDir)).Exits(0).Out);
        var lines = report.RootElement.GetProperty("lines").EnumerateArray().ToList();
        Assert.All(lines, line => Assert.True(line.GetProperty("ok").GetBoolean(), line.ToString()));
        Assert.Equal(4, lines.Count(line => line.GetProperty("check").GetString() == "records sent"));
        var again = lines.Where(line => line.GetProperty("check").GetString() == "sent again").ToList();
        output.WriteLine(string.Join('\n', again.Select(line => $"{line.GetProperty("subject")}: {line.GetProperty("says")}")));
        Assert.Contains(again, line => line.GetProperty("subject").GetString() == "reference_raw");
        Assert.Contains(again, line => line.GetProperty("subject").GetString() == "trades_raw");
    }

    /// <summary>The end of the day with another manifest, as if something of what was sent were lost.</summary>
    static async Task NothingIsPublishedAsync(Lake lake, Action<JsonNode> change, string says)
    {
        var path = Path.Combine(lake.DataDir, "manifest", $"{Day}.json");
        var sent = await File.ReadAllTextAsync(path, Cancel);
        var manifest = JsonNode.Parse(sent)!;
        change(manifest);
        await File.WriteAllTextAsync(path, manifest.ToJsonString(), Cancel);
        var run = (await Exe.RunAsync(patience, "eod", "--date", Day, "--data-dir", lake.DataDir)).Exits(1);
        Assert.Contains(says, run.Out, StringComparison.Ordinal);
        Assert.Contains("numbers differ, nothing was published", run.Out, StringComparison.Ordinal);
        Assert.Empty(await lake.Ledger.ListPublicationsAsync(null, null, Cancel));
        Assert.Null((await lake.Catalog.TryLoadAsync(new TableIdent("gold", "daily_pnl"), Cancel))?.Metadata.CurrentSnapshot);
        await File.WriteAllTextAsync(path, sent, Cancel);
    }

    static void Add(JsonNode at, string name, decimal more) =>
        at[name] = (at[name]?.GetValue<decimal>() ?? 0) + more;

    static void Add(JsonNode at, string name, decimal more, string total, JsonNode of)
    {
        Add(at, name, more);
        Add(of, total, more);
    }
}
