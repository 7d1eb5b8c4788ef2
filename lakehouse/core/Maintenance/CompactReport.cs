using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>What a compaction did.</summary>
/// <param name="Partitions">Whose files were joined.</param>
/// <param name="Files">That were joined.</param>
/// <param name="NewFiles">That hold their rows now.</param>
/// <param name="Rows">In them.</param>
/// <param name="Bytes">Of the files that were joined.</param>
/// <param name="NewBytes">Of the new ones.</param>
/// <param name="LeftFiles">That somebody else took out of the table meanwhile, or whose join would have mixed with such.</param>
/// <param name="SnapshotId">Of the commit; null: there was nothing to do.</param>
public sealed record CompactReport(
    TableIdent Table, int Partitions, int Files, int NewFiles, long Rows, long Bytes, long NewBytes, int LeftFiles, long? SnapshotId);
