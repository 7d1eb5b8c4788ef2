using System.Text.Json;
using System.Text.RegularExpressions;
using Dart.Lake.Host.Tests.Kill;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>
/// The lines of docs/operations.md that read a topic again, on a real Kafka, after two days that are published.
/// </summary>
public sealed partial class ReadAgainLinesTests
{
    const string Rows =
        "dartlake sql \"select _kafka_partition, _offset, kind, account, sequence, price, quantity from bronze.trades order by all\" --json --data-dir data/live";
    static readonly TimeSpan limit = TimeSpan.FromMinutes(4);

    /// <summary>All of them, in their order.</summary>
    internal static IReadOnlyList<string> Lines { get; } =
        [.. Checkout.Commands(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "operations.md")).Split("## Reading a topic again\n")[1].Split("\n## ")[0], "dartlake")
            .Where(line => line.Contains("--data-dir data/live", StringComparison.Ordinal))];

    [GeneratedRegex(@"time:\S+")]
    private static partial Regex Time();

    [Fact]
    public async Task A_topic_that_is_read_again_from_an_offset_is_as_it_was_and_what_is_published_stays()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var kafka = await KafkaServer.StartAsync(cancel);
        using var folder = new TempFolder();
        async Task<string> TypeAsync(string line) => (await Shell.TypeAsync(
            folder.Path, line.Replace("127.0.0.1:9092", kafka.Brokers, StringComparison.Ordinal), limit)).Exits(0).Out;
        const string toEnd = "dartlake stream bronze --stop-at-end --brokers 127.0.0.1:9092 --data-dir data/live";
        await TypeAsync("dartlake produce sim --prior-day --trades 1000 --brokers 127.0.0.1:9092 --data-dir data/live");
        await TypeAsync(toEnd);
        await TypeAsync("dartlake eod --date 2026-09-21 --without-hot --data-dir data/live");
        var next = KafkaEnds.Of(kafka.Brokers, ["trades_raw"])[("trades_raw", 0)];
        await TypeAsync("dartlake produce sim --trades 1000 --brokers 127.0.0.1:9092 --data-dir data/live");
        await TypeAsync(toEnd);
        const string endOfDay = "dartlake eod --date 2026-09-22 --without-hot --data-dir data/live";
        await TypeAsync(endOfDay);
        var (rows, since) = (await TypeAsync(Rows), "");
        foreach (var line in Lines)
        {
            var said = await TypeAsync(line.Contains("stream bronze", StringComparison.Ordinal) ? $"{line} --stop-at-end"
                : line.Contains(" sql ", StringComparison.Ordinal) ? $"{line} --json".Replace(">= 100", $">= {next}", StringComparison.Ordinal)
                : Time().Replace(line, $"time:{since}"));
            if (line.Contains(" sql ", StringComparison.Ordinal))
                since = JsonDocument.Parse(said).RootElement[0].GetProperty("since").GetString()!;
            if (line.Contains(" rollback ", StringComparison.Ordinal))
                Assert.NotEqual(rows, await TypeAsync(Rows));
            if (line.Contains(" verify", StringComparison.Ordinal))
                Assert.Contains("every offset once", said, StringComparison.Ordinal);
        }
        Assert.Equal(rows, await TypeAsync(Rows));
        Assert.Contains("nothing to do", await TypeAsync(endOfDay), StringComparison.Ordinal);
    }
}
