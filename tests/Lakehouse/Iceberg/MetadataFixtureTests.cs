using System.Text.Json;
using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

public sealed class MetadataFixtureTests
{
    /// <summary>Written by nobody but defaults, so a reader may add them.</summary>
    static readonly string[] optional = ["statistics", "partition-statistics", "snapshot-log", "metadata-log", "refs", "snapshots", "properties", "current-snapshot-id",
        "schema", "schemas", "current-schema-id", "partition-spec", "partition-specs", "default-spec-id", "last-partition-id", "sort-orders", "default-sort-order-id"];

    [Fact]
    public async Task Metadata_that_Java_accepts_are_read_and_written_back_with_the_same_meaning_and_those_that_it_rejects_are_refused()
    {
        var folder = Shared.Path("data", "iceberg");
        var accepted = 0;
        foreach (var fixture in JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "expected.json"))).RootElement
            .GetProperty("metadata")
            .EnumerateArray())
        {
            var file = fixture.GetProperty("file").GetString()!;
            if (file.Contains("view_metadata", StringComparison.Ordinal))
                continue;
            var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, file));
            if (fixture.GetProperty("verdict").GetString() == "accept")
            {
                AssertSameMeaning(file, bytes, TableMetadataJson.Read(bytes, file));
                accepted++;
            }
            else
                Assert.Contains(
                    file, Assert.Throws<LakeException>(() => TableMetadataJson.Read(bytes, file)).Message, StringComparison.Ordinal);
        }
        Assert.True(accepted >= 10);
    }

    [Fact]
    public void Unknown_fields_of_table_and_snapshots_stay()
    {
        const string json = """
            {"format-version":2,"table-uuid":"9c12d441-03fe-4693-9a96-a0705ddf69c1","location":"file:///wh/db/t/","last-sequence-number":1,"future":{"a":[1]},
            "last-updated-ms":1787300000000,"last-column-id":1,"current-schema-id":0,"schemas":[{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"id","required":true,"type":"decimal(9,2)"}]}],
            "default-spec-id":0,"partition-specs":[{"spec-id":0,"fields":[]}],"last-partition-id":999,"default-sort-order-id":0,"sort-orders":[{"order-id":0,"fields":[]}],
            "current-snapshot-id":9223372036854775807,"snapshots":[{"snapshot-id":9223372036854775807,"sequence-number":1,"timestamp-ms":1,"manifest-list":"l","summary":{"operation":"append"},"key-id":"k"}]}
            """;
        var table = TableMetadataJson.Read(System.Text.Encoding.UTF8.GetBytes(json), "t");
        var again = JsonNode.Parse(TableMetadataWriter.Write(table).Span)!;
        Assert.Equal("""{"a":[1]}""", again["future"]!.ToJsonString());
        Assert.Equal("k", (string?)again["snapshots"]![0]!["key-id"]);
        Assert.Equal(long.MaxValue, (long)again["current-snapshot-id"]!);
        Assert.Equal((long.MaxValue, "file:///wh/db/t", "decimal(9, 2)"), (table.Refs["main"].SnapshotId, table.Location, table.Schema.Fields[0].Type.ToString()));
    }

    static void AssertSameMeaning(string file, byte[] before, TableMetadata table)
    {
        var written = TableMetadataWriter.Write(table);
        var (old, now) = (JsonNode.Parse(before)!.AsObject(), JsonNode.Parse(written.Span)!.AsObject());
        if (old["refs"] is JsonObject refs && refs["main"] is null)
            now["refs"]!.AsObject().Remove("main");
        foreach (var (key, value) in old)
            if (key is not ("location" or "last-partition-id" or "current-snapshot-id")
                && !(table.FormatVersion == 1 && (key.StartsWith("schema", StringComparison.Ordinal) || key.Contains("sequence", StringComparison.Ordinal))))
                Assert.True(
                    JsonNode.DeepEquals(Normal(value), Normal(now[key])), $"{file}: {key} was {value?.ToJsonString()} and is {now[key]?.ToJsonString()}");
        foreach (var (key, _) in now)
            Assert.True(old.ContainsKey(key) || optional.Contains(key, StringComparer.Ordinal), $"{file}: {key} is new");
        Assert.Equal(written.ToArray(), TableMetadataWriter.Write(TableMetadataJson.Read(written, file)).ToArray());
    }

    /// <summary>Types are spelled with or without a space, and an empty object or the parent -1 may be left out.</summary>
    static JsonNode? Normal(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                var result = new JsonObject();
                foreach (var (key, value) in map.OrderBy(p => p.Key, StringComparer.Ordinal))
                    if (value is not null
                        && !(key == "parent-snapshot-id" && (long)value == -1)
                        && !(key == "identifier-field-ids" && value.AsArray().Count == 0)
                        && !(key == "sequence-number" && (long)value == 0))
                        result[key] = Normal(value);
                return result;
            case JsonArray list:
                return new JsonArray([.. list.Select(Normal)]);
            case JsonValue value when value.TryGetValue<string>(out var text) && text.StartsWith("decimal", StringComparison.Ordinal):
                return text.Replace(" ", "", StringComparison.Ordinal);
            default:
                return node?.DeepClone();
        }
    }
}
