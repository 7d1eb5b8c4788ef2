namespace Dart.Lake.Host.Tests.Kill;

/// <summary>A kill -9 of one process, and what was found when it was dead.</summary>
/// <param name="Job">bronze or hot.</param>
/// <param name="Moment">What was waited for.</param>
/// <param name="At">After the campaign's beginning.</param>
/// <param name="WhileProducing">The producer was still at work.</param>
/// <param name="Found">In words.</param>
sealed record Killed(string Job, Moment Moment, TimeSpan At, bool WhileProducing, string Found)
{
    /// <summary>No bronze table had a snapshot.</summary>
    public bool BeforeFirstCommit { get; init; }

    /// <summary>Files and manifest list are there, the catalog does not know the snapshot.</summary>
    public bool Torn { get; init; }

    /// <summary>Records had been taken that are in no table.</summary>
    public bool HadInFlight { get; init; }

    /// <summary>Hot died where it was meant to.</summary>
    public bool HitHot { get; init; }
}
