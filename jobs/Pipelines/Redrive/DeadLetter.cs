using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>A row of bronze.dead_letters.</summary>
/// <param name="At">Its place in the log.</param>
/// <param name="TimestampMicros">Kafka's timestamp; null: it had none.</param>
/// <param name="IngestedMicros">When the job read it.</param>
/// <param name="SchemaId">Of its frame, if there was one.</param>
/// <param name="Reason">As in the contract.</param>
/// <param name="Detail">The same in words.</param>
/// <param name="Key">As it came.</param>
/// <param name="Value">As it came.</param>
/// <param name="IsDropped">Somebody decided that it is not to be released.</param>
public sealed record DeadLetter(
    LogPosition At,
    long? TimestampMicros,
    long IngestedMicros,
    int? SchemaId,
    string Reason,
    string Detail,
    byte[]? Key,
    byte[]? Value,
    bool IsDropped);
