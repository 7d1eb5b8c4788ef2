using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>Partition specs and sort orders as JSON (spec, Appendix C).</summary>
static class SpecJson
{
    public const int FirstPartitionFieldId = 1000;

    public static PartitionSpec ReadSpec(JsonElement json) => new(json.Int("spec-id"), ReadFields(json.Items("fields")));

    /// <summary>v1 files may leave field ids out; they then count from 1000 (spec, "Partition Evolution").</summary>
    public static IReadOnlyList<PartitionField> ReadFields(IReadOnlyList<JsonElement> fields) =>
    [
        .. fields.Select((field, i) => new PartitionField(
            SourceOf(field), field.OptionalInt("field-id") ?? FirstPartitionFieldId + i, field.Text("name"), Transform.Parse(field.Text("transform")))),
    ];

    public static SortOrder ReadOrder(JsonElement json) => new(json.Int("order-id"),
    [
        .. json.Items("fields").Select(field => new SortField(SourceOf(field), Transform.Parse(field.Text("transform")), field.Text("direction"), field.Text("null-order"))),
    ]);

    public static void Write(Utf8JsonWriter json, PartitionSpec spec)
    {
        json.WriteStartObject();
        json.WriteNumber("spec-id", spec.SpecId);
        json.WritePropertyName("fields");
        WriteFields(json, spec.Fields);
        json.WriteEndObject();
    }

    public static void WriteFields(Utf8JsonWriter json, IReadOnlyList<PartitionField> fields)
    {
        json.WriteStartArray();
        foreach (var field in fields)
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            json.WriteString("transform", field.Transform.Text);
            json.WriteNumber("source-id", field.SourceId);
            json.WriteNumber("field-id", field.FieldId);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>The array of fields as one JSON text, for the header of a manifest.</summary>
    public static string ToText(PartitionSpec spec)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            WriteFields(json, spec.Fields);
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    public static void Write(Utf8JsonWriter json, SortOrder order)
    {
        json.WriteStartObject();
        json.WriteNumber("order-id", order.OrderId);
        json.WriteStartArray("fields");
        foreach (var field in order.Fields)
        {
            json.WriteStartObject();
            json.WriteString("transform", field.Transform.Text);
            json.WriteNumber("source-id", field.SourceId);
            json.WriteString("direction", field.Direction);
            json.WriteString("null-order", field.NullOrder);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A transform of several sources (v3) is of an unknown kind, so that only its first source is named.</summary>
    static int SourceOf(JsonElement field) =>
        field.OptionalInt("source-id") ?? (field.Items("source-ids") is [var first, ..] ? first.GetInt32() : field.Int("source-id"));
}
