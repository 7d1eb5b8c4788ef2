namespace Dart.Lake.Lakehouse.Iceberg.Manifests;

/// <summary>A file that a table's metadata names.</summary>
sealed record NamedFile(string Location, NamedFileKind Kind)
{
    /// <summary>Whether a state of the table cannot be read without it.</summary>
    public bool IsNeeded => Kind is NamedFileKind.Metadata or NamedFileKind.ManifestList or NamedFileKind.Manifest or NamedFileKind.Rows;
}

enum NamedFileKind
{
    /// <summary>The current metadata file.</summary>
    Metadata,
    /// <summary>One of the log.</summary>
    OldMetadata,
    Statistics,
    ManifestList,
    Manifest,
    /// <summary>Rows or deletes of some snapshot.</summary>
    Rows,
    /// <summary>Said to be deleted; an older snapshot may have it all the same.</summary>
    Removed,
}
