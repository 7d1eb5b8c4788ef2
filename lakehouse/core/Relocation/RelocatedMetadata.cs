using System.Text.Json;
using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>Table metadata with the locations of another folder. Pure; the files that snapshots name are somebody else's work.</summary>
static class RelocatedMetadata
{
    /// <param name="table">As it was.</param>
    /// <param name="map">From the folder of before to the one of now.</param>
    /// <param name="snapshots">With new manifest lists, or manifests.</param>
    public static TableMetadata Of(TableMetadata table, LocationMap map, IReadOnlyList<Snapshot> snapshots) => table with
    {
        Location = map.Apply(table.Location),
        Properties = table.Properties.ToDictionary(p => p.Key, p => map.Apply(p.Value), StringComparer.Ordinal),
        Snapshots = snapshots,
        // the metadata files of before name the other folder, and so would whoever went back to one
        MetadataLog = [],
        Statistics = [.. table.Statistics.Select(s => Mapped(s, map))],
        PartitionStatistics = [.. table.PartitionStatistics.Select(s => Mapped(s, map))],
        Others = table.Others.ToDictionary(o => o.Key, o => Mapped(o.Value, map), StringComparer.Ordinal),
    };

    /// <summary>The JSON of a view: its versions name no files, so that its own places are all there is.</summary>
    /// <exception cref="LakeException">Corrupt: no JSON.</exception>
    public static byte[] OfView(ReadOnlyMemory<byte> json, LocationMap map)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(Mapped(JsonNode.Parse(json.Span), map));
        }
        catch (JsonException e)
        {
            throw LakeException.Corrupt($"its metadata is not readable JSON ({e.Message})", e);
        }
    }

    /// <summary>Every text in it that is a location there, at any depth.</summary>
    static JsonElement Mapped(JsonElement element, LocationMap map) =>
        JsonSerializer.SerializeToElement(Mapped(JsonNode.Parse(element.GetRawText()), map));

    static JsonNode? Mapped(JsonNode? node, LocationMap map) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(f => KeyValuePair.Create(f.Key, Mapped(f.Value, map)))),
        JsonArray items => new JsonArray([.. items.Select(item => Mapped(item, map))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(map.Apply(text)),
        _ => node?.DeepClone(),
    };
}
