using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>What a bronze job reads and how often it commits.</summary>
public sealed record BronzeSettings
{
    public required KafkaSettings Kafka { get; init; }

    public IReadOnlyList<Topic> Topics { get; init; } = Schemas.Topics.All;

    /// <summary>Longest time that a record waits for its commit.</summary>
    public required TimeSpan CommitInterval { get; init; }

    /// <summary>
    /// Uncommitted bytes of values of one partition after which a commit
    /// follows at once; half of what an in-process partition may hold back.
    /// </summary>
    public long MostPartitionBytes { get; init; } = 1_500_000;

    /// <summary>Uncommitted rows of all tables after which a commit follows at once.</summary>
    public required int MaxRows { get; init; }

    /// <summary>How long a stop waits for a commit.</summary>
    public TimeSpan CommitDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often it looks at its logs, and how long it waits for topics.</summary>
    public LogWatchSettings Watch { get; init; } = new();

    /// <summary>Go on from a table's position although its snapshot is not in the table's history any more (a rollback).</summary>
    public bool AcceptPosition { get; init; }

    /// <summary>Go back with a table that was rolled back: what came after its snapshot is read again.</summary>
    public bool ReadAgain { get; init; }

    /// <summary>Go on behind records that the log has lost, and book them as a gap.</summary>
    public bool AcceptGap { get; init; }

    /// <summary>What becomes of a writer's fields that neither contract nor table has.</summary>
    public NewFields NewFields { get; init; }

    /// <summary>End when every partition was read to the end that it has then.</summary>
    public bool StopAtEnd { get; init; }

    /// <summary>Other jobs' names in <c>dartlake.stream</c> and in the brokers' logs.</summary>
    public string JobName { get; init; } = "bronze";
}
