using Dart.Lake.Lakehouse.Iceberg.Manifests;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>Dead letters that one commit acts on.</summary>
/// <param name="From">What was read.</param>
/// <param name="Letters">In the order of their places.</param>
/// <param name="Holding">The file of each.</param>
/// <param name="IsWhole">They are all that is chosen of what was read.</param>
sealed record LetterPart(
    LetterCursor.Step From, IReadOnlyList<DeadLetter> Letters, IReadOnlyList<DataFile> Holding, bool IsWhole);
