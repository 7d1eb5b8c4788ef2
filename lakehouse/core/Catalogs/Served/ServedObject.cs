namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>A table or view as a client gets it.</summary>
/// <param name="MetadataLocation">Where its metadata are; null: a table that is only staged has none yet.</param>
/// <param name="Metadata">The same as JSON.</param>
public sealed record ServedObject(string? MetadataLocation, ReadOnlyMemory<byte> Metadata);
