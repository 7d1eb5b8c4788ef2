using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>From one format version to a later one (spec, "Format Versioning").</summary>
static class FormatVersions
{
    const int Highest = 3;
    const string NextRowId = "next-row-id";

    /// <exception cref="LakeException">Invalid: an older version, or one that is not known.</exception>
    public static TableMetadata Raise(TableMetadata table, int version)
    {
        if (version == table.FormatVersion)
            return table;
        if (version is < 1 or > Highest)
            throw LakeException.Invalid($"format version {version} is not supported; this program writes 1 to {Highest}");
        if (version < table.FormatVersion)
            throw LakeException.Invalid($"Cannot downgrade v{table.FormatVersion} table to v{version}");
        if (table.Snapshots.Any(s => s.ManifestList is null))
            throw LakeException.Invalid("a table whose snapshots have no manifest list cannot be raised to a later format");
        table = table with { FormatVersion = version };
        return version < 3 ? table : WithNextRowId(table, 0);
    }

    /// <summary>The row id that the next row of a v3 table gets.</summary>
    public static long NextRowIdOf(TableMetadata table) => table.Others.TryGetValue(NextRowId, out var id) ? id.GetInt64() : 0;

    public static TableMetadata WithNextRowId(TableMetadata table, long id) => OtherFields.With(table, NextRowId, id);
}
