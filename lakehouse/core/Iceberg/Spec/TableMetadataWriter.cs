using System.Text.Json;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>Writes table metadata as JSON with Java's choice of fields: the optional lists are there even when empty.</summary>
static class TableMetadataWriter
{
    public static ReadOnlyMemory<byte> Write(TableMetadata table)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(
            buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteHead(json, table);
            WriteSchemas(json, table);
            WriteSpecs(json, table);
            json.WriteTexts("properties", table.Properties);
            WriteState(json, table);
            json.WriteOthers(table.Others);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    static void WriteHead(Utf8JsonWriter json, TableMetadata table)
    {
        json.WriteNumber("format-version", table.FormatVersion);
        if (table.TableUuid.Length > 0)
            json.WriteString("table-uuid", table.TableUuid);
        json.WriteString("location", table.Location);
        if (table.FormatVersion > 1)
            json.WriteNumber("last-sequence-number", table.LastSequenceNumber);
        json.WriteNumber("last-updated-ms", table.LastUpdatedMs);
        json.WriteNumber("last-column-id", table.LastColumnId);
    }

    static void WriteSchemas(Utf8JsonWriter json, TableMetadata table)
    {
        if (table.FormatVersion == 1)
        {
            json.WritePropertyName("schema");
            SchemaJson.Write(json, table.Schema);
        }
        json.WriteNumber("current-schema-id", table.CurrentSchemaId);
        json.WriteStartArray("schemas");
        foreach (var schema in table.Schemas)
            SchemaJson.Write(json, schema);
        json.WriteEndArray();
    }

    static void WriteSpecs(Utf8JsonWriter json, TableMetadata table)
    {
        if (table.FormatVersion == 1)
        {
            json.WritePropertyName("partition-spec");
            SpecJson.WriteFields(json, table.Spec.Fields);
        }
        json.WriteNumber("default-spec-id", table.DefaultSpecId);
        json.WriteStartArray("partition-specs");
        foreach (var spec in table.PartitionSpecs)
            SpecJson.Write(json, spec);
        json.WriteEndArray();
        json.WriteNumber("last-partition-id", table.LastPartitionId);
        json.WriteNumber("default-sort-order-id", table.DefaultSortOrderId);
        json.WriteStartArray("sort-orders");
        foreach (var order in table.SortOrders)
            SpecJson.Write(json, order);
        json.WriteEndArray();
    }

    static void WriteState(Utf8JsonWriter json, TableMetadata table)
    {
        if (table.CurrentSnapshotId is { } current)
            json.WriteNumber("current-snapshot-id", current);
        else if (table.FormatVersion < 3)
            json.WriteNumber("current-snapshot-id", -1);
        else
            json.WriteNull("current-snapshot-id");
        json.WriteStartObject("refs");
        foreach (var (name, reference) in table.Refs)
            WriteRef(json, name, reference);
        json.WriteEndObject();
        json.WriteStartArray("snapshots");
        foreach (var snapshot in table.Snapshots)
            WriteSnapshot(json, snapshot);
        json.WriteEndArray();
        WriteAll(json, "statistics", table.Statistics);
        WriteAll(json, "partition-statistics", table.PartitionStatistics);
        WriteLogs(json, table);
    }

    static void WriteRef(Utf8JsonWriter json, string name, SnapshotRef reference)
    {
        json.WriteStartObject(name);
        WriteRefFields(json, reference);
        json.WriteEndObject();
    }

    public static void WriteRefFields(Utf8JsonWriter json, SnapshotRef reference)
    {
        json.WriteNumber("snapshot-id", reference.SnapshotId);
        json.WriteString("type", reference.Type);
        json.WriteOptional("min-snapshots-to-keep", reference.MinSnapshotsToKeep);
        json.WriteOptional("max-snapshot-age-ms", reference.MaxSnapshotAgeMs);
        json.WriteOptional("max-ref-age-ms", reference.MaxRefAgeMs);
    }

    public static void WriteSnapshot(Utf8JsonWriter json, Snapshot snapshot)
    {
        json.WriteStartObject();
        if (snapshot.SequenceNumber > 0)
            json.WriteNumber("sequence-number", snapshot.SequenceNumber);
        json.WriteNumber("snapshot-id", snapshot.SnapshotId);
        json.WriteOptional("parent-snapshot-id", snapshot.ParentSnapshotId);
        json.WriteNumber("timestamp-ms", snapshot.TimestampMs);
        if (snapshot.Summary.Count > 0)
            json.WriteTexts("summary", snapshot.Summary);
        if (snapshot.ManifestList is { } list)
            json.WriteString("manifest-list", list);
        if (snapshot.Manifests.Count > 0)
        {
            json.WriteStartArray("manifests");
            foreach (var manifest in snapshot.Manifests)
                json.WriteStringValue(manifest);
            json.WriteEndArray();
        }
        json.WriteOptional("schema-id", snapshot.SchemaId);
        json.WriteOthers(snapshot.Others);
        json.WriteEndObject();
    }

    static void WriteLogs(Utf8JsonWriter json, TableMetadata table)
    {
        json.WriteStartArray("snapshot-log");
        foreach (var entry in table.SnapshotLog)
        {
            json.WriteStartObject();
            json.WriteNumber("timestamp-ms", entry.TimestampMs);
            json.WriteNumber("snapshot-id", entry.SnapshotId);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("metadata-log");
        foreach (var entry in table.MetadataLog)
        {
            json.WriteStartObject();
            json.WriteNumber("timestamp-ms", entry.TimestampMs);
            json.WriteString("metadata-file", entry.MetadataFile);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteAll(Utf8JsonWriter json, string name, IReadOnlyList<JsonElement> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            value.WriteTo(json);
        json.WriteEndArray();
    }
}
