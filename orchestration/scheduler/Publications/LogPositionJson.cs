using System.Text.Json;
using System.Text.Json.Serialization;
using Dart.Lake.Schemas;

namespace Dart.Lake.Orchestration.Publications;

/// <summary>A place in a log as the ledger keeps it: <c>{"logId": LOG, "topic": TOPIC, "partition": N, "nextOffset": N}</c>.</summary>
sealed class LogPositionJson : JsonConverter<LogPosition>
{
    public override LogPosition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var flat = JsonSerializer.Deserialize<Flat>(ref reader, options) ?? throw new JsonException("a position is null");
        return new(new(flat.LogId, flat.Topic, flat.Partition), flat.NextOffset);
    }

    public override void Write(Utf8JsonWriter writer, LogPosition value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(
            writer, new Flat(value.Partition.LogId, value.Partition.Topic, value.Partition.Partition, value.Next), options);

    sealed record Flat(string LogId, string Topic, int Partition, long NextOffset);
}
