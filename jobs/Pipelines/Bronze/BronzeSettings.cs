using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Kafka;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>A topic, the bronze table of its events, and the full name of the event in its schema.</summary>
public sealed record BronzeTopic(string Topic, string Table, string RecordName)
{
    public static IReadOnlyList<BronzeTopic> All { get; } =
    [
        new("market_data_raw", "bronze.market_data", "dartlake.v1.MarketData"),
        new("trades_raw", "bronze.trades", "dartlake.v1.Trade"),
        new("reference_raw", "bronze.reference", "dartlake.v1.Reference"),
        new("permit_raw", "bronze.permit", PermitDecoder.MessageName),
    ];
}

/// <summary>What a bronze job reads and how often it commits.</summary>
public sealed record BronzeSettings
{
    public required KafkaSettings Kafka { get; init; }

    public IReadOnlyList<BronzeTopic> Topics { get; init; } = BronzeTopic.All;

    /// <summary>Longest time that a record waits for its commit.</summary>
    public TimeSpan Cadence { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Uncommitted bytes of values of one partition after which a commit follows at once; half of what an in-process partition may hold back.</summary>
    public long MostPartitionBytes { get; init; } = 1_500_000;

    /// <summary>Uncommitted rows of all tables after which a commit follows at once.</summary>
    public int MostRows { get; init; } = 250_000;

    /// <summary>How often it looks at its logs, and how long it waits for topics.</summary>
    public LogWatchSettings Watch { get; init; } = new();

    /// <summary>Go on from a table's position although its snapshot is not in the table's history any more (a rollback).</summary>
    public bool AcceptPosition { get; init; }

    /// <summary>Go on behind records that the log has lost, and book them as a gap.</summary>
    public bool AcceptGap { get; init; }

    /// <summary>End when every partition was read to the end that it has then.</summary>
    public bool StopAtEnd { get; init; }

    /// <summary>Other jobs' names in <c>dartlake.stream</c> and in the brokers' logs.</summary>
    public string JobName { get; init; } = "bronze";
}
