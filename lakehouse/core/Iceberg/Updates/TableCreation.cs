using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>The first metadata of a table out of a client's request (REST specification, "CreateTableRequest").</summary>
static class TableCreation
{
    /// <param name="request">With schema, and spec, order and properties if any.</param>
    /// <param name="location">Where the table lies.</param>
    /// <param name="uuid">Which it is.</param>
    /// <param name="nowMs">Milliseconds since 1970, UTC.</param>
    /// <exception cref="LakeException">Invalid: the request contradicts itself.</exception>
    public static TableMetadata Of(JsonElement request, string location, Guid uuid, long nowMs)
    {
        var ids = new FreshIds();
        var schema = ids.Of(SchemaJson.Read(request.Need("schema")));
        var properties = new Dictionary<string, string>(TableUpkeep.OfNewTables, StringComparer.Ordinal);
        foreach (var (key, value) in request.Texts("properties"))
            properties[key] = value;
        var version = properties.Remove(TableProperties.FormatVersion, out var asked) ? TableProperties.VersionOf(asked) : 2;
        return TableEdit.Create(
        [
            Update("upgrade-format-version", json => json.WriteNumber("format-version", version)),
            Update("add-schema", json => Named(json, "schema", () => SchemaJson.Write(json, schema))),
            Update("set-current-schema", json => json.WriteNumber("schema-id", TableEdit.Last)),
            Update("add-spec", json => Named(json, "spec", () => WriteSpec(json, request.Optional("partition-spec"), ids))),
            Update("set-default-spec", json => json.WriteNumber("spec-id", TableEdit.Last)),
            Update("add-sort-order", json => Named(json, "sort-order", () => WriteOrder(json, request.Optional("write-order"), ids))),
            Update("set-default-sort-order", json => json.WriteNumber("sort-order-id", TableEdit.Last)),
            Update("set-location", json => json.WriteString("location", location)),
            Update("set-properties", json => json.WriteTexts("updates", properties)),
        ], location, uuid, nowMs);
    }

    /// <summary>Partition field ids are ours to give, as the fields' are.</summary>
    static void WriteSpec(Utf8JsonWriter json, JsonElement? spec, FreshIds ids)
    {
        var fields = spec is { } given ? SpecJson.ReadFields(given.Items("fields")) : [];
        SpecJson.Write(json, new PartitionSpec(
            0, [.. fields.Select((f, i) => f with { SourceId = ids.Find(f.SourceId), FieldId = SpecJson.FirstPartitionFieldId + i })]));
    }

    static void WriteOrder(Utf8JsonWriter json, JsonElement? order, FreshIds ids)
    {
        var read = order is { } given ? SpecJson.ReadOrder(given) : SortOrder.Unsorted;
        SpecJson.Write(json, read with { Fields = [.. read.Fields.Select(f => f with { SourceId = ids.Find(f.SourceId) })] });
    }

    static void Named(Utf8JsonWriter json, string name, Action write)
    {
        json.WritePropertyName(name);
        write();
    }

    static JsonElement Update(string action, Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("action", action);
            write(json);
            json.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = 200 });
        return document.RootElement.Clone();
    }
}
