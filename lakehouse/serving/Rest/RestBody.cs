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
        : value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().ToDictionary(entry => entry.Name, entry => Text(entry.Value, entry.Name), StringComparer.Ordinal)
            : throw LakeException.Invalid($"the field '{name}' is {value.ValueKind}, not an object");

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
        ? value.GetString()!
        : throw LakeException.Invalid($"'{name}' is {value.ValueKind}, not a string");
}
