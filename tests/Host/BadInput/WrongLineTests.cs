using static Dart.Lake.Host.Tests.BadInput.Refusal;

namespace Dart.Lake.Host.Tests.BadInput;

/// <summary>A line that cannot be meant is refused before anything is made.</summary>
public class WrongLineTests
{
    [Theory]
    [InlineData("'--nonsense' is not known", "table", "ls", "--nonsense")]
    [InlineData("'nonsense' is not known", "nonsense")]
    [InlineData("one of demo, produce, stream", new string[0])]
    [InlineData("one of bronze, hot is wanted", "stream")]
    [InlineData("query is missing", "sql")]
    [InlineData("--date wants a value, YYYY-MM-DD", "eod", "--date")]
    [InlineData("--date wants a date such as", "eod", "--date", "2026-13-45")]
    [InlineData("--data-dir wants a value, DIR", "verify", "--data-dir")]
    [InlineData("--data-dir wants a folder", "verify", "--data-dir", "")]
    [InlineData("--pass-marker wants a date such as", "stream", "hot", "--pass-marker", "yesterday")]
    [InlineData("--new-fields wants one of", "stream", "bronze", "--new-fields", "never")]
    [InlineData("missing.flags", "@missing.flags")]
    [InlineData("--brokers wants a value, LIST, and --stop-at-end is a flag", "stream", "bronze", "--brokers", "--stop-at-end")]
    [InlineData("--data-dir wants a value, DIR, and --json is a flag", "verify", "--data-dir", "--json")]
    [InlineData("--why wants a value", "deadletters", "drop", "--all", "--why", "--by")]
    [InlineData("--partition wants a whole number from 0, not '1.5'", "deadletters", "ls", "--partition", "1.5")]
    [InlineData("--partition wants a whole number from 0, not '-1'", "quarantine", "ls", "--partition", "-1")]
    [InlineData("--format wants one of table, csv, json, parquet, not 'xml'", "sql", "select 1", "--format", "xml")]
    public Task A_wrong_line_is_told_where_help_is(string says, params string[] arguments) => FailsAsync(2, arguments, says, "--help");

    [Theory]
    [InlineData("127.0.0.1:70000")]
    [InlineData("kafka:9092,127.0.0.1:0")]
    [InlineData("SSL://[::1]:port")]
    public Task A_port_that_cannot_be_is_told(string brokers) =>
        FailsAsync(2, ["stream", "bronze", "--brokers", brokers], $"'{brokers.Split(',')[^1]}' is no address of a broker", "1 to 65535");

    [Fact]
    public async Task A_setting_that_nobody_knows_is_told_with_the_one_that_may_be_meant()
    {
        using var folder = new TempFolder();
        await FailsAsync(
            0,
            new Dictionary<string, string>
            {
                ["DARTLAKE__Kafka__PatienceSecond"] = "12",
                ["DARTLAKE__Kafka__Client__client.rack"] = "a",
                ["DARTLAKE__KAFKA__PARTITIONS"] = "2",
            },
            ["--help"],
            "DARTLAKE__Kafka__PatienceSecond names no setting", "did you mean DARTLAKE__Kafka__PatienceSeconds?");
    }

    [Fact]
    public Task Flags_that_do_not_go_together_are_told() =>
        FailsAsync(2, ["stream", "bronze", "--brokers", "127.0.0.1:1", "--strict"], "--strict is for --stop-at-end: add it, or leave out --strict");

    [Theory]
    [InlineData("--trades wants a whole number from 500", "--trades", "0")]
    [InlineData("--trades wants a whole number from 500", "--trades", "many")]
    [InlineData("--partitions wants a whole number from 1 to 1024", "--partitions", "0")]
    [InlineData("--commit-interval wants a whole number from 10", "--commit-interval", "-1")]
    [InlineData("--redis-port wants a whole number from 0 to 65535", "--redis-port", "70000")]
    [InlineData("leave it or --redis away", "--redis-port", "7000", "--redis", "127.0.0.1:6379")]
    [InlineData("--market wants sim or lean", "--market", "none")]
    [InlineData("no trading day of XNYS; the next one is 2026-09-28", "--date", "2026-09-26")]
    [InlineData("calendars, which know 1998 to 2035", "--date", "9999-12-31")]
    [InlineData("calendars, which know 1998 to 2035", "--date", "1998-01-02")]
    [InlineData("there is no folder", "--market", "lean", "--date", "2013-10-07", "--lean-dir", "nowhere")]
    [InlineData("has no ticks, minutes or options of 2013-10-07", "--market", "lean", "--date", "2013-10-07", "--lean-dir", ".")]
    public async Task A_demo_that_cannot_be_meant_makes_nothing(string says, params string[] arguments)
    {
        using var folder = new TempFolder();
        await FailsAsync(2, ["demo", "--data-dir", folder["data"], .. arguments], says);
        Assert.False(Directory.Exists(folder["data"]));
    }

    [Theory]
    [InlineData("kafka:9092", "")]
    [InlineData("127.0.0.1:1", "127.0.0.1:1")]
    public async Task A_profile_takes_the_place_of_the_defaults_and_the_environment_that_of_both(string says, string brokers)
    {
        using var folder = new TempFolder();
        var settings = new Dictionary<string, string> { ["DARTLAKE__Profile"] = "distributed" };
        if (brokers.Length > 0)
            settings["DARTLAKE__Kafka__Brokers"] = brokers;
        await FailsAsync(1, settings, ["doctor", "--data-dir", folder["data"]], says);
    }

    [Theory]
    [InlineData("DuckDb:Threads must be 0 or 1 to 256", "DARTLAKE__DuckDb__Threads", "-1")]
    [InlineData("DuckDb:MemoryLimitMb must be 0 or 64 to 1048576", "DARTLAKE__DuckDb__MemoryLimitMb", "63")]
    [InlineData("DuckDb:Threads", "DARTLAKE__DuckDb__Threads", "two")]
    [InlineData("Hot:RedisPort must be 0 to 65535", "DARTLAKE__Hot__RedisPort", "70000")]
    [InlineData("Profile must be distributed or embedded", "DARTLAKE__Profile", "firm")]
    [InlineData("Registry:Url must be a URL", "DARTLAKE__Registry__Url", "registry:8081")]
    [InlineData("without a user", "DARTLAKE__Registry__Url", "http://desk:word@registry:8081")]
    public Task A_wrong_setting_is_named(string says, string name, string value) =>
        FailsAsync(2, new Dictionary<string, string> { [name] = value }, ["table", "ls"], says, "appsettings.json");
}
