using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Positions;

/// <summary>
/// Where reading a partition begins, the offsets that are missing before it (From
/// equals To: none), and the anchor that the first record is compared with.
/// </summary>
internal sealed record StartDecision(long ReadFrom, long Next, long GapFrom, long GapTo, Anchor? Verify)
{
    /// <summary>Compares a table's position with a log's ends.</summary>
    /// <param name="partition">For the messages.</param>
    /// <param name="position">The table's, null when it has none.</param>
    /// <param name="low">First offset of the log.</param>
    /// <param name="high">Offset after its last.</param>
    /// <param name="acceptGap">Go on behind a gap.</param>
    /// <exception cref="LakeException">Corrupt: the log ends before the position, so it is
    /// another log. Unavailable: records before its first were never consumed.</exception>
    public static StartDecision Decide(LogPartition partition, PartitionPosition? position, long low, long high, bool acceptGap)
    {
        if (position is null)
            // What the log had dropped before anybody read it is not silent: it is booked as a gap.
            return new(low, low, 0, low, null);
        if (position.Next > high)
            throw LakeException.Corrupt($"{partition}: the table is at offset {position.Next}, but the log ends at {high}: it was truncated or replaced under the same id; restore the topic, or create it again so that it gets a new id");
        if (position.Next >= low)
            return position.Anchor is { } anchor && anchor.Offset >= low
                ? new(anchor.Offset, position.Next, 0, 0, anchor)
                : new(position.Next, position.Next, 0, 0, null);
        return acceptGap
            ? new(low, low, position.Next, low, null)
            : throw LakeException.Unavailable($"{partition}: the table is at offset {position.Next}, but the log begins at {low}: {low - position.Next} records are gone; restore them, or go on with --accept-gap, which books them as a gap");
    }
}
