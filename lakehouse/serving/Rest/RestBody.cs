using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs.Served;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Serving.Rest;

/// <summary>Typed reading of a body; what is missing or of another kind is the client's mistake, by the field's name.</summary>
static class RestBody
{
    public static JsonElement Need(this JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : throw LakeException.Invalid($"the field '{name}' is missing");

    /// <summary>Texts of an array; empty when it is absent.</summary>
    public static IReadOnlyList<string> Names(this JsonElement body, string name) => body.Items(name) is { } items
        ? [.. items.Select(item => Text(item, name))]
        : [];

    /// <summary>Texts of an object; empty when it is absent.</summary>
    public static IReadOnlyDictionary<string, string> Texts(this JsonElement body, string name) =>
        !body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? new Dictionary<string, string>()
        : value.ValueKind == JsonValueKind.Object ? Entries(value)
            : throw LakeException.Invalid($"the field '{name}' is {value.ValueKind}, not an object");

    /// <summary>Of two entries of a name the last counts, as in metadata.</summary>
    static Dictionary<string, string> Entries(JsonElement map)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in map.EnumerateObject())
            entries[Valid(() => entry.Name)] = Text(entry.Value, entry.Name);
        return entries;
    }

    /// <summary>Null when it is absent.</summary>
    public static IReadOnlyList<JsonElement>? Items(this JsonElement body, string name) =>
        !body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()]
        : throw LakeException.Invalid($"the field '{name}' is {value.ValueKind}, not an array");

    /// <summary>A table or view by namespace and name.</summary>
    public static TableIdent Ident(this JsonElement body, string name)
    {
        var ident = body.Need(name);
        return ServedNames.Ident(ServedNames.Namespace(ident.Names("namespace")), Text(ident.Need("name"), "name"));
    }

    static string Text(JsonElement value, string name) => value.ValueKind == JsonValueKind.String
        ? Valid(() => value.GetString()!)
        : throw LakeException.Invalid($"'{name}' is {value.ValueKind}, not a string");

    /// <summary>An escape may be half of a character, which is found only when the text is asked for.</summary>
    static string Valid(Func<string> text)
    {
        try
        {
            return text();
        }
        catch (InvalidOperationException e)
        {
            throw LakeException.Invalid($"the body has a text that is no Unicode: {e.Message}", e);
        }
    }
}
