using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>Keys of encrypted tables (format v3): kept for others, never used here.</summary>
static class EncryptionKeys
{
    const string Field = "encryption-keys", Id = "key-id";

    public static TableMetadata With(TableMetadata table, JsonElement key)
    {
        if (table.FormatVersion < 3)
            throw LakeException.Invalid($"a table of format v{table.FormatVersion} has no encryption keys");
        var id = key.Text(Id);
        return Of(table).Any(k => k.Text(Id) == id) ? table : Set(table, [.. Of(table), key.Clone()]);
    }

    public static TableMetadata Without(TableMetadata table, string id) =>
        Of(table).Any(k => k.Text(Id) == id) ? Set(table, [.. Of(table).Where(k => k.Text(Id) != id)]) : table;

    static IReadOnlyList<JsonElement> Of(TableMetadata table) =>
        table.Others.TryGetValue(Field, out var keys) ? [.. keys.EnumerateArray()] : [];

    static TableMetadata Set(TableMetadata table, IReadOnlyList<JsonElement> keys) => OtherFields.With(table, Field, keys);
}
