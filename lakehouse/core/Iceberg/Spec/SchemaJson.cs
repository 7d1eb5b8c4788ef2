using System.Globalization;
using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>Schemas as JSON (spec, Appendix C, "Schemas").</summary>
static class SchemaJson
{
    /// <summary>Types may nest this deep; deeper files are refused before the stack is.</summary>
    const int MaxDepth = 64;

    public static IcebergSchema Read(JsonElement json)
    {
        var schema = new IcebergSchema(json.OptionalInt("schema-id") ?? 0, ReadFields(json, 0))
        {
            IdentifierFieldIds = [.. json.Items("identifier-field-ids").Select(id => id.GetInt32())],
        };
        var ids = new HashSet<int>();
        foreach (var field in schema.AllFields)
            if (!ids.Add(field.Id))
                throw LakeException.Corrupt($"schema {schema.SchemaId} gives the field id {field.Id} twice");
        return schema;
    }

    public static void Write(Utf8JsonWriter json, IcebergSchema schema)
    {
        json.WriteStartObject();
        json.WriteString("type", "struct");
        json.WriteNumber("schema-id", schema.SchemaId);
        if (schema.IdentifierFieldIds.Count > 0)
        {
            json.WriteStartArray("identifier-field-ids");
            foreach (var id in schema.IdentifierFieldIds)
                json.WriteNumberValue(id);
            json.WriteEndArray();
        }
        WriteFields(json, schema.Fields);
        json.WriteEndObject();
    }

    /// <summary>The schema as one JSON text, for the header of a manifest.</summary>
    public static string ToText(IcebergSchema schema)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            Write(json, schema);
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    static List<SchemaField> ReadFields(JsonElement json, int depth) =>
    [
        .. json.Need("fields").EnumerateArray().Select(field => new SchemaField(
            field.Int("id"), field.Text("name"), ReadType(field.Need("type"), depth + 1), field.Flag("required"), field.OptionalText("doc"))
        {
            InitialDefault = field.Optional("initial-default")?.GetRawText(),
            WriteDefault = field.Optional("write-default")?.GetRawText(),
        }),
    ];

    static IcebergType ReadType(JsonElement json, int depth)
    {
        if (depth > MaxDepth)
            throw LakeException.Corrupt($"types are nested more than {MaxDepth} deep");
        if (json.ValueKind == JsonValueKind.String)
            return ParsePrimitive(json.GetString()!);
        return json.Text("type") switch
        {
            "struct" => new IcebergType("struct") { Children = ReadFields(json, depth) },
            "list" => new IcebergType("list")
            {
                Children = [new(json.Int("element-id"), "element", ReadType(json.Need("element"), depth + 1), json.Flag("element-required"))],
            },
            "map" => new IcebergType("map")
            {
                Children =
                [
                    new(json.Int("key-id"), "key", ReadType(json.Need("key"), depth + 1), Required: true),
                    new(json.Int("value-id"), "value", ReadType(json.Need("value"), depth + 1), json.Flag("value-required")),
                ],
            },
            var other => throw LakeException.Corrupt($"'{other}' is not a nested type"),
        };
    }

    /// <summary>
    /// Parses the spec's spelling, with or without spaces in <c>decimal(P,
    /// S)</c> and <c>fixed[L]</c>. Types of later formats are kept by name.
    /// </summary>
    public static IcebergType ParsePrimitive(string text)
    {
        if (text.StartsWith("decimal", StringComparison.Ordinal))
            return Inside(text, '(', ')').Split(',') is [var p, var s]
                && TryInt(p, out var precision)
                && TryInt(s, out var scale)
                && precision is > 0 and <= 38
                ? IcebergType.Decimal(precision, scale)
                : throw LakeException.Corrupt($"'{text}' is not a decimal type");
        if (text.StartsWith("fixed", StringComparison.Ordinal))
            return TryInt(Inside(text, '[', ']'), out var length) ? IcebergType.Fixed(length) : throw LakeException.Corrupt($"'{text}' is not a fixed type");
        return Known.Contains(text) || text.StartsWith("geometry", StringComparison.Ordinal) || text.StartsWith("geography", StringComparison.Ordinal)
            ? new IcebergType(text)
            : throw LakeException.Corrupt($"the type '{text}' is not known");
    }

    static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "boolean", "int", "long", "float", "double", "date", "time", "timestamp", "timestamptz", "string", "uuid", "binary",
        "timestamp_ns", "timestamptz_ns", "unknown", "variant",
    };

    static string Inside(string text, char open, char close) =>
        text.IndexOf(open, StringComparison.Ordinal) is > 0 and var start && text.EndsWith(close) ? text[(start + 1)..^1] : "";

    static bool TryInt(string text, out int value) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value);

    static void WriteFields(Utf8JsonWriter json, IReadOnlyList<SchemaField> fields)
    {
        json.WriteStartArray("fields");
        foreach (var field in fields)
        {
            json.WriteStartObject();
            json.WriteNumber("id", field.Id);
            json.WriteString("name", field.Name);
            json.WriteBoolean("required", field.Required);
            json.WritePropertyName("type");
            WriteType(json, field.Type);
            if (field.Doc is { } doc)
                json.WriteString("doc", doc);
            WriteRaw(json, "initial-default", field.InitialDefault);
            WriteRaw(json, "write-default", field.WriteDefault);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteRaw(Utf8JsonWriter json, string name, string? raw)
    {
        if (raw is null)
            return;
        json.WritePropertyName(name);
        json.WriteRawValue(raw);
    }

    static void WriteType(Utf8JsonWriter json, IcebergType type)
    {
        if (type.IsPrimitive)
        {
            json.WriteStringValue(type.ToString());
            return;
        }
        json.WriteStartObject();
        json.WriteString("type", type.Name);
        if (type.Name == "struct")
            WriteFields(json, type.Children);
        foreach (var child in type.Name == "struct" ? [] : type.Children)
        {
            json.WriteNumber($"{child.Name}-id", child.Id);
            json.WritePropertyName(child.Name);
            WriteType(json, child.Type);
            if (child.Name != "key")
                json.WriteBoolean($"{child.Name}-required", child.Required);
        }
        json.WriteEndObject();
    }
}
