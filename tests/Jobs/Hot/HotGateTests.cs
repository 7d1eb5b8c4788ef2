using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

public class HotGateTests
{
    static readonly LogPartition ahead = new("log", "trades_raw", 0), behind = new("log", "trades_raw", 1);

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

    static (HotRows, HotState) NewState()
    {
        var rows = new HotRows();
        var state = rows.NewState();
        state.Apply(HotRows.Account("A"));
        state.Apply(HotRows.Instrument("X"));
        return (rows, state);
    }
}
