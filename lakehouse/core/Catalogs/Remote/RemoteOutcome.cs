namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>What has become of a commit.</summary>
/// <param name="Of">Which.</param>
/// <param name="Why">The server's words, or why there are none.</param>
sealed record RemoteOutcome(RemoteOutcome.Kind Of, string Why)
{
    /// <summary>An answer was lost before this one: a refusal can be of what has happened already.</summary>
    public bool WasLost { get; init; }

    public enum Kind
    {
        Done,

        /// <summary>A requirement does not hold.</summary>
        Refused,

        /// <summary>No such table or namespace.</summary>
        Missing,

        /// <summary>The server will not take it, ever.</summary>
        Wrong,

        /// <summary>It may have happened, and may still.</summary>
        Unknown,
    }
}
