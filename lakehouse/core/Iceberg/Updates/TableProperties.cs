using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>Properties as clients set them. Names that say what the metadata say themselves are not kept, as in Java.</summary>
static class TableProperties
{
    /// <summary>The format version of a table that is created: it is asked for by a property.</summary>
    public const string FormatVersion = "format-version";

    public static TableMetadata With(TableMetadata table, IReadOnlyDictionary<string, string> updates)
    {
        if (updates.TryGetValue(FormatVersion, out var version))
            table = FormatVersions.Raise(table, VersionOf(version));
        var properties = new Dictionary<string, string>(table.Properties, StringComparer.Ordinal);
        var changed = false;
        foreach (var (key, value) in updates.Where(u => !MetadataEdit.ReservedProperties.Contains(u.Key)))
            if (!string.Equals(properties.GetValueOrDefault(key), value, StringComparison.Ordinal))
                (properties[key], changed) = (value, true);
        return changed ? table with { Properties = properties } : table;
    }

    public static TableMetadata Without(TableMetadata table, IReadOnlyList<JsonElement> removals)
    {
        var properties = new Dictionary<string, string>(table.Properties, StringComparer.Ordinal);
        var changed = false;
        foreach (var key in removals)
            changed |= properties.Remove(key.GetString() ?? "");
        return changed ? table with { Properties = properties } : table;
    }

    /// <exception cref="LakeException">Invalid: not a number.</exception>
    public static int VersionOf(string text) =>
        int.TryParse(text, out var version)
            ? version
            : throw LakeException.Invalid($"the property {FormatVersion} is '{text}', not a number");
}
