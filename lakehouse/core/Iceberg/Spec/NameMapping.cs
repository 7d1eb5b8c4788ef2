using System.Text.Json;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>
/// Which field ids the columns of files without ids have, by their names (spec, "Column Projection"); top-level columns only.
/// </summary>
sealed class NameMapping
{
    /// <summary>The table property that holds it.</summary>
    public const string Property = "schema.name-mapping.default";

    readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);

    /// <summary>The field id of that name in a file, or null when the mapping does not know the name.</summary>
    public int? Find(string name) => ids.TryGetValue(name, out var id) ? id : null;

    /// <summary>The table's mapping, or null when it has none.</summary>
    /// <exception cref="LakeException">Corrupt: the property is not a name mapping, or gives a name to two fields.</exception>
    public static NameMapping? Of(TableMetadata table)
    {
        if (!table.Properties.TryGetValue(Property, out var text))
            return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            var mapping = new NameMapping();
            foreach (var field in json.RootElement.EnumerateArray())
                if (field.OptionalInt("field-id") is { } id)
                    foreach (var name in field.Items("names"))
                        mapping.Add(name.GetString()!, id);
            return mapping;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw LakeException.Corrupt($"the table property {Property} is not a name mapping ({e.Message}); set it to a list of field-id and names", e);
        }
    }

    void Add(string name, int id)
    {
        if (!ids.TryAdd(name, id) && ids[name] != id)
            throw LakeException.Corrupt($"the table property {Property} gives the name '{name}' to the fields {ids[name]} and {id}; correct it");
    }
}
