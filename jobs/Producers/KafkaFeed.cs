using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers;

/// <summary>The four topics of a Kafka as a target of producers: topics created, schemas registered, one producer open.</summary>
public sealed class KafkaFeed : IDisposable
{
    readonly BatchProducer producer;
    readonly OutstandingBytes? outstanding;

    KafkaFeed(BatchProducer producer, OutstandingBytes? outstanding, EventTarget target, IEnumerable<string> logs)
    {
        (this.producer, this.outstanding) = (producer, outstanding);
        Target = target;
        Logs = logs.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Ids of the logs behind the topics, as in the column <c>_log_id</c>.</summary>
    public IReadOnlySet<string> Logs { get; }

    /// <summary>Where a market sends its events.</summary>
    public EventTarget Target { get; }

    /// <summary>Creates the topics that are not there with so many partitions; those that are keep theirs.</summary>
    /// <param name="kafka">Where Kafka is.</param>
    /// <param name="partitions">Of topics that are created.</param>
    /// <param name="registry">Gives the schemas their ids.</param>
    /// <param name="outstanding">Holds the producer back; null: only the client's queue does.</param>
    /// <param name="cancel">Ends the opening.</param>
    public static async Task<KafkaFeed> OpenAsync(
        KafkaSettings kafka, int partitions, ISchemaRegistry registry, OutstandingBytes? outstanding, CancellationToken cancel)
    {
        using var admin = new KafkaAdmin(kafka);
        // the in-process cluster creates its topics itself, and it cannot through the admin's calls
        var logs = kafka.InProcess
            ? await admin.IdentifyAsync([.. Topics.All.Select(topic => topic.Name)], cancel).ConfigureAwait(false)
            : await admin.EnsureAsync([.. Definitions(partitions)], cancel).ConfigureAwait(false);
        var ids = await SchemaSubjects.RegisterAsync(registry, cancel).ConfigureAwait(false);
        var schemas = new SchemaIds([.. Topics.All.Select(topic => ids[topic.Schema.Subject])], ids[Topics.EndOfDay.Subject]);
        var sender = new BatchProducer(kafka, "dartlake-producer", [.. logs.Select(log => new TopicDefinition(log.Topic, log.Partitions))], outstanding);
        return new(
            sender,
            outstanding,
            new EventTarget([.. logs.Select(log => log.Partitions)], schemas, KafkaSink.On(sender)),
            logs.Select(log => log.LogId));
    }

    /// <summary>The topics with the same number of partitions each. The reference topic is compacted.</summary>
    public static IEnumerable<TopicDefinition> Definitions(int partitions) =>
        Topics.All.Select(topic => new TopicDefinition(topic.Name, partitions, topic.Compacted));

    /// <summary>Waits until the brokers have acknowledged everything.</summary>
    public void Flush(CancellationToken cancel) => producer.Flush(cancel);

    /// <summary>Whether the consumers that hold the producer back have everything that was sent.</summary>
    public bool IsConsumed => outstanding?.IsEmpty ?? true;

    public void Dispose() => producer.Dispose();
}
