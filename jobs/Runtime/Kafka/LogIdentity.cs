namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>A topic of one cluster in one of its lives: a topic that is deleted and created again is another log.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="LogId">Cluster id and topic id, as in the column <c>_log_id</c>: <c>cluster/topic-id</c>.</param>
/// <param name="Partitions">Number of partitions.</param>
internal sealed record LogIdentity(string Topic, string LogId, int Partitions);
