namespace Dart.Lake.Jobs.Pipelines.Hot.Restart;

/// <summary>
/// When the state must be read again because records were released: once releases have been quiet for a while, since each may be one of
/// many.
/// </summary>
sealed class ReleaseWatch(TimeSpan quiet, TimeProvider time)
{
    long seen, since;

    /// <summary>Looks at how far the releases are.</summary>
    /// <param name="released">The number of the last one.</param>
    /// <param name="held">The last act that the state has.</param>
    /// <param name="isNew">There was one that was not there at the last look.</param>
    /// <returns>Whether it is time.</returns>
    public bool IsDue(long released, long held, out bool isNew)
    {
        isNew = released > held && released != seen;
        if (isNew)
            (seen, since) = (released, time.GetTimestamp());
        return released > held && time.GetElapsedTime(since) >= quiet;
    }
}
