namespace Dart.Lake.Jobs.Producers;

/// <summary>The topics that producers fill, in the order in which a batch names them.</summary>
public enum Topic : byte
{
    MarketData,
    Trades,
    Reference,
    Permit,
}

/// <summary>Names of topics and of the subjects under which a registry keeps their schemas (docs/data.md, "Topics").</summary>
public static class Topics
{
    /// <summary>Subject of the END_OF_DAY marker.</summary>
    public const string EndOfDaySubject = "end_of_day-value";

    static readonly string[] Names = ["market_data_raw", "trades_raw", "reference_raw", "permit_raw"];

    public static IReadOnlyList<Topic> All { get; } = [Topic.MarketData, Topic.Trades, Topic.Reference, Topic.Permit];

    public static string Name(this Topic topic) => Names[(int)topic];

    public static string Subject(this Topic topic) => topic.Name() + "-value";
}
