namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>A loaded table: its metadata and where that lies. Immutable.</summary>
public sealed record Table(TableIdent Ident, string MetadataLocation, TableMetadata Metadata);
