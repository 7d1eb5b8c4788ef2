using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// What a table's properties say of its own upkeep (Iceberg's TableProperties), numbers by <see cref="TableNumber"/>. Texts that are
/// neither true nor false mean false, as Java takes them.
/// </summary>
/// <param name="Collects"><c>gc.enabled</c>: false keeps every snapshot and every file.</param>
/// <param name="DropsMetadata">
/// <c>write.metadata.delete-after-commit.enabled</c>: whether metadata files that fall out of the log are deleted. Tables that we make
/// say true; where nobody says anything Iceberg's own default holds, false.
/// </param>
/// <param name="PreviousVersions"><c>write.metadata.previous-versions-max</c>: how many metadata files the log names.</param>
sealed record TableUpkeep(bool Collects, bool DropsMetadata, int PreviousVersions)
{
    public const string Gc = "gc.enabled", DeleteAfterCommit = "write.metadata.delete-after-commit.enabled";

    const int DefaultPreviousVersions = 100;

    /// <summary>What tables that we make say, so that other engines' commits obey it too.</summary>
    public static IReadOnlyDictionary<string, string> OfNewTables { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["write.parquet.compression-codec"] = "zstd",
        [DeleteAfterCommit] = "true",
    };

    public static TableUpkeep Of(TableMetadata table) => new(
        IsTrue(table, Gc, otherwise: true),
        IsTrue(table, Gc, otherwise: true) && IsTrue(table, DeleteAfterCommit, otherwise: false),
        (int)Math.Min(int.MaxValue, TableNumber.Of(table.Properties, TableNumber.PreviousVersions, DefaultPreviousVersions)));

    static bool IsTrue(TableMetadata table, string property, bool otherwise) => table.Properties.TryGetValue(property, out var text)
        ? string.Equals(text, "true", StringComparison.OrdinalIgnoreCase)
        : otherwise;
}
