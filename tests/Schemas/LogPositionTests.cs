namespace Dart.Lake.Schemas.Tests;

/// <summary>A partition of a log, and a place in it.</summary>
public class LogPositionTests
{
    static LogPosition At(string log, string topic, int partition, long next) => new(new(log, topic, partition), next);

    [Fact]
    public void Places_are_ordered_by_topic_then_log_then_partition_then_offset()
    {
        LogPosition[] ordered = [At("b", "m", 0, 9), At("a", "t", 2, 5), At("a", "t", 10, 1), At("a", "t", 10, 2), At("b", "t", 0, 0)];
        Assert.Equal(ordered, ordered.Reverse().Order());
        Assert.Equal(ordered.Select(p => p.Partition), ordered.Reverse().Select(p => p.Partition).Order());
    }

    [Fact]
    public void A_place_says_topic_partition_offset_and_log()
    {
        var place = At("cluster/id", "trades_raw", 3, 17);
        Assert.Equal(("trades_raw[3] of log cluster/id", "trades_raw[3]@17 of log cluster/id"), ($"{place.Partition}", $"{place}"));
    }
}
