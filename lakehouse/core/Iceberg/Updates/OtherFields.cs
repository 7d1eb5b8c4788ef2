using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>Fields of the metadata that have no property of their own.</summary>
static class OtherFields
{
    public static TableMetadata With<T>(TableMetadata table, string field, T value)
    {
        var others = new Dictionary<string, JsonElement>(table.Others, StringComparer.Ordinal)
        {
            [field] = JsonSerializer.SerializeToElement(value),
        };
        return table with { Others = others };
    }
}
