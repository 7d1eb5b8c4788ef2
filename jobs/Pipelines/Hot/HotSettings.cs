using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>What a hot job reads and how often it writes.</summary>
public sealed record HotSettings
{
    public required KafkaSettings Kafka { get; init; }

    public IReadOnlyList<Topic> Topics { get; init; } = Schemas.Topics.All;

    /// <summary>Changed keys are written this often.</summary>
    public required TimeSpan FlushInterval { get; init; }

    /// <summary>How often the lease is renewed; a stand-by takes over when it is 10 s old.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a start waits for bronze when the log has dropped what bronze has not committed yet.</summary>
    public TimeSpan WaitForBronze { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How patient it is with brokers and topics, and how often it asks whether these are the same logs.</summary>
    public LogWatchSettings Watch { get; init; } = new();

    /// <summary>How often it asks the lake for trades of days that it has forgotten, when rows have come that belong to them.</summary>
    public TimeSpan RecallEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Rows past the END_OF_DAY of their partition that are held in memory until the others have it too; at one more the job ends.
    /// </summary>
    public required int MaxHeldRows { get; init; }

    /// <summary>A day without END_OF_DAY is cut when all that comes is so long after its last close.</summary>
    public required TimeSpan CutGrace { get; init; }

    /// <summary>A partition that is read to its end and silent for so long does not hold such a cut back.</summary>
    public required TimeSpan IdleLimit { get; init; }

    /// <summary>How long the hot store may be gone before the job gives up.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>A marker that waits longer for those of other partitions is told; one that is out of order at once.</summary>
    public TimeSpan MarkerPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A day without markers that is over in some partitions, and kept open for longer by others, is told.</summary>
    public TimeSpan LivePatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a commit that has begun when the job is stopped may take to end.</summary>
    public TimeSpan CommitDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long no record may have been released before those that were are read, with everything else, from the lake. It is looked at
    /// as often as the logs are.
    /// </summary>
    public TimeSpan ReleaseQuiet { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Goes on without the markers of these days that are in the logs when the job starts.</summary>
    public IReadOnlyList<DateOnly> PassMarkers { get; init; } = [];

    /// <summary>Name of the lease, of <c>hot:meta:{job}</c> and in the brokers' logs.</summary>
    public string JobName { get; init; } = "hot";
}
