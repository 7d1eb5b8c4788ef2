using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

public class HotGateTests
{
    static readonly LogPartition ahead = new("log", "trades_raw", 0), behind = new("log", "trades_raw", 1), reference = new("log", "reference_raw", 0);

    [Fact]
    public void Rows_past_a_marker_wait_for_the_other_partitions_up_to_the_limit_and_one_more_ends_the_job()
    {
        var (rows, state) = NewState();
        var gate = new HotGate(state, [ahead, behind], mostHeld: 3);
        gate.Mark(ahead, 10, HotRows.D1);
        for (var i = 0; i < 3; i++)
            gate.Apply(ahead, 11 + i, rows.New(i, "A", "X", HotRows.At(HotRows.Tuesday), 1, 1, 10));

        var e = Assert.Throws<LakeException>(() => gate.Apply(ahead, 14, rows.New(3, "A", "X", HotRows.At(HotRows.Tuesday), 1, 1, 10)));

        Assert.Equal(LakeErrorKind.Unavailable, e.Kind);
        Assert.StartsWith("3 rows past END_OF_DAY of 2026-11-23 wait for that of trades_raw[1] of log log;", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_cut_lets_through_makes_room_again()
    {
        var (rows, state) = NewState();
        var gate = new HotGate(state, [ahead, behind], mostHeld: 3);
        foreach (var (day, date) in new[] { (HotRows.D1, HotRows.Monday), (HotRows.D2, HotRows.Tuesday) })
        {
            gate.Mark(ahead, day * 10L, day);
            for (var i = 1; i <= 3; i++)
                gate.Apply(ahead, day * 10L + i, rows.New(day * 10L + i, "A", "X", HotRows.At(date.AddDays(1)), 1, 1, 10));
            Assert.Equal(day * 10L + 1, gate.Applied(ahead, day * 10L + 4));
            Assert.Null(gate.Complete);
            gate.Mark(behind, day * 10L, day);
            Assert.Equal(day, gate.Complete);
            state.Close(day);
            gate.Release();
            Assert.Equal(day * 10L + 4, gate.Applied(ahead, day * 10L + 4));
        }
        state.Settle();
        Assert.Equal(6, state.Books.Single().Quantity / 10_000);
    }

    [Fact]
    public void Markers_of_two_other_days_are_both_named()
    {
        var (_, state) = NewState();
        var gate = new HotGate(state, [ahead, behind], mostHeld: 100);
        gate.Mark(ahead, 1, HotRows.D2);
        gate.Mark(behind, 5, HotRows.D1 - 3);
        Assert.Equal(
            "END_OF_DAY of 2026-11-24 stands in 1 of 2 partitions, out of order (first trades_raw[0]@1); others wait behind 2026-11-20",
            $"{gate.Waits}");
    }

    [Fact]
    public void A_marker_of_another_day_holds_back_until_a_complete_day_passes_it()
    {
        var (rows, state) = NewState();
        var gate = new HotGate(state, [ahead, behind], mostHeld: 100);
        gate.Apply(ahead, 0, rows.New(1, "A", "X", HotRows.At(HotRows.Monday), 1, 1, 10));
        gate.Mark(ahead, 1, HotRows.D2);
        gate.Apply(ahead, 2, rows.New(2, "A", "X", HotRows.At(HotRows.Monday, 16), 1, 1, 10));
        Assert.Equal(1, gate.Held);
        Assert.Equal("END_OF_DAY of 2026-11-24 stands in 1 of 2 partitions, out of order (first trades_raw[0]@1)", $"{gate.Waits}");

        gate.Mark(ahead, 3, HotRows.D1);
        gate.Mark(behind, 0, HotRows.D1);
        Assert.Equal(HotRows.D1, gate.Complete);
        gate.PassTo(HotRows.D1);

        Assert.Equal([new PassedMarker(ahead, 1, HotRows.D2)], gate.TakePassed());
        Assert.Equal((0, 2), (gate.Held, HotClose.Of(state, HotRows.D1, 0, []).Lots.Count));
        Assert.Equal([4L, 1L], gate.Cut.Select(p => p.Next));
        state.Close(HotRows.D1);
        gate.Release();
        Assert.Null(gate.Waits);
    }

    [Fact]
    public void A_later_day_that_all_have_passes_one_that_some_have()
    {
        var (_, state) = NewState();
        var gate = new HotGate(state, [ahead, behind], mostHeld: 100);
        gate.Mark(ahead, 5, HotRows.D1);
        Assert.Null(gate.Complete);
        gate.Mark(ahead, 9, HotRows.D2);
        gate.Mark(behind, 7, HotRows.D2);
        Assert.Equal(HotRows.D2, gate.Complete);
        gate.PassTo(HotRows.D2);
        Assert.Equal([10L, 8L], gate.Cut.Select(p => p.Next));
    }

    [Fact]
    public void A_marker_that_somebody_passes_holds_nothing_back_and_one_that_comes_later_does()
    {
        var (rows, state) = NewState();
        var pass = new MarkerPass(new HashSet<int> { HotRows.D2 }, new Dictionary<LogPartition, long> { [ahead] = 5 });
        var gate = new HotGate(state, [ahead, behind], 100, pass);
        gate.Mark(ahead, 1, HotRows.D2);
        gate.Apply(ahead, 2, rows.New(1, "A", "X", HotRows.At(HotRows.Monday), 1, 1, 10));
        Assert.Equal((0, false), (gate.Held, gate.HasMarkers));
        gate.Mark(ahead, 6, HotRows.D2);
        gate.Apply(ahead, 7, rows.New(2, "A", "X", HotRows.At(HotRows.Tuesday), 1, 1, 10));
        Assert.Equal(1, gate.Held);
    }

    /// <summary>Whoever mistypes the day is told, once all is read that was there when it was said.</summary>
    [Fact]
    public void A_day_to_be_passed_that_has_no_marker_is_told_once()
    {
        var (_, state) = NewState();
        var ends = new Dictionary<LogPartition, long> { [ahead] = 5, [behind] = 2 };
        var pass = new MarkerPass(new HashSet<int> { HotRows.D1, HotRows.D2 }, ends);
        var gate = new HotGate(state, [ahead, behind], 100, pass);
        gate.Mark(ahead, 1, HotRows.D2);
        Assert.Empty(gate.TakeNotPassed(p => p == ahead ? 5 : 1));
        Assert.Equal([HotRows.D1], gate.TakeNotPassed(_ => 5));
        Assert.Empty(gate.TakeNotPassed(_ => 6));
    }

    [Theory]
    [InlineData(20, false, false)] // 15:00 New York of the next day: past the close and its grace
    [InlineData(-1, false, true)]
    [InlineData(-1, true, false)]
    public void A_day_without_markers_is_over_when_all_that_speak_are_past_its_close(int behindAt, bool isBehindSilent, bool waits)
    {
        var (rows, state) = NewState();
        var gate = new HotGate(state, [ahead, behind], mostHeld: 100);
        var silent = new SilentPartitions(TimeSpan.FromSeconds(30));
        gate.Apply(ahead, 0, rows.New(1, "A", "X", HotRows.At(HotRows.Monday), 1, 1, 10));
        gate.Apply(ahead, 1, rows.New(2, "A", "X", HotRows.At(HotRows.Tuesday), 1, 1, 10));
        gate.Apply(behind, 0, rows.New(3, "A", "X", behindAt < 0 ? HotRows.At(HotRows.Monday) : HotRows.At(HotRows.Tuesday, behindAt), 1, 1, 10));
        silent.Look(behind, 1, 1, TimeSpan.Zero);
        silent.Look(behind, 1, 1, TimeSpan.FromSeconds(isBehindSilent ? 31 : 29));
        var live = new LiveCut(gate, state, silent, TimeSpan.FromHours(3), [ahead, behind], []);

        Assert.Equal(waits ? null : HotRows.D1, live.Due);
        // While a marker is pending the source is one that sends markers.
        gate.Mark(ahead, 2, HotRows.D1);
        Assert.Null(live.Due);
    }

    /// <summary>Monday ends when Tuesday speaks; one record that is dated wrong is not Tuesday.</summary>
    [Theory]
    [InlineData(true, 10, true)]
    [InlineData(true, 0, false)] // breaks a row rule
    [InlineData(false, 10, false)] // known a year before it happens
    public void Only_rows_that_tell_the_time_end_a_day(bool isKnownWhenItHappens, int price, bool ends)
    {
        var (rows, state) = NewState();
        var gate = new HotGate(state, [ahead], mostHeld: 100);
        gate.Apply(ahead, 0, rows.New(1, "A", "X", HotRows.At(HotRows.Monday), 1, 1, 10));
        var odd = rows.New(2, "A", "X", HotRows.At(HotRows.Tuesday), 1, 1, price);
        if (!isKnownWhenItHappens)
            odd = odd with { IngestTime = HotRows.At(HotRows.Monday), EventTime = HotRows.At(HotRows.Monday.AddYears(1)) };
        gate.Apply(ahead, 1, odd);

        var live = new LiveCut(gate, state, new(TimeSpan.FromSeconds(30)), TimeSpan.FromHours(3), [ahead], []);
        Assert.Equal(ends ? HotRows.D1 : null, live.Due);
    }

    /// <summary>
    /// On a first start over retained days one partition is read before the others: these hold back until they are read to the end that
    /// their broker tells, and bring nothing.
    /// </summary>
    [Theory]
    [InlineData(0, 500, 60, false)] // a backlog
    [InlineData(0, null, 60, false)] // nobody has said where it ends
    [InlineData(500, 500, 29, false)] // read, and it may go on
    [InlineData(500, 500, 31, true)]
    public void A_partition_that_has_told_no_time_holds_back_until_it_is_read_and_silent(int next, int? end, int seconds, bool isOver)
    {
        var (gate, silent, live) = NewLive();
        silent.Look(behind, next, end, TimeSpan.Zero);
        silent.Look(reference, 9, 9, TimeSpan.Zero);
        silent.Look(behind, next, end, TimeSpan.FromSeconds(seconds));
        Assert.Equal((true, isOver ? HotRows.D1 : null), (live.MayBeDue, live.Due));
        Assert.Null(gate.LastTime(behind));
    }

    [Theory]
    [InlineData(8, 9, false)]
    [InlineData(9, null, false)]
    [InlineData(9, 9, true)]
    [InlineData(12, 9, true)]
    public void Reference_data_hold_back_until_they_are_read_to_their_end(int next, int? end, bool isOver)
    {
        var (_, silent, live) = NewLive();
        foreach (var second in new[] { 0, 60 })
        {
            silent.Look(behind, 1, 1, TimeSpan.FromSeconds(second));
            silent.Look(reference, next, end, TimeSpan.FromSeconds(second));
        }
        Assert.Equal(isOver ? HotRows.D1 : null, live.Due);
    }

    [Fact]
    public void Before_any_partition_has_left_a_day_nobody_asks_where_the_logs_end()
    {
        var (rows, state) = NewState();
        var gate = new HotGate(state, [ahead, behind], mostHeld: 100);
        var live = new LiveCut(gate, state, new(TimeSpan.FromSeconds(30)), TimeSpan.FromHours(3), [ahead, behind], []);
        Assert.False(live.MayBeDue);
        gate.Apply(ahead, 0, rows.New(1, "A", "X", HotRows.At(HotRows.Monday, 23), 1, 1, 10));
        Assert.False(live.MayBeDue);
        gate.Apply(ahead, 1, rows.New(2, "A", "X", HotRows.At(HotRows.Tuesday), 1, 1, 10));
        Assert.True(live.MayBeDue);
    }

    /// <summary>One partition has left Monday, one has told nothing, and reference data have a log of their own.</summary>
    static (HotGate, SilentPartitions, LiveCut) NewLive()
    {
        var (rows, state) = NewState();
        var gate = new HotGate(state, [ahead, behind, reference], mostHeld: 100);
        gate.Apply(ahead, 0, rows.New(1, "A", "X", HotRows.At(HotRows.Monday), 1, 1, 10));
        gate.Apply(ahead, 1, rows.New(2, "A", "X", HotRows.At(HotRows.Tuesday), 1, 1, 10));
        var silent = new SilentPartitions(TimeSpan.FromSeconds(30));
        return (gate, silent, new(gate, state, silent, TimeSpan.FromHours(3), [ahead, behind], [reference]));
    }

    static (HotRows, HotState) NewState()
    {
        var rows = new HotRows();
        var state = rows.NewState();
        state.Apply(HotRows.Account("A"));
        state.Apply(HotRows.Instrument("X"));
        return (rows, state);
    }
}
