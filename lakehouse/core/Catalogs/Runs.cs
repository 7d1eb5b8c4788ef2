using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// A row of <c>runs</c>. Inputs, outputs, models are JSON texts; status is running, killed, succeeded, failed or the caller's word.
/// </summary>
public sealed record Run
{
    /// <summary>The status of a run that goes on.</summary>
    public const string Running = "running";

    /// <summary>The status of a run whose process ended before it could write the run's end.</summary>
    public const string Killed = "killed";

    public required string RunId { get; init; }

    /// <summary>eod, run, demo, …</summary>
    public required string Kind { get; init; }
    public DateOnly? TradeDate { get; init; }
    public required string Status { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Of a killed run when it was seen last, if that is known.</summary>
    public DateTimeOffset? EndedAt { get; init; }
    public string Inputs { get; init; } = "{}";
    public string Outputs { get; init; } = "{}";
    public string Models { get; init; } = "{}";
    public string? Error { get; init; }
}

/// <summary>A row of <c>stages</c>: one step of a run, by its ordinal.</summary>
public sealed record Stage(
    string RunId,
    int Ordinal,
    string Name,
    string Status,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt = null,
    long? Rows = null,
    string? Message = null);

/// <summary>A row of <c>intervals</c>: the day of a model that is published, by which run and from which code.</summary>
public sealed record Interval(string Model, DateOnly TradeDate, string RunId, string Fingerprint, DateTimeOffset PublishedAt);

/// <summary>A row of <c>published_tables</c>: which snapshot of a table holds a day as it was published last, and by which run.</summary>
public sealed record PublishedTable(
    TableIdent Table, DateOnly TradeDate, string RunId, string TableUuid, long SnapshotId, long SequenceNumber);

/// <summary>A row of <c>publications</c>: a <see cref="CommitNote"/> as it was committed.</summary>
public sealed record Publication(string RunId, string Kind, string Body, DateTimeOffset At);
