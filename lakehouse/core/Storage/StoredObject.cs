namespace Dart.Lake.Lakehouse.Storage;

/// <summary>An object as a listing tells of it.</summary>
/// <param name="Location">As the store writes it.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Changed">When it was written, by the store's clock.</param>
public sealed record StoredObject(string Location, long Bytes, DateTimeOffset Changed);
