using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

public class SentTwiceTests
{
    static readonly LogPartition first = new("log", "trades_raw", 0), second = new("log", "trades_raw", 1);

    [Fact]
    public void A_day_that_came_twice_before_it_could_be_cut_is_cut_once_at_its_first_markers()
    {
        var rows = new HotRows();
        var state = rows.NewState();
        var gate = new HotGate(state, [first, second], mostHeld: 1_000);
        gate.Mark(first, 10, HotRows.D1);
        gate.Mark(first, 21, HotRows.D1);
        gate.Mark(first, 30, HotRows.D2);
        Assert.Null(gate.Complete);
        gate.Mark(second, 5, HotRows.D1);
        Assert.Equal(HotRows.D1, gate.Complete);
        Assert.Equal([11L, 6L], gate.Cut.Select(c => c.Next));
        gate.Apply(first, 25, rows.New(1, "A", "X", HotRows.At(HotRows.Tuesday), 1, 1, 100));
        Assert.Equal(25, gate.Applied(first, 31));

        state.Close(HotRows.D1);
        gate.Release();
        Assert.Null(gate.Complete);
        Assert.Equal(31, gate.Applied(first, 31));
        gate.Mark(second, 11, HotRows.D1);
        gate.Mark(second, 20, HotRows.D2);
        Assert.Equal(HotRows.D2, gate.Complete);
        Assert.Equal([31L, 21L], gate.Cut.Select(c => c.Next));
    }
}
