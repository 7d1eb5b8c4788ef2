using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Positions;

/// <summary>The first offset that a table does not cover, and the anchor before it (null: none was consumed yet).</summary>
public sealed record PartitionPosition(long Next, Anchor? Anchor);

/// <summary>
/// How far a bronze table is in its logs: the table property <c>dartlake.position</c>, JSON <c>{"snapshot-id": ID, "records": N, "logs":
/// {LOG: {TOPIC: {PARTITION: {"next": N, "anchor": {"offset": N, "timestamp": MICROS, "hash": HEX}}}}}}</c>. Immutable.
/// </summary>
public sealed record TablePosition(long SnapshotId, ImmutableSortedDictionary<LogPartition, PartitionPosition> Partitions)
{
    /// <summary>Nothing was consumed yet.</summary>
    public static TablePosition Empty { get; } = new(0, ImmutableSortedDictionary<LogPartition, PartitionPosition>.Empty);

    /// <summary>Rows that the table has with that snapshot; null: not known.</summary>
    public long? Records { get; init; }

    /// <summary>The position that a table tells, <see cref="Empty"/> when it has none.</summary>
    /// <exception cref="LakeException">Corrupt: the property is not such JSON.</exception>
    public static TablePosition Of(Table table)
    {
        if (!table.Metadata.Properties.TryGetValue(LakeNames.Position, out var text))
            return Empty;
        try
        {
            using var json = JsonDocument.Parse(text);
            var partitions = Read(json.RootElement.GetProperty("logs"), Read);
            return new(json.RootElement.GetProperty("snapshot-id").GetInt64(), partitions)
            {
                Records = json.RootElement.TryGetProperty("records", out var records) ? records.GetInt64() : null,
            };
        }
        catch (Exception e) when (IsNoPosition(e))
        {
            throw LakeException.Corrupt($"{table.Ident}: the property {LakeNames.Position} cannot be read ({e.Message}); restore it from an earlier metadata file", e);
        }
    }

    /// <summary>
    /// The position that the rows of main reach: that of its newest snapshot which tells one, for maintenance tells none. It has no
    /// anchors.
    /// </summary>
    /// <exception cref="LakeException">Invalid: none tells one; Corrupt: what it tells is no JSON of offsets.</exception>
    public static TablePosition OfRows(Table table)
    {
        var told = table.Metadata.CurrentSnapshot is { } current
            ? table.Metadata.AncestryOf(current).FirstOrDefault(s => s.Summary.ContainsKey(LakeNames.Offsets))
            : null;
        if (told is null)
            throw LakeException.Invalid($"no snapshot of {table.Ident} says up to which offsets its rows go: bring it to one of its stream, which 'dartlake table history {table.Ident}' lists, or drop it, and its topics are read from their start");
        try
        {
            using var json = JsonDocument.Parse(told.Summary[LakeNames.Offsets]);
            return new(told.SnapshotId, Read(json.RootElement, next => new(next.GetInt64(), null)));
        }
        catch (Exception e) when (IsNoPosition(e))
        {
            throw LakeException.Corrupt($"{table.Ident}: {LakeNames.Offsets} of snapshot {told.SnapshotId} cannot be read ({e.Message}); bring the table to another snapshot of its stream", e);
        }
    }

    static ImmutableSortedDictionary<LogPartition, PartitionPosition> Read(JsonElement logs, Func<JsonElement, PartitionPosition> read)
    {
        var partitions = ImmutableSortedDictionary.CreateBuilder<LogPartition, PartitionPosition>();
        foreach (var log in logs.EnumerateObject())
            foreach (var topic in log.Value.EnumerateObject())
                foreach (var partition in topic.Value.EnumerateObject())
                    partitions.Add(
                        new(log.Name, topic.Name, int.Parse(partition.Name, NumberStyles.None, CultureInfo.InvariantCulture)),
                        read(partition.Value));
        return partitions.ToImmutable();
    }

    static bool IsNoPosition(Exception e) =>
        e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException;

    /// <summary>A position that rows of main do not reach is none to go on from. Maintenance by others is no rollback.</summary>
    /// <exception cref="LakeException">Corrupt: main does not descend from the snapshot that the position belongs to.</exception>
    public void RefuseRollback(Table table)
    {
        if (IsRolledBack(table))
            throw LakeException.Corrupt($"{table.Ident} was rolled back: its position belongs to snapshot {SnapshotId}, which is not in the history of main; bring the table back to it, or start 'stream bronze' with --read-again to read again what came after the snapshot that it is at now, or with --accept-position to read on from that position all the same");
    }

    /// <summary>Whether main does not descend from the snapshot that the position belongs to.</summary>
    public bool IsRolledBack(Table table) => this != Empty
        && table.Metadata.CurrentSnapshotId != SnapshotId
        && !new MainLine(table.Metadata).DescendsFrom(SnapshotId, records: Records);

    /// <summary>The first offset that is not covered, null when nothing of the partition is.</summary>
    public long? Next(LogPartition partition) => Partitions.TryGetValue(partition, out var p) ? p.Next : null;

    /// <summary>The property's text, as of a snapshot.</summary>
    public string ToProperty() => Write(json =>
    {
        json.WriteNumber("snapshot-id", SnapshotId);
        if (Records is { } records)
            json.WriteNumber("records", records);
        json.WriteStartObject("logs");
        WriteLogs(json, (writer, p) =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("next", p.Next);
            if (p.Anchor is { } anchor)
            {
                writer.WriteStartObject("anchor");
                writer.WriteNumber("offset", anchor.Offset);
                writer.WriteNumber("timestamp", anchor.TimestampMicros);
                writer.WriteString("hash", anchor.Hash);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        });
        json.WriteEndObject();
    });

    /// <summary>The text of the summary key <c>dartlake.offsets</c>: log → topic → partition → next.</summary>
    public string ToOffsets() => Write(json => WriteLogs(json, (writer, p) => writer.WriteNumberValue(p.Next)));

    void WriteLogs(Utf8JsonWriter json, Action<Utf8JsonWriter, PartitionPosition> write)
    {
        foreach (var log in Partitions.GroupBy(p => p.Key.LogId, StringComparer.Ordinal).OrderBy(log => log.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(log.Key);
            foreach (var topic in log.GroupBy(p => p.Key.Topic, StringComparer.Ordinal))
            {
                json.WriteStartObject(topic.Key);
                foreach (var (partition, position) in topic)
                {
                    json.WritePropertyName(partition.Partition.ToString(CultureInfo.InvariantCulture));
                    write(json, position);
                }
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
    }

    static PartitionPosition Read(JsonElement json) => new(
        json.GetProperty("next").GetInt64(),
        json.TryGetProperty("anchor", out var anchor)
            ? new(anchor.GetProperty("offset").GetInt64(), anchor.GetProperty("timestamp").GetInt64(), anchor.GetProperty("hash").GetString()!)
            : null);

    static string Write(Action<Utf8JsonWriter> content)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
    }
}
