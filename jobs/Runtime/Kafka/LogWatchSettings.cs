namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>How patient a job is with its brokers and topics.</summary>
public sealed record LogWatchSettings
{
    /// <summary>How often the brokers are asked whether the topics are the same logs.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long brokers that were there may be gone before the job ends.</summary>
    public TimeSpan UnavailableAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a job that starts waits for topics that nobody has created yet; zero: not at all.</summary>
    public TimeSpan WaitForTopics { get; init; } = TimeSpan.FromMinutes(10);
}
