namespace Dart.Lake.Host.Tests.Streams;

public sealed class SecuredKafkaTests
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Scram_Tls_and_both_lead_to_the_same_lake_and_a_refused_log_in_is_one_line_without_the_secret()
    {
        using var folder = new TempFolder();
        await using var kafka = await SecuredKafka.StartAsync(folder, TestContext.Current.CancellationToken);
        string[] scram = ["--brokers", kafka.Sasl, "--kafka", "security.protocol=SASL_PLAINTEXT", "--kafka", "sasl.mechanisms=SCRAM-SHA-512", "--kafka", $"sasl.username={SecuredKafka.Name}"];
        string[] tls = ["--brokers", kafka.Tls, "--kafka", "security.protocol=SSL"];
        string[] password = ["--kafka", $"sasl.password={SecuredKafka.Password}"], trusted = ["--kafka", $"ssl.ca.location={kafka.Authority}"];
        // Flags may stand in a file, so that secrets need not stand on a command line.
        await File.WriteAllLinesAsync(folder["kafka.flags"],
            ["# both", "--kafka security.protocol=SASL_SSL", "--kafka sasl.mechanisms=PLAIN", $"--kafka sasl.username={SecuredKafka.Name}", $"--kafka sasl.password={SecuredKafka.Password}", $"--kafka ssl.ca.location={kafka.Authority}"], TestContext.Current.CancellationToken);
        string[] both = ["--brokers", kafka.Both, $"@{folder["kafka.flags"]}"];

        await ThroughAsync(folder["scram"], [.. scram, .. password]);
        await ThroughAsync(folder["tls"], [.. tls, .. trusted]);
        await ThroughAsync(folder["both"], both);

        await RefusedAsync(folder["scram"], [.. scram, "--kafka", "sasl.password=wrong-horse"], "refuses the log-in");
        await RefusedAsync(folder["tls"], [.. tls, "--kafka", $"ssl.ca.location={folder["untrusted.pem"]}"], "certificate verify failed");
        await RefusedAsync(folder["both"], [.. both, "--kafka", "sasl.password=wrong-horse"], "refuses the log-in");
        await RefusedAsync(folder["tls"], ["--brokers", kafka.Tls, "--kafka", "security.protocol=SSL", "--kafka", "ssl.ca.location=/no/such/file"], "ssl.ca.location");
        await RefusedAsync(folder["tls"], ["--brokers", kafka.Tls, "@/no/such/file"], "/no/such/file");
    }

    static async Task ThroughAsync(string lake, string[] kafka)
    {
        await SaysNothingSecretAsync(0, ["produce", "sim", "--prior-day", "--data-dir", lake, .. kafka]);
        await SaysNothingSecretAsync(0, ["stream", "bronze", "--stop-at-end", "--data-dir", lake, .. kafka]);
        var proof = (await Exe.RunAsync(limit, "verify", "--data-dir", lake)).Exits(0);
        Assert.Contains("every offset once", proof.Out, StringComparison.Ordinal);
    }

    /// <summary>A log-in that cannot work is a wrong configuration: 2, soon, in one line.</summary>
    static async Task RefusedAsync(string lake, string[] kafka, string words)
    {
        foreach (var verb in new string[][] { ["stream", "bronze", "--stop-at-end"], ["produce", "sim"] })
        {
            var result = await SaysNothingSecretAsync(2, [.. verb, "--data-dir", lake, .. kafka]);
            Assert.Contains(words, result.Error, StringComparison.Ordinal);
            Assert.Single(result.Error.Trim().Split('\n'));
        }
    }

    static async Task<Exe.Result> SaysNothingSecretAsync(int code, string[] arguments)
    {
        var result = (await Exe.RunAsync(limit, arguments)).Exits(code);
        Assert.DoesNotContain("horse", result.Out + result.Error, StringComparison.Ordinal);
        return result;
    }
}
