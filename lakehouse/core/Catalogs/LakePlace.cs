using Dart.Lake.Lakehouse.Storage.S3;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// Where the parts of a lake lie. Embedded: all of them in one folder. Shared: the catalog in Postgres or elsewhere, tables in a bucket.
/// </summary>
public sealed record LakePlace
{
    /// <summary>
    /// Absolute: registry, manifests of days, copies of remote files; of an embedded lake the catalog and the tables, too.
    /// </summary>
    public required string DataDir { get; init; }

    /// <summary>
    /// Npgsql's connection string of the catalog and the ledger, or of the ledger alone (<see cref="Tables"/>); null: <c>catalog.db</c> in
    /// the folder.
    /// </summary>
    public string? Catalog { get; init; }

    /// <summary>Who names the tables; null: the database does.</summary>
    public CatalogSource? Tables { get; init; }

    /// <summary>The lake's root, <c>s3://BUCKET/FOLDER</c> or, beside a catalog elsewhere, a folder; null: the folder.</summary>
    public string? Location { get; init; }

    /// <summary>Folders, absolute, beside the lake's own in which tables of others may lie.</summary>
    public IReadOnlyList<string> AlsoIn { get; init; } = [];

    /// <summary>How the service of a location on S3 is reached; null: there is none.</summary>
    public S3Settings? S3 { get; init; }
}
