using Confluent.Kafka;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>How to reach a Kafka. Never printed with its secrets.</summary>
public sealed record KafkaSettings
{
    static readonly string[] passedThrough = ["security.", "sasl.", "ssl.", "enable.ssl.", "enable.sasl.", "socket.", "client.", "broker.", "reconnect.", "https.", "session.", "heartbeat."];
    static readonly string[] secretWords = ["password", "secret", "key", "token", "jaas", "pem"];

    /// <summary>host:port, several separated by commas.</summary>
    public required string Brokers { get; init; }

    /// <summary>
    /// The brokers are librdkafka's in-process cluster, which drops old records by itself and does not wake a waiting fetch.
    /// </summary>
    public bool InProcess { get; init; }

    /// <summary>SASL, TLS and socket settings under librdkafka's names.</summary>
    public IReadOnlyDictionary<string, string> Security { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How long a call to the brokers may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long brokers that were there may be gone before a job or a producer gives up.</summary>
    public required TimeSpan Patience { get; init; }

    public override string ToString() => Brokers;

    /// <summary>A text of the client with the values of secret settings taken out.</summary>
    internal string Redact(string text)
    {
        foreach (var (name, value) in Security)
            if (value.Length > 0 && secretWords.Any(w => name.Contains(w, StringComparison.Ordinal)))
                text = text.Replace(value, "***", StringComparison.Ordinal);
        return text;
    }

    /// <summary>
    /// Processes can share partitions through a consumer group. The in-process
    /// cluster lives in one process, and its groups make it wait for seconds.
    /// </summary>
    internal bool HasGroups => !InProcess;

    internal ConsumerConfig Consumer(string clientId, string? group) => With(new ConsumerConfig
    {
        ClientId = clientId,
        // Required by the client also without a group; positions are the tables', nothing is ever committed to it.
        GroupId = group ?? "dartlake-" + clientId,
        // Partitions are handed out anew only when every member has let go of its own, so that it can commit before.
        GroupProtocol = GroupProtocol.Classic,
        PartitionAssignmentStrategy = PartitionAssignmentStrategy.RoundRobin,
        // The partitions of a member that died rest for so long; brokers refuse less.
        SessionTimeoutMs = 6_000,
        HeartbeatIntervalMs = 1_500,
        // So often the group's leader sees that a topic has more partitions.
        TopicMetadataRefreshIntervalMs = 10_000,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Error,
        EnablePartitionEof = true,
        // A full queue pauses a partition for this long; the default of a second costs seven eighths of the speed.
        FetchQueueBackoffMs = 1,
        FetchWaitMaxMs = InProcess ? 5 : 500,
        QueuedMaxMessagesKbytes = 32 * 1024,
        MaxPartitionFetchBytes = 512 * 1024,
    });

    internal AdminClientConfig Admin() => With(new AdminClientConfig { ClientId = "dartlake-admin" });

    internal ProducerConfig Producer(string clientId) => With(new ProducerConfig
    {
        ClientId = clientId,
        EnableIdempotence = true,
        Partitioner = Partitioner.Murmur2Random,
        LingerMs = 5,
        MessageTimeoutMs = (int)Patience.TotalMilliseconds,
        CompressionType = CompressionType.Lz4,
        QueueBufferingMaxMessages = 1_000_000,
        QueueBufferingMaxKbytes = 512 * 1024,
    });

    T With<T>(T config) where T : ClientConfig
    {
        KafkaLibrary.Load();
        config.BootstrapServers = Brokers;
        foreach (var (name, value) in Security)
            config.Set(passedThrough.Any(p => name.StartsWith(p, StringComparison.Ordinal)) ? name
                : throw LakeException.Invalid($"the Kafka setting {name} is not passed through; settings that begin with {string.Join(", ", passedThrough)} are"), value);
        return config;
    }
}
