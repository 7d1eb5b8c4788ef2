namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>How often a job looks at its logs, and how long it waits for them at the start.</summary>
public sealed record LogWatchSettings
{
    /// <summary>How often the brokers are asked whether the topics are the same logs.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a job that starts waits for topics that nobody has created yet; zero: not at all.</summary>
    public TimeSpan WaitForTopics { get; init; } = TimeSpan.FromMinutes(10);
}
