using System.Text.Json;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>Typed reading of JSON objects; what is absent or of another type is Corrupt, by the field's name.</summary>
static class JsonFields
{
    public static JsonElement Need(this JsonElement json, string name) =>
        json.Optional(name) ?? throw LakeException.Corrupt($"the field '{name}' is missing");

    /// <summary>Null when the field is absent or null.</summary>
    public static JsonElement? Optional(this JsonElement json, string name) =>
        json.ValueKind != JsonValueKind.Object ? throw LakeException.Corrupt($"an object with '{name}' was expected, not {json.ValueKind}")
        : json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string Text(this JsonElement json, string name) => json.OptionalText(name) ?? throw LakeException.Corrupt($"the field '{name}' is missing");

    public static string? OptionalText(this JsonElement json, string name) => json.Optional(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        var other => throw LakeException.Corrupt($"the field '{name}' is {other.Value.ValueKind}, not a string"),
    };

    public static long Long(this JsonElement json, string name) => json.OptionalLong(name) ?? throw LakeException.Corrupt($"the field '{name}' is missing");

    public static long? OptionalLong(this JsonElement json, string name) =>
        json.Optional(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number
        : throw LakeException.Corrupt($"the field '{name}' is not a 64-bit integer");

    public static int Int(this JsonElement json, string name) => json.OptionalInt(name) ?? throw LakeException.Corrupt($"the field '{name}' is missing");

    public static int? OptionalInt(this JsonElement json, string name) =>
        json.Optional(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : throw LakeException.Corrupt($"the field '{name}' is not a 32-bit integer");

    public static bool Flag(this JsonElement json, string name) => json.Need(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        var kind => throw LakeException.Corrupt($"the field '{name}' is {kind}, not a boolean"),
    };

    /// <summary>Empty when absent.</summary>
    public static IReadOnlyList<JsonElement> Items(this JsonElement json, string name) => json.Optional(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } value => [.. value.EnumerateArray()],
        var other => throw LakeException.Corrupt($"the field '{name}' is {other.Value.ValueKind}, not an array"),
    };

    /// <summary>Empty when absent.</summary>
    public static IReadOnlyDictionary<string, string> Texts(this JsonElement json, string name)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        if (json.Optional(name) is not { } map)
            return result;
        if (map.ValueKind != JsonValueKind.Object)
            throw LakeException.Corrupt($"the field '{name}' is {map.ValueKind}, not an object");
        foreach (var entry in map.EnumerateObject())
            result[entry.Name] = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()!
                : throw LakeException.Corrupt($"'{entry.Name}' in '{name}' is {entry.Value.ValueKind}, not a string");
        return result;
    }

    /// <summary>Copies of the fields whose names are not known.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Except(this JsonElement json, IReadOnlySet<string> known)
    {
        Dictionary<string, JsonElement>? others = null;
        foreach (var entry in json.EnumerateObject())
            if (!known.Contains(entry.Name))
                (others ??= new(StringComparer.Ordinal))[entry.Name] = entry.Value.Clone();
        return others ?? Empty;
    }

    public static void WriteOptional(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
    }

    public static void WriteTexts(this Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> texts)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in texts)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    public static void WriteOthers(this Utf8JsonWriter json, IReadOnlyDictionary<string, JsonElement> others)
    {
        foreach (var (key, value) in others)
        {
            json.WritePropertyName(key);
            value.WriteTo(json);
        }
    }

    static readonly Dictionary<string, JsonElement> Empty = [];
}
