using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>What the proof found, per bronze table.</summary>
public sealed record VerifyReport(IReadOnlyList<TableProof> Tables)
{
    /// <summary>Tables in bronze that no bronze job writes, of which nothing is proven.</summary>
    public IReadOnlyList<TableIdent> LeftOut { get; init; } = [];

    public bool Good => Tables.All(t => t.Findings.Count == 0);
}

/// <summary>One bronze table: what was read, what each partition of its logs holds, and what is wrong.</summary>
public sealed record TableProof(
    TableIdent Table, int Files, long Rows, IReadOnlyList<PartitionProof> Partitions, IReadOnlyList<ProofFinding> Findings);

/// <summary>
/// One partition: offsets below <paramref name="Next"/> (the table's position), and how many are rows, dead letters, holes.
/// </summary>
public sealed record PartitionProof(LogPartition Partition, long Next, long Rows, long DeadLetters, long Holes)
{
    /// <summary>Those of the holes whose records the log had lost before they were read, which somebody accepted.</summary>
    public IReadOnlyList<OffsetRun> Lost { get; init; } = [];
}

/// <summary>What can be wrong.</summary>
public enum ProofFindingKind
{
    /// <summary>Offsets below the position that are in none of rows, dead letters, holes.</summary>
    Gap,
    /// <summary>Offsets that are in the table's rows more than once.</summary>
    Duplicate,
    /// <summary>Offsets that are in more than one of rows, dead letters, holes.</summary>
    Overlap,
    /// <summary>Offsets at or beyond the position, or of a log that has none.</summary>
    BeyondPosition,
    /// <summary>A data file that the snapshot lists more than once.</summary>
    FileTwice,
    /// <summary>A data file that is not there.</summary>
    FileMissing,
    /// <summary>A data file that cannot be read, or whose rows are not as many as the manifest says.</summary>
    FileCorrupt,
    /// <summary>The position names a snapshot that main does not descend from, or contradicts it.</summary>
    PositionCorrupt,
    /// <summary>A table whose metadata or file list cannot be read, or that cannot be proven without such a one.</summary>
    TableUnreadable,
}

/// <summary>One thing that is wrong: where in the log, if it has a place there, and the files that are concerned.</summary>
public sealed record ProofFinding(
    ProofFindingKind Kind, LogPartition? Partition, OffsetRun? Offsets, IReadOnlyList<string> Files, string Says);
