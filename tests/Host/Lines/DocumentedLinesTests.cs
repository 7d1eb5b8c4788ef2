namespace Dart.Lake.Host.Tests.Lines;

/// <summary>What README, docs and the demo tell people to type works as it is written.</summary>
[Collection(SmallLakeTests.Name)]
public sealed class DocumentedLinesTests(SmallLake lake)
{
    const string Server = "dartlake serve";

    static IEnumerable<string> Documented => Lines("dartlake");

    static IEnumerable<string> Lines(string program) =>
        Checkout.Documents.SelectMany(document => Checkout.Commands(File.ReadAllText(Path.Combine(Checkout.Root, document)), program));

    /// <summary>
    /// Lines for the lake that the demo leaves; the demo itself makes it, and lines for a Kafka, for servers and for a shared lake have
    /// tests of their own.
    /// </summary>
    public static TheoryData<string> OfTheLake => [.. Documented.Where(line => line.Contains(' ', StringComparison.Ordinal)
        && line.Contains(" --", StringComparison.Ordinal) || line == "dartlake doctor")
        .Where(line => !line.StartsWith("dartlake demo", StringComparison.Ordinal)
            && !line.StartsWith(Server, StringComparison.Ordinal)
            // needs the services of a firm: LakeCopyTests
            && !line.StartsWith("dartlake lake copy", StringComparison.Ordinal)
            && !line.Contains("--brokers", StringComparison.Ordinal)
            // need a Trino and a Spark: ConnectTests
            && !line.Contains("--engine trino", StringComparison.Ordinal)
            && !line.Contains("--engine spark", StringComparison.Ordinal)
            // TargetDayTests
            && !line.Contains("--target ", StringComparison.Ordinal)
            && !ReadAgainLinesTests.Lines.Contains(line)
            && !OwnProjectLinesTests.Lines.Contains(line)
            && !OperatorLinesTests.Lines.Contains(line)).Distinct(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(OfTheLake))]
    public async Task A_line_of_the_documents_works_after_the_demo(string line)
    {
        var result = (await lake.TypeAsync(line)).Exits(0);
        await lake.BuildAgainAfterAsync(line);
        Assert.Equal("", result.Error);
        Assert.NotEqual("", result.Out);
    }

    [Fact]
    public async Task The_three_commands_that_the_demo_names_work()
    {
        var lines = lake.Demo.Exits(0).Out.Split('\n').SkipWhile(line => line != "try next:").Skip(1).Where(line => line.Length > 0).ToList();
        Assert.Equal(3, lines.Count);
        foreach (var line in lines)
            (await lake.TypeAsync(line)).Exits(0);
    }

    [Fact]
    public void The_demo_prints_three_marts_layers_and_a_reconciliation()
    {
        var lines = lake.Demo.Exits(0).Out.Split('\n');
        Assert.All(["portfolio summary", "daily PnL, the ten largest", "risk", "layers", "reconciliation", "2026-09-22: all reconciliations equal"], title => Assert.Contains(title, lines));
        Assert.Equal(
            lines.Where(line => line.Contains(" late ", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal),
            lines.Where(line => line.Contains(" late ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Lines_for_a_Kafka_work()
    {
        await using var kafka = await KafkaServer.StartAsync(TestContext.Current.CancellationToken);
        using var redis = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        var lines = Documented
            .Where(line => line.Contains("--brokers", StringComparison.Ordinal)
                && !OperatorLinesTests.Lines.Contains(line) && !ReadAgainLinesTests.Lines.Contains(line))
            .Distinct(StringComparer.Ordinal).ToList();
        Assert.Contains(lines, line => line.StartsWith("dartlake stream hot", StringComparison.Ordinal));
        foreach (var line in lines)
        {
            var typed = line.Replace("127.0.0.1:9092", kafka.Brokers, StringComparison.Ordinal).Replace("127.0.0.1:6379", redis.Address, StringComparison.Ordinal);
            if (line.Contains("produce sim", StringComparison.Ordinal))
                typed += " --trades 1000 --json";
            if (line.Contains("stream", StringComparison.Ordinal))
                typed = $"timeout --preserve-status -s INT 8 {typed}";
            var result = (await lake.TypeAsync(typed)).Exits(0);
            if (line.Contains("produce sim", StringComparison.Ordinal))
                Assert.Equal("2026-09-22", System.Text.Json.JsonDocument.Parse(result.Out).RootElement.GetProperty("date").GetString());
        }
    }

    /// <summary>They serve until they are stopped, here after a while and with a free port of this machine.</summary>
    [Fact]
    public async Task Servers_say_where_they_listen()
    {
        var lines = Documented.Where(line => line.StartsWith(Server, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        Assert.Contains(lines, line => line.Contains("--token-file", StringComparison.Ordinal));
        (await lake.TypeAsync(Lines("openssl").First())).Exits(0);
        foreach (var line in lines)
        {
            var here = line.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal);
            var served = (await lake.TypeAsync($"timeout --preserve-status -s INT 8 {here} --port 0")).Exits(0);
            Assert.Contains("http://127.0.0.1:", served.Out, StringComparison.Ordinal);
        }
    }
}
