using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Prices;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>Marks count with the day that they are of, however long ago that was.</summary>
public class CarriedMarkTests
{
    static DateOnly Date(int day) => HotRows.Monday.AddDays(day);

    static int Days(int day) => HotCalendar.Days(Date(day));

    static Mark Prior(decimal price) => new((long)(price * 1_000_000), MarkSource.Prior);

    /// <summary>X has a price on the Monday, Y on all three days.</summary>
    static (HotState State, Func<int, Mark> MarkOf) Known(HotRows rows, bool hasRows = true)
    {
        var state = rows.NewState();
        state.Apply(HotRows.Instrument("X"));
        if (hasRows)
            state.Apply(rows.Mark(1, "X", HotRows.At(Date(0), 21), 50));
        return (state, day => state.Market.MarkOf(rows.Names.Instruments.Of("X"), Days(day)));
    }

    [Fact]
    public void A_mark_of_days_ago_is_carried_on_and_adjusted_for_splits_since()
    {
        var rows = new HotRows();
        var (state, markOf) = Known(rows);
        for (var day = 0; day < 3; day++)
        {
            state.Show(Days(day));
            state.Close(Days(day));
        }
        Assert.Equal(Prior(50), markOf(3));
        state.Apply(HotRows.Split("X", Days(2), 2, 1));
        Assert.Equal([Prior(50), Prior(25), Prior(25)], new[] { markOf(1), markOf(2), markOf(3) });
    }

    [Fact]
    public void Rows_of_many_days_push_nothing_out()
    {
        var rows = new HotRows();
        var (state, markOf) = Known(rows);
        // a quote of one side prices nothing
        for (var day = 1; day < 4; day++)
            state.Apply(rows.Quote(10 + day, "X", HotRows.At(Date(day)), 49, null));
        Assert.Equal([Prior(50), Prior(50)], new[] { markOf(3), markOf(7) });
    }

    [Fact]
    public void The_newest_day_counts_and_of_one_day_the_own_mark()
    {
        var rows = new HotRows();
        var (state, markOf) = Known(rows);
        state.Apply(HotRows.Prior("X", Days(0), 40, ReferenceKind.Mark));
        Assert.Equal(Prior(50), markOf(2));
        state.Apply(HotRows.Prior("X", Days(1), 41));
        Assert.Equal([Prior(50), Prior(41)], new[] { markOf(1), markOf(2) });
        // a mark of the day itself, which came without market data
        state.Apply(HotRows.Prior("X", Days(2), 42, ReferenceKind.Mark));
        Assert.Equal(Prior(42), markOf(2));
    }

    [Fact]
    public void A_restart_has_it_from_what_was_published()
    {
        var rows = new HotRows();
        var (state, markOf) = Known(rows, hasRows: false);
        state.Market.Remember(rows.Names.Instruments.Of("X"), Days(-30), 48_000_000);
        state.Market.Remember(rows.Names.Instruments.Of("X"), Days(0), 50_000_000);
        Assert.Equal([Prior(48), Prior(50)], new[] { markOf(0), markOf(3) });
        // rows of the day are newer than what was published of it
        state.Apply(rows.Mark(9, "X", HotRows.At(Date(2), 21), 52));
        Assert.Equal(Prior(52), markOf(3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_price_in_another_currency_than_its_instruments_counts_nowhere(bool instrumentFirst)
    {
        var rows = new HotRows();
        var state = rows.NewState();
        ReferenceRow[] prices =
        [
            HotRows.Prior("X", Days(0), 40) with { Currency = "USD" },
            HotRows.Prior("X", Days(1), 41),
            HotRows.Prior("X", Days(1), 42, ReferenceKind.Mark) with { Currency = "EUR" },
            HotRows.Prior("X", Days(2), 43) with { Currency = "EUR" },
        ];
        foreach (var row in instrumentFirst ? prices.Prepend(HotRows.Instrument("X")) : prices.Append(HotRows.Instrument("X")))
            state.Apply(row);
        Mark MarkOf(int day) => state.Market.MarkOf(rows.Names.Instruments.Of("X"), Days(day));
        Assert.Equal([Prior(40), Prior(41), Prior(41)], new[] { MarkOf(1), MarkOf(2), MarkOf(3) });
        // the share changes its currency: it has been in both
        state.Apply(HotRows.Instrument("X") with { Currency = "EUR", ValidFrom = HotRows.At(Date(2)) });
        Assert.Equal([Prior(42), Prior(42), Prior(43)], new[] { MarkOf(1), MarkOf(2), MarkOf(3) });
    }
}
