namespace Dart.Lake.Jobs.Producers;

/// <summary>
/// Takes a batch of events in order, and comes back when the batch may be filled again. To make the producer wait, it simply takes its time:
/// this is where backpressure enters.
/// </summary>
public delegate ValueTask EventSink(EventBatch batch, CancellationToken cancel);

/// <summary>Schema ids of the registry, as the frame carries them.</summary>
public sealed record SchemaIds(int MarketData, int Trades, int Reference, int Permit, int EndOfDay)
{
    public int Of(Topic topic) => topic switch
    {
        Topic.MarketData => MarketData,
        Topic.Trades => Trades,
        Topic.Reference => Reference,
        _ => Permit,
    };
}

/// <summary>Where events go: partitions per topic (a record's is murmur2 of its key, as Kafka's own clients choose), schema ids, and the sink.</summary>
public sealed record EventTarget(IReadOnlyDictionary<Topic, int> Partitions, SchemaIds Schemas, EventSink Sink)
{
    /// <summary>Called when the sink has the markers and nothing that is late; the producer goes on when it comes back.</summary>
    public Func<CancellationToken, ValueTask>? DayEnded { get; init; }

    /// <summary>The same number of partitions for every topic.</summary>
    public static EventTarget Even(int partitions, SchemaIds schemas, EventSink sink) =>
        new(Topics.All.ToDictionary(topic => topic, _ => partitions), schemas, sink);
}
