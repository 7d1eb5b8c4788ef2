using System.Numerics;
using CsCheck;
using Dart.Lake.Analytics.Lots;

namespace Dart.Lake.Analytics.Tests.Lots;

public class LotQueueTests
{
    const long Most = 999_999_999_999_999_999, Unit = 10_000, Dollar = 1_000_000;
    static readonly Int128 amount = 10_000_000_000;

    /// <summary>What can be done to a queue; the numbers of a trade stand for nothing in the others.</summary>
    enum Act { Trade, BeginDay, Split }

    readonly record struct Step(Act Act, long Price, long Quantity, long Multiplier, long Numerator, long Denominator);

    static Gen<List<Step>> Steps(long mostPrice, long mostQuantity)
    {
        var acts = Gen.Frequency((10, Gen.Const(Act.Trade)), (1, Gen.Const(Act.BeginDay)), (1, Gen.Const(Act.Split)));
        var prices = Gen.Frequency((1, Gen.Const(mostPrice)), (8, Gen.Long[0, mostPrice]));
        var quantities = Gen.Frequency((1, OneOf(mostQuantity, -mostQuantity, 1, -1)), (8, Gen.Long[-mostQuantity, mostQuantity]));
        var multipliers = OneOf(Money.One, Money.One, 100 * Money.One, 5_000);
        var splits = OneOf((2L, 1L), (3, 2), (7, 1), (4, 1), (1, 3), (1, 1_000_000));
        return Gen.Select(acts, prices, quantities, multipliers, splits,
            (act, price, quantity, multiplier, split) => new Step(act, price, quantity, multiplier, split.Item1, split.Item2)).List[1, 30];
    }

    static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    [Fact]
    public void Lots_of_a_day_s_size_are_those_of_exact_arithmetic() => Steps(5_000 * Dollar, 1_000_000 * Unit).Sample(steps =>
        Assert.True(AgreesToTheEnd(steps)));

    [Fact]
    public void At_the_limits_of_the_decimals_lots_are_right_or_overflow() => Steps(Most, Most).Sample(steps => { AgreesToTheEnd(steps); });

    /// <summary>False: a number was too large, and the queue said so.</summary>
    static bool AgreesToTheEnd(List<Step> steps)
    {
        var (queue, exact) = (new LotQueue(), new ExactLots());
        for (var i = 0; i < steps.Count; i++)
        {
            var expected = Do(exact, steps[i]);
            if (exact.IsBeyond)
            {
                Assert.Throws<OverflowException>(() => Do(queue, steps[i], i));
                return false;
            }
            Assert.Equal(expected, (BigInteger)Do(queue, steps[i], i));
            Assert.Equal(exact.Quantity, queue.Quantity);
            Assert.Equal(exact.Cost, (BigInteger)queue.Cost);
            Assert.Equal(exact.Open, queue.ToList().Select(l => ((BigInteger)l.Quantity, (BigInteger)l.Cost)));
            Assert.Equal(exact.Open.Count(), queue.Count);
        }
        return true;
    }

    static Int128 Do(LotQueue queue, Step step, int sequence)
    {
        switch (step.Act)
        {
            case Act.Trade:
                return queue.Trade(1, sequence, sequence, step.Price, step.Quantity, step.Multiplier);
            case Act.BeginDay:
                queue.BeginDay();
                return 0;
            default:
                return queue.Split(step.Numerator, step.Denominator);
        }
    }

    static BigInteger Do(ExactLots lots, Step step)
    {
        switch (step.Act)
        {
            case Act.Trade:
                return lots.Trade(step.Price, step.Quantity, step.Multiplier);
            case Act.BeginDay:
                lots.BeginDay();
                return 0;
            default:
                return lots.Split(step.Numerator, step.Denominator);
        }
    }

    [Fact]
    public void A_trade_against_the_position_closes_the_oldest_lots_and_opens_with_what_is_left()
    {
        var queue = new LotQueue();
        Assert.Equal(0, queue.Trade(1, 1, 10, 100 * Dollar, 10 * Unit, Money.One));
        Assert.Equal(0, queue.Trade(1, 2, 20, 110 * Dollar, 5 * Unit, Money.One));
        Assert.Equal((10 * 20 + 5 * 10) * amount, queue.Trade(1, 3, 30, 120 * Dollar, -18 * Unit, Money.One));
        Assert.Equal(new Lot(1, 3, 30, 120 * Dollar, -3 * Unit, -360 * amount), Assert.Single(queue.ToList()));
        Assert.Equal(3 * 20 * amount, queue.Trade(1, 4, 40, 100 * Dollar, 3 * Unit, Money.One));
        Assert.Empty(queue.ToList());
        Assert.Equal((0L, (Int128)0, 0), (queue.Quantity, queue.Cost, queue.Count));
    }

    [Fact]
    public void A_split_changes_units_and_no_cost()
    {
        var queue = new LotQueue();
        queue.Trade(1, 1, 10, 100 * Dollar, -10 * Unit, Money.One);
        queue.Trade(1, 2, 20, 7 * Dollar, -1, Money.One);
        var cost = queue.Cost;
        queue.Split(3, 2);
        Assert.Equal([-15 * Unit, -2], queue.ToList().Select(l => l.Quantity));
        Assert.Equal(-15 * Unit - 2, queue.Quantity);
        Assert.Equal(cost, queue.Cost);
    }

    [Fact]
    public void A_reverse_split_rounds_the_position_once_and_its_lots_share_it()
    {
        var queue = new LotQueue();
        for (var i = 1; i <= 3; i++)
            queue.Trade(1, i, i, 9 * Dollar, Unit, Money.One);
        Assert.Equal(0, queue.Split(1, 3));
        Assert.Equal([3_333, 3_334, 3_333], queue.ToList().Select(l => l.Quantity));
        Assert.Equal((Unit, 27 * amount), (queue.Quantity, queue.Cost));
        Assert.Equal(0, queue.Trade(1, 9, 9, 27 * Dollar, -Unit, Money.One));
        Assert.Empty(queue.ToList());
    }

    /// <summary>A ten-thousandth is left of three units, and then nothing.</summary>
    [Fact]
    public void A_lot_that_becomes_nothing_leaves_its_cost_to_another_and_the_last_one_is_realised()
    {
        var queue = new LotQueue();
        for (var i = 1; i <= 3; i++)
            queue.Trade(1, i, i, 9 * Dollar, -Unit, Money.One);
        Assert.Equal(0, queue.Split(1, 30_000));
        Assert.Equal((-1L, -27 * amount), (queue.ToList().Single().Quantity, queue.Cost));
        Assert.Equal(27 * amount, queue.Split(1, 3));
        Assert.Equal((0L, (Int128)0, 0), (queue.Quantity, queue.Cost, queue.Count));
    }

    [Fact]
    public void Pieces_of_a_lot_add_up_to_its_cost() => Gen.Select(
        Gen.Long[1, Most], Gen.Bool, Gen.Long[-Most, Most], Gen.Long[1, Most], Gen.Double[0, 1].List[0, 12])
        .Sample((quantity, isShort, price, scale, at) =>
        {
            var lot = new Lot(1, 1, 1, 1, isShort ? -quantity : quantity, (Int128)price * scale);
            var cuts = at.Select(a => (long)(a * quantity)).Where(c => c > 0 && c < quantity).Append(quantity).Distinct().Order();
            var (before, sum) = (0L, (Int128)0);
            foreach (var cut in cuts)
            {
                sum += lot.CostOf(before, cut - before);
                before = cut;
            }
            Assert.Equal(lot.Cost, sum);
        });

    [Fact]
    public void A_position_past_the_limit_of_its_type_overflows()
    {
        var queue = new LotQueue();
        for (var i = 0; i < 9; i++)
            queue.Trade(1, i, i, 0, Most, Money.One);
        Assert.Equal(9 * Most, queue.Quantity);
        Assert.Throws<OverflowException>(() => queue.Trade(1, 9, 9, 0, Most, Money.One));
        Assert.Throws<OverflowException>(() => queue.Split(10, 1));
        Assert.Throws<OverflowException>(() => new Lot(1, 1, 1, 1, long.MinValue, 0).CostOf(0, 1));
    }
}
