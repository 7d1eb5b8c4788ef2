namespace Dart.Lake.Host.Tests.Streams;

/// <summary>
/// Small inputs of kinds that real feeds bring, each with the values that must be there afterwards, on a real Kafka and a real Redis: the
/// plans of the shared folder. Without full size only those that take seconds.
/// </summary>
public class CasesTests
{
    static readonly string[] quick = ["colon", "permit"];

    static readonly string[] slow =
        ["absurd_mark", "enums", "limits", "live_source", "schemas", "second_lake", "stray_marker", "timestamps", "unknown_schema"];

    public static TheoryData<string> Plans =>
        [.. Environment.GetEnvironmentVariable("DARTLAKE_TEST_SIZE") == "full" ? quick.Concat(slow) : quick];

    [Theory]
    [MemberData(nameof(Plans))]
    public Task A_plan_of_the_streams_gives_the_values_that_it_names(string name) => Cases.RunAsync("streams", Cases.Here, name);

    /// <summary>One Kafka for all of them: each plan makes the topics anew.</summary>
    [Fact]
    public Task Folders_in_LEAN_s_format_give_the_values_that_their_plans_name() => Cases.RunAsync("lean", Cases.Here, "L1", "L2U", "L3inf", "L3big", "L9");

    /// <summary>Moved trades, currencies, splits, profit over days and fixings, what risk covers, volatility at intrinsic.</summary>
    [Fact]
    public Task Three_days_of_a_book_give_the_values_that_the_plan_names() => Cases.RunAsync("numbers", Cases.Here, "book");

    public static TheoryData<string> Days => ["skipped_day", "missing_fixing", "ended_record", "late_reference", "off_market"];

    /// <summary>Days that were skipped, references that come late, end, or are corrected afterwards; trades far from the market.</summary>
    [Theory]
    [MemberData(nameof(Days))]
    public Task Days_that_do_not_go_by_the_book_give_the_values_that_their_plans_name(string name) => Cases.RunAsync("numbers", Cases.Here, name);
}
