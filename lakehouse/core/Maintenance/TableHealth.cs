using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>How a table is.</summary>
/// <param name="Files">Live data files.</param>
/// <param name="SmallFiles">Of closed days, that a compaction would join.</param>
/// <param name="Bytes">Of all live data files.</param>
/// <param name="Manifests">Of the current snapshot.</param>
/// <param name="Snapshots">In the metadata.</param>
/// <param name="OldSnapshots">That an expiry of the default age would take.</param>
/// <param name="MetadataFiles">That the log names, the current one included.</param>
/// <param name="MetadataBytes">Of the current metadata file, which each commit writes anew.</param>
/// <param name="Collects">Whether anything of it may be deleted.</param>
/// <param name="Ignored">Properties that should be positive numbers and are not: they count as unsaid.</param>
public sealed record TableHealth(
    TableIdent Table,
    int Files,
    int SmallFiles,
    long Bytes,
    int Manifests,
    int Snapshots,
    int OldSnapshots,
    int MetadataFiles,
    long MetadataBytes,
    bool Collects,
    IReadOnlyList<string> Ignored);
