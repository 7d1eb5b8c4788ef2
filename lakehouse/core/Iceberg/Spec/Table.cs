namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>A loaded table: its metadata and where that lies. Immutable.</summary>
public sealed record Table(TableIdent Ident, string MetadataLocation, TableMetadata Metadata)
{
    /// <summary>The same with another snapshot as its newest; null: without one.</summary>
    public Table At(long? snapshot) => this with { Metadata = Metadata with { CurrentSnapshotId = snapshot } };
}
