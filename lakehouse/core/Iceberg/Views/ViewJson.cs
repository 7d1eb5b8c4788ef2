using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Views;

/// <summary>View metadata as JSON (view specification, Appendix A).</summary>
static class ViewJson
{
    /// <summary>As of table metadata.</summary>
    const int MaxDepth = 200;

    static readonly HashSet<string> OfVersion = new(StringComparer.Ordinal) { "version-id", "schema-id", "timestamp-ms" };

    /// <exception cref="LakeException">Corrupt: not view metadata.</exception>
    public static ViewMetadata Read(ReadOnlyMemory<byte> json, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is LakeException or JsonException or InvalidOperationException or FormatException)
        {
            throw LakeException.Corrupt($"view metadata {source}: {e.Message}", e);
        }
    }

    static ViewMetadata Read(JsonElement json) => new()
    {
        ViewUuid = json.Text("view-uuid"),
        Location = json.Text("location").TrimEnd('/'),
        Schemas = [.. json.Need("schemas").EnumerateArray().Select(SchemaJson.Read)],
        CurrentVersionId = json.Int("current-version-id"),
        Versions = [.. json.Need("versions").EnumerateArray().Select(ReadVersion)],
        Log = [.. json.Items("version-log").Select(e => new ViewLogEntry(e.Long("timestamp-ms"), e.Int("version-id")))],
        Properties = json.Texts("properties"),
    };

    public static ViewVersion ReadVersion(JsonElement json)
    {
        var rest = json.Except(OfVersion);
        if (!rest.ContainsKey("default-namespace") || !rest.ContainsKey("summary"))
            throw LakeException.Corrupt("a view's version needs 'summary' and 'default-namespace'");
        return new(json.Int("version-id"), json.Int("schema-id"), json.Long("timestamp-ms"), rest);
    }

    public static ReadOnlyMemory<byte> Write(ViewMetadata view)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(4 * 1024);
        using (var json = new Utf8JsonWriter(
            buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("view-uuid", view.ViewUuid);
            json.WriteNumber("format-version", 1);
            json.WriteString("location", view.Location);
            json.WriteTexts("properties", view.Properties);
            json.WriteStartArray("schemas");
            foreach (var schema in view.Schemas)
                SchemaJson.Write(json, schema);
            json.WriteEndArray();
            json.WriteNumber("current-version-id", view.CurrentVersionId);
            WriteVersions(json, view);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    static void WriteVersions(Utf8JsonWriter json, ViewMetadata view)
    {
        json.WriteStartArray("versions");
        foreach (var version in view.Versions)
        {
            json.WriteStartObject();
            json.WriteNumber("version-id", version.VersionId);
            json.WriteNumber("timestamp-ms", version.TimestampMs);
            json.WriteNumber("schema-id", version.SchemaId);
            json.WriteOthers(version.Rest);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("version-log");
        foreach (var entry in view.Log)
        {
            json.WriteStartObject();
            json.WriteNumber("timestamp-ms", entry.TimestampMs);
            json.WriteNumber("version-id", entry.VersionId);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
