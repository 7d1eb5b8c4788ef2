namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>Moments of a commit at which tests let it fail.</summary>
enum CommitPoint
{
    /// <summary>All files are durable, the catalog knows nothing of them.</summary>
    FilesWritten,
    /// <summary>The transaction is committed, the caller does not know it yet.</summary>
    Committed,
}
