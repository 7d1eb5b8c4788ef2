using System.CommandLine;

namespace Dart.Lake.Host.Verbs;

/// <summary>Flags that several verbs share, each parsed and checked in one place.</summary>
static class Flags
{
    public static Option<bool> Json() => new("--json") { Description = "Print the result as JSON" };

    public static Option<string> DataDir(Settings settings) =>
        new("--data-dir") { Description = "Folder of catalog, tables and registry", HelpName = "DIR", DefaultValueFactory = _ => settings.DataDir };

    public static Option<string> Brokers(Settings settings) =>
        new("--brokers") { Description = "Kafka to use, host:port list", HelpName = "LIST", DefaultValueFactory = _ => settings.Kafka.Brokers };

    public static Option<string> Redis(Settings settings) =>
        new("--redis") { Description = "Redis to use, host:port", HelpName = "ADDR", DefaultValueFactory = _ => settings.Hot.Redis };

    public static Option<DateOnly?> Date(string description) => new("--date")
    {
        Description = description,
        HelpName = "YYYY-MM-DD",
        CustomParser = result =>
        {
            if (DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", out var date))
                return date;
            result.AddError($"--date wants a date such as 2026-09-21, not '{result.Tokens[0].Value}'");
            return null;
        },
    };

    public static Option<int> Seed() => new("--seed") { Description = "Seed of the simulated market", DefaultValueFactory = _ => 1 };

    public static Option<double> Speed() => new("--speed") { Description = "Multiple of real time; 0: as fast as possible", DefaultValueFactory = _ => 0 };

    public static Option<string[]> KafkaClient() => new("--kafka")
    {
        Description = "Client setting passed to librdkafka, such as security.protocol=SASL_SSL; repeatable",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = false,
    };
}
