using System.Globalization;
using System.IO.Hashing;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Positions;

/// <summary>
/// The last record that was consumed, to tell a log from another one that has its name
/// and ids: offset, Kafka timestamp in microseconds (-1: none), hash of key and value.
/// </summary>
public sealed record Anchor(long Offset, long TimestampMicros, string Hash)
{
    internal static Anchor Of(in KafkaRecord record) => new(record.Offset, record.TimestampMicros, HashOf(record));

    /// <summary>
    /// Compares the first record that comes when a partition is read from its anchor.
    /// A compacted log may have lost the record; then nothing can be compared.
    /// </summary>
    /// <exception cref="LakeException">Corrupt: the record at the anchor's offset is another one.</exception>
    internal void Verify(LogPartition partition, in KafkaRecord record)
    {
        if (!record.IsEnd && record.Offset == Offset && (record.TimestampMicros != TimestampMicros || HashOf(record) != Hash))
            throw LakeException.Corrupt($"{partition}: the record at offset {record.Offset} is not the one that was consumed there: it is another log under the same id; restore the topic, or create it again so that it gets a new id");
    }

    static string HashOf(in KafkaRecord record) =>
        XxHash3.HashToUInt64(record.Value, unchecked((long)XxHash3.HashToUInt64(record.Key))).ToString("x16", CultureInfo.InvariantCulture);
}
