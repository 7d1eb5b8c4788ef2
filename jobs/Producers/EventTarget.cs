using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers;

/// <summary>
/// Takes a batch of events in order, and comes back when the batch may be filled again. To
/// make the producer wait, it simply takes its time: this is where backpressure enters.
/// </summary>
public delegate ValueTask EventSink(EventBatch batch, CancellationToken cancel);

/// <summary>Schema ids of the registry, as the frame carries them.</summary>
/// <param name="ByTopic">In the order of <see cref="Topics.All"/>.</param>
/// <param name="EndOfDay">The marker's.</param>
public sealed record SchemaIds(IReadOnlyList<int> ByTopic, int EndOfDay)
{
    public int Of(Topic topic) => ByTopic[topic.Index];
}

/// <summary>Where events go.</summary>
/// <param name="Partitions">How many each topic has, in the order of <see cref="Topics.All"/>;
/// a record's is murmur2 of its key, as Kafka's own clients choose.</param>
/// <param name="Schemas">Their ids.</param>
/// <param name="Sink">Takes the events.</param>
public sealed record EventTarget(IReadOnlyList<int> Partitions, SchemaIds Schemas, EventSink Sink)
{
    /// <summary>Called when the sink has the markers and nothing that is late; the producer goes on when it comes back.</summary>
    public Func<CancellationToken, ValueTask>? DayEnded { get; init; }

    /// <summary>The same number of partitions for every topic.</summary>
    public static EventTarget Even(int partitions, SchemaIds schemas, EventSink sink) =>
        new([.. Topics.All.Select(_ => partitions)], schemas, sink);
}
