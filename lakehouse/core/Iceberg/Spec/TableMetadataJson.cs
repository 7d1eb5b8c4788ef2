using System.Text.Json;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>
/// Reads table metadata (spec, Appendix C, "Table Metadata and Snapshots"), formats v1 to v3, and checks them as Java does.
/// </summary>
static class TableMetadataJson
{
    static readonly HashSet<string> KnownFields = new(StringComparer.Ordinal)
    {
        "format-version", "table-uuid", "location", "last-sequence-number", "last-updated-ms", "last-column-id", "schema", "schemas", "current-schema-id",
        "partition-spec", "partition-specs", "default-spec-id", "last-partition-id", "sort-orders", "default-sort-order-id", "properties",
        "current-snapshot-id", "snapshots", "snapshot-log", "metadata-log", "refs", "statistics", "partition-statistics",
    };

    static readonly HashSet<string> KnownSnapshotFields = new(StringComparer.Ordinal)
    {
        "snapshot-id", "parent-snapshot-id", "sequence-number", "timestamp-ms", "manifest-list", "manifests", "summary", "schema-id",
    };

    /// <summary>The metadata in <paramref name="json"/>; <paramref name="source"/> names the file in errors.</summary>
    /// <exception cref="LakeException">Corrupt: not valid metadata; Invalid: a format that we do not read.</exception>
    public static TableMetadata Read(ReadOnlyMemory<byte> json, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 200 });
            var metadata = Read(document.RootElement);
            TableMetadataCheck.Check(metadata);
            return metadata;
        }
        catch (LakeException e)
        {
            throw new LakeException(e.Kind, $"table metadata {source}: {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw LakeException.Corrupt($"table metadata {source} is not readable JSON ({e.Message}); restore the file or point the catalog to the previous one", e);
        }
    }

    static TableMetadata Read(JsonElement json)
    {
        var version = json.Int("format-version");
        if (version is < 1 or > 3)
            throw LakeException.Invalid($"format version {version} is not supported; this program reads 1 to 3");
        var current = json.OptionalLong("current-snapshot-id") is { } id and not -1 ? id : (long?)null;
        var (schemas, currentSchemaId) = ReadSchemas(json, version);
        var (specs, defaultSpecId) = ReadSpecs(json, version);
        var orders = json.Optional("sort-orders") is null && version == 1
            ? [SortOrder.Unsorted]
            : json.Need("sort-orders").EnumerateArray().Select(SpecJson.ReadOrder).ToList();
        return new TableMetadata
        {
            FormatVersion = version,
            TableUuid = version == 1 ? json.OptionalText("table-uuid") ?? "" : json.Text("table-uuid"),
            Location = json.Text("location").TrimEnd('/'),
            LastSequenceNumber = version == 1 ? 0 : json.Long("last-sequence-number"),
            LastUpdatedMs = json.Long("last-updated-ms"),
            LastColumnId = json.Int("last-column-id"),
            Schemas = schemas,
            CurrentSchemaId = currentSchemaId,
            PartitionSpecs = specs,
            DefaultSpecId = defaultSpecId,
            LastPartitionId = version == 1
                ? json.OptionalInt("last-partition-id")
                    ?? specs.SelectMany(s => s.Fields).Select(f => f.FieldId).DefaultIfEmpty(SpecJson.FirstPartitionFieldId - 1).Max()
                : json.Int("last-partition-id"),
            SortOrders = orders,
            DefaultSortOrderId = version == 1 ? json.OptionalInt("default-sort-order-id") ?? 0 : json.Int("default-sort-order-id"),
            Properties = json.Texts("properties"),
            CurrentSnapshotId = current,
            Snapshots = [.. json.Items("snapshots").Select(s => ReadSnapshot(s, version))],
            SnapshotLog = [.. json.Items("snapshot-log").Select(e => new SnapshotLogEntry(e.Long("timestamp-ms"), e.Long("snapshot-id")))],
            MetadataLog = [.. json.Items("metadata-log").Select(e => new MetadataLogEntry(e.Long("timestamp-ms"), e.Text("metadata-file")))],
            Refs = ReadRefs(json, current),
            Statistics = [.. json.Items("statistics").Select(s => s.Clone())],
            PartitionStatistics = [.. json.Items("partition-statistics").Select(s => s.Clone())],
            Others = json.Except(KnownFields),
        };
    }

    static (IReadOnlyList<IcebergSchema> Schemas, int Current) ReadSchemas(JsonElement json, int version)
    {
        if (version > 1 || json.Optional("schemas") is not null)
            return ([.. json.Need("schemas").EnumerateArray().Select(SchemaJson.Read)], json.Int("current-schema-id"));
        var only = SchemaJson.Read(json.Need("schema"));
        return ([only], only.SchemaId);
    }

    static (IReadOnlyList<PartitionSpec> Specs, int Default) ReadSpecs(JsonElement json, int version)
    {
        if (version > 1 || json.Optional("partition-specs") is not null)
            return ([.. json.Need("partition-specs").EnumerateArray().Select(SpecJson.ReadSpec)], json.Int("default-spec-id"));
        return ([new PartitionSpec(0, SpecJson.ReadFields(json.Items("partition-spec")))], 0);
    }

    /// <summary>A snapshot as a table of that format version has it.</summary>
    public static Snapshot ReadSnapshot(JsonElement json, int version) => new()
    {
        SnapshotId = json.Long("snapshot-id"),
        ParentSnapshotId = json.OptionalLong("parent-snapshot-id") is { } parent and not -1 ? parent : null,
        SequenceNumber = json.OptionalLong("sequence-number") ?? 0,
        TimestampMs = json.Long("timestamp-ms"),
        ManifestList = version == 1 ? json.OptionalText("manifest-list") : json.Text("manifest-list"),
        Manifests = [.. json.Items("manifests").Select(m => m.GetString()!)],
        Summary = json.Texts("summary"),
        SchemaId = json.OptionalInt("schema-id"),
        Others = json.Except(KnownSnapshotFields),
    };

    /// <summary>A branch or tag, without its name.</summary>
    public static SnapshotRef ReadRef(JsonElement json) => new(json.Long("snapshot-id"), json.Text("type"), json.OptionalInt("min-snapshots-to-keep"),
        json.OptionalLong("max-snapshot-age-ms"), json.OptionalLong("max-ref-age-ms"));

    static Dictionary<string, SnapshotRef> ReadRefs(JsonElement json, long? current)
    {
        var refs = new Dictionary<string, SnapshotRef>(StringComparer.Ordinal);
        if (json.Optional("refs") is { } map)
            foreach (var entry in map.EnumerateObject())
                refs[entry.Name] = ReadRef(entry.Value);
        if (current is { } id)
            refs.TryAdd(SnapshotRef.Main, new(id, SnapshotRef.Branch));
        return refs;
    }
}
