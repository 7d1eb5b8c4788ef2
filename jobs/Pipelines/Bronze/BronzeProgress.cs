using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>How far a bronze job is; told after every commit and about once a second.</summary>
/// <param name="Events">Rows, dead letters and markers consumed since the start.</param>
/// <param name="DeadLetters">Of them dead letters.</param>
/// <param name="EventsPerSecond">Over about the last second.</param>
/// <param name="Lag">Records that the logs hold beyond what was consumed, as far as the client knows.</param>
/// <param name="Commits">Commits since the start.</param>
/// <param name="Partitions">Partitions that this process reads; other processes of the lake read the others.</param>
/// <param name="Committed">What the tables hold of these: the first offset not committed, per partition.</param>
public sealed record BronzeProgress(
    long Events, long DeadLetters, double EventsPerSecond, long Lag, int Commits, int Partitions, IReadOnlyList<LogPosition> Committed)
{
    /// <summary>Whether Kafka has shared the partitions out among the processes, this one among them.</summary>
    public bool HasShare { get; init; }

    /// <summary>The dead letters by their reason.</summary>
    public IReadOnlyDictionary<string, long> ByReason { get; init; } = new Dictionary<string, long>();

    /// <summary>Columns that <see cref="NewFields.Ignore"/> has left out, by table.</summary>
    public IReadOnlyDictionary<string, string> Ignored { get; init; } = new Dictionary<string, string>();
}
