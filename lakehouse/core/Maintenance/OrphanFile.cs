namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>A file of the lake's warehouse that nothing names.</summary>
/// <param name="Path">Absolute, or its location in a bucket.</param>
/// <param name="Kind">data, metadata, or draft: what a process was writing when it was killed.</param>
/// <param name="Changed">When it was written.</param>
public sealed record OrphanFile(string Path, string Kind, long Bytes, DateTimeOffset Changed);
