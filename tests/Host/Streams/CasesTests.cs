using System.Diagnostics;
using System.Text.Json;

namespace Dart.Lake.Host.Tests.Streams;

/// <summary>
/// Small inputs of kinds that real feeds bring, each with the values that must be there afterwards, on a real Kafka and a real Redis: the
/// plans of the shared folder. Without full size only those that take seconds.
/// </summary>
public class CasesTests
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(2);
    static readonly string[] quick = ["colon", "permit"];

    static readonly string[] slow =
        ["absurd_mark", "enums", "limits", "live_source", "schemas", "second_lake", "stray_marker", "timestamps", "unknown_schema"];

    public static TheoryData<string> Plans =>
        [.. Environment.GetEnvironmentVariable("DARTLAKE_TEST_SIZE") == "full" ? quick.Concat(slow) : quick];

    [Theory]
    [MemberData(nameof(Plans))]
    public Task A_plan_of_the_streams_gives_the_values_that_it_names(string name) => RunAsync("streams", name);

    /// <summary>One Kafka for all of them: each plan makes the topics anew.</summary>
    [Fact]
    public Task Folders_in_LEAN_s_format_give_the_values_that_their_plans_name() => RunAsync("lean", "L1", "L2U", "L3inf", "L3big", "L9");

    /// <summary>Moved trades, currencies, splits, profit over days and fixings, what risk covers, volatility at intrinsic.</summary>
    [Fact]
    public Task Three_days_of_a_book_give_the_values_that_the_plan_names() => RunAsync("numbers", "book");

    public static TheoryData<string> Days => ["skipped_day", "missing_fixing", "ended_record", "late_reference", "off_market"];

    /// <summary>Days that were skipped, references that come late, end, or are corrected afterwards; trades far from the market.</summary>
    [Theory]
    [MemberData(nameof(Days))]
    public Task Days_that_do_not_go_by_the_book_give_the_values_that_their_plans_name(string name) => RunAsync("numbers", name);

    static async Task RunAsync(string group, params IEnumerable<string> names)
    {
        var cancel = TestContext.Current.CancellationToken;
        var runner = Shared.Path("data", "cases", "run.py");
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "needs Debian's python3-confluent-kafka; make deps installs it");
        await using var kafka = await KafkaServer.StartAsync(cancel);
        using var redis = await RedisServer.StartAsync(cancel);
        using var folder = new TempFolder();
        var start = new ProcessStartInfo("/usr/bin/python3") { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            runner, "--dartlake", Path.ChangeExtension(Exe.Path, null), "--brokers", kafka.Brokers, "--redis", redis.Address,
            "--work", folder.Path, "--checks",
        }.Concat(names.Select(name => Shared.Path("data", "cases", group, $"{name}.json"))))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, said);
        if (group == "numbers")
            await ReconcileAsync(Path.Combine(folder.Path, group, names.Single(), "lake"));
    }

    /// <summary>Each day that a plan has published still reconciles, and can be explained, when its jobs have ended.</summary>
    static async Task ReconcileAsync(string lake)
    {
        var days = (await Exe.RunAsync(limit, "sql", "select distinct strftime(trade_date, '%Y-%m-%d') as day from gold.portfolio_summary order by 1", "--json", "--data-dir", lake)).Exits(0).Out;
        var published = JsonDocument.Parse(days).RootElement.EnumerateArray().Select(row => row.GetProperty("day").GetString()!).ToList();
        Assert.NotEmpty(published);
        foreach (var day in published)
            (await Exe.RunAsync(limit, "reconcile", "--date", day, "--data-dir", lake)).Exits(0);
    }
}
