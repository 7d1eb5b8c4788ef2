namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>What one sending of a commit has brought.</summary>
/// <param name="Of">Which.</param>
/// <param name="Why">The server's words, or why there are none.</param>
sealed record RemoteOutcome(RemoteOutcome.Kind Of, string Why)
{
    public enum Kind
    {
        Done,

        /// <summary>A requirement does not hold, or others were in the way.</summary>
        Refused,

        /// <summary>No such table or namespace.</summary>
        Missing,

        /// <summary>The server will not take it, ever.</summary>
        Wrong,

        /// <summary>It may have happened, and may still.</summary>
        Lost,
    }
}
