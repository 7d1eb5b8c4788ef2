namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>What became of the logs since they were looked at before.</summary>
internal enum LogChange
{
    None,

    /// <summary>A connection was lost, or there are more partitions: read again from the positions, which compares the anchors.</summary>
    ReadAgain,

    /// <summary>A topic was deleted and created again; <see cref="LogWatch.Replaced"/> names it.</summary>
    Replaced,
}
