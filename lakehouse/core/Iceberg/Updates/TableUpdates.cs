using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>
/// What a client sends a REST catalog so that a table becomes the one that it has prepared (REST specification, "TableUpdate" and
/// "TableRequirement"): the fields <c>requirements</c> and <c>updates</c> of an object.
/// </summary>
static class TableUpdates
{
    const string Action = "action", Type = "type";

    /// <summary>From one state to the next. Main is where it was, or nothing happens; so the same request can be sent twice.</summary>
    public static void Write(Utf8JsonWriter json, TableMetadata before, TableMetadata after)
    {
        json.WriteStartArray("requirements");
        WriteRequirement(json, "assert-table-uuid", "uuid", before.TableUuid);
        var refs = ChangedRefs(before, after).Select(change => change.Name);
        foreach (var name in refs.Prepend(SnapshotRef.Main).Distinct(StringComparer.Ordinal))
            WriteRef(json, name, before.Refs.GetValueOrDefault(name)?.SnapshotId);
        // files are written for the columns and partitions that were seen
        WriteRequirement(json, "assert-current-schema-id", "current-schema-id", before.CurrentSchemaId);
        WriteRequirement(json, "assert-last-assigned-field-id", "last-assigned-field-id", before.LastColumnId);
        WriteRequirement(json, "assert-default-spec-id", "default-spec-id", before.DefaultSpecId);
        json.WriteEndArray();
        json.WriteStartArray("updates");
        WriteProperties(json, before.Properties, after.Properties);
        WriteSchemas(json, before, after);
        WriteSnapshots(json, before, after);
        WriteStatistics(json, before.Statistics, after.Statistics);
        json.WriteEndArray();
    }

    /// <summary>From nothing to a first, empty state whose ids stay as they are.</summary>
    public static void WriteFirst(Utf8JsonWriter json, TableMetadata first)
    {
        json.WriteStartArray("requirements");
        json.WriteStartObject();
        json.WriteString(Type, "assert-create");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("updates");
        Write(json, "assign-uuid", () => json.WriteString("uuid", first.TableUuid));
        Write(json, "upgrade-format-version", () => json.WriteNumber("format-version", first.FormatVersion));
        WriteSchema(json, first.Schema, first.LastColumnId);
        Write(json, "add-spec", () =>
        {
            json.WritePropertyName("spec");
            SpecJson.Write(json, first.Spec);
        });
        Write(json, "set-default-spec", () => json.WriteNumber("spec-id", TableEdit.Last));
        Write(json, "add-sort-order", () =>
        {
            json.WritePropertyName("sort-order");
            SpecJson.Write(json, first.SortOrders[0]);
        });
        Write(json, "set-default-sort-order", () => json.WriteNumber("sort-order-id", TableEdit.Last));
        Write(json, "set-location", () => json.WriteString("location", first.Location));
        WriteProperties(json, new Dictionary<string, string>(), first.Properties);
        json.WriteEndArray();
    }

    /// <summary>A request that stages a table, for a server that wants one before its first commit.</summary>
    public static void WriteStaged(Utf8JsonWriter json, string name, TableMetadata first)
    {
        json.WriteString("name", name);
        json.WriteString("location", first.Location);
        json.WritePropertyName("schema");
        SchemaJson.Write(json, first.Schema);
        json.WritePropertyName("partition-spec");
        SpecJson.Write(json, first.Spec);
        json.WriteBoolean("stage-create", true);
        json.WriteTexts("properties", first.Properties);
    }

    static void WriteProperties(
        Utf8JsonWriter json, IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after)
    {
        var set = after.Where(p => before.GetValueOrDefault(p.Key) != p.Value).ToList();
        if (set.Count > 0)
            Write(json, "set-properties", () => json.WriteTexts("updates", set.ToDictionary(StringComparer.Ordinal)));
        var gone = before.Keys.Where(key => !after.ContainsKey(key)).ToList();
        if (gone.Count > 0)
            Write(json, "remove-properties", () =>
            {
                json.WriteStartArray("removals");
                foreach (var key in gone)
                    json.WriteStringValue(key);
                json.WriteEndArray();
            });
    }

    static void WriteSchemas(Utf8JsonWriter json, TableMetadata before, TableMetadata after)
    {
        if (after.CurrentSchemaId == before.CurrentSchemaId)
            return;
        if (before.Schemas.Any(schema => schema.SchemaId == after.CurrentSchemaId))
            Write(json, "set-current-schema", () => json.WriteNumber("schema-id", after.CurrentSchemaId));
        else
            WriteSchema(json, after.Schema, after.LastColumnId);
    }

    static void WriteSchema(Utf8JsonWriter json, IcebergSchema schema, int lastColumnId)
    {
        Write(json, "add-schema", () =>
        {
            json.WritePropertyName("schema");
            SchemaJson.Write(json, schema);
            json.WriteNumber("last-column-id", lastColumnId);
        });
        Write(json, "set-current-schema", () => json.WriteNumber("schema-id", TableEdit.Last));
    }

    static void WriteSnapshots(Utf8JsonWriter json, TableMetadata before, TableMetadata after)
    {
        foreach (var snapshot in after.Snapshots.Where(s => before.FindSnapshot(s.SnapshotId) is null))
            Write(json, "add-snapshot", () =>
            {
                json.WritePropertyName("snapshot");
                TableMetadataWriter.WriteSnapshot(json, snapshot);
            });
        foreach (var (name, reference) in ChangedRefs(before, after))
            if (reference is null)
                Write(json, "remove-snapshot-ref", () => json.WriteString("ref-name", name));
            else
                Write(json, "set-snapshot-ref", () =>
                {
                    json.WriteString("ref-name", name);
                    TableMetadataWriter.WriteRefFields(json, reference);
                });
        var gone = before.Snapshots.Where(s => after.FindSnapshot(s.SnapshotId) is null).ToList();
        if (gone.Count > 0)
            Write(json, "remove-snapshots", () =>
            {
                json.WriteStartArray("snapshot-ids");
                foreach (var snapshot in gone)
                    json.WriteNumberValue(snapshot.SnapshotId);
                json.WriteEndArray();
            });
    }

    static void WriteStatistics(Utf8JsonWriter json, IReadOnlyList<JsonElement> before, IReadOnlyList<JsonElement> after)
    {
        var kept = after.Select(file => file.Long("snapshot-id")).ToHashSet();
        foreach (var gone in before.Select(file => file.Long("snapshot-id")).Where(snapshot => !kept.Contains(snapshot)))
            Write(json, "remove-statistics", () => json.WriteNumber("snapshot-id", gone));
        foreach (var file in after.Where(one => !before.Any(other => other.GetRawText() == one.GetRawText())))
            Write(json, "set-statistics", () =>
            {
                json.WriteNumber("snapshot-id", file.Long("snapshot-id"));
                json.WritePropertyName("statistics");
                file.WriteTo(json);
            });
    }

    static IEnumerable<(string Name, SnapshotRef? To)> ChangedRefs(TableMetadata before, TableMetadata after) =>
        before.Refs.Keys.Union(after.Refs.Keys).Where(name => before.Refs.GetValueOrDefault(name) != after.Refs.GetValueOrDefault(name))
            .Select(name => (name, after.Refs.GetValueOrDefault(name)));

    static void WriteRef(Utf8JsonWriter json, string name, long? snapshot)
    {
        json.WriteStartObject();
        json.WriteString(Type, "assert-ref-snapshot-id");
        json.WriteString("ref", name);
        if (snapshot is { } id)
            json.WriteNumber("snapshot-id", id);
        else
            json.WriteNull("snapshot-id");
        json.WriteEndObject();
    }

    static void WriteRequirement(Utf8JsonWriter json, string type, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString(Type, type);
        json.WriteString(name, value);
        json.WriteEndObject();
    }

    static void WriteRequirement(Utf8JsonWriter json, string type, string name, int value)
    {
        json.WriteStartObject();
        json.WriteString(Type, type);
        json.WriteNumber(name, value);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string action, Action fields)
    {
        json.WriteStartObject();
        json.WriteString(Action, action);
        fields();
        json.WriteEndObject();
    }
}
