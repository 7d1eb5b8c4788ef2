using System.Globalization;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// A positive number that a table's properties give. What somebody wrote there and is none counts as unsaid, since it would end a stream at
/// its next commit; <c>table health</c> names it.
/// </summary>
static class TableNumber
{
    public const string ManifestTarget = "commit.manifest.target-size-bytes", ManifestMinCount = "commit.manifest.min-count-to-merge";
    public const string PreviousVersions = "write.metadata.previous-versions-max", FileTarget = "write.target-file-size-bytes";
    public const string MinSnapshots = "history.expire.min-snapshots-to-keep";

    public static long Of(IReadOnlyDictionary<string, string> properties, string key, long otherwise) =>
        TryRead(properties, key, out var value) ? value : otherwise;

    /// <summary>Properties that are set and say nothing.</summary>
    public static IReadOnlyList<string> Ignored(IReadOnlyDictionary<string, string> properties) =>
        [.. new[] { ManifestTarget, ManifestMinCount, PreviousVersions, FileTarget, MinSnapshots }
            .Where(key => properties.ContainsKey(key) && !TryRead(properties, key, out _))];

    static bool TryRead(IReadOnlyDictionary<string, string> properties, string key, out long value)
    {
        value = 0;
        return properties.TryGetValue(key, out var text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value > 0;
    }
}
