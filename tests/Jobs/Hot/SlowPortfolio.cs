using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>
/// The independent model: unit by unit, in plain decimals, from the whole set of rows each
/// time. Quantities are whole units; a split n:1 turns a unit into n of a share of the cost.
/// </summary>
static class SlowPortfolio
{
    public sealed record Result(decimal Realised, decimal Fees, int Trades, IReadOnlyList<decimal> UnitCosts, int Sign);

    /// <param name="rows">Each with its coordinate, in any order; all of one account and instrument count.</param>
    /// <param name="names">Names of the codes.</param>
    /// <param name="day">The day whose numbers are asked; trades of later days are not there.</param>
    /// <param name="splits">Ex date and n.</param>
    /// <param name="multiplier">Of the instrument.</param>
    public static Result Compute(
        IEnumerable<(TradeRow Row, Coordinate At)> rows, HotNames names, int account, int instrument, int day,
        IReadOnlyList<(int Day, int N)> splits, decimal multiplier)
    {
        var calendar = new HotCalendar();
        var first = rows.GroupBy(r => r.Row.Key).Select(g => g.OrderBy(r => names.Logs[r.At.Log], StringComparer.Ordinal)
            .ThenBy(r => r.At.Partition)
            .ThenBy(r => r.At.Offset)
            .First().Row).ToList();
        var live =
            from trade in first
            where trade.Kind == TradeKind.New && trade.Price > 0
            let chain = first.Where(r => r.Kind != TradeKind.New && r.RefKey == trade.Key).ToList()
            where chain.All(r => r.Kind != TradeKind.Bust)
            let correct = chain.Where(r => r.Price > 0)
                .OrderBy(r => r.IngestTime)
                .ThenBy(r => r.Sequence)
                .Select(r => (TradeRow?)r)
                .LastOrDefault()
            let terms = correct ?? trade
            where terms.Account == account && terms.Instrument == instrument
            let date = calendar.TradeDate(names.Venues[trade.Venue], trade.EventTime)!.Value
            where date <= day
            orderby trade.EventTime, names.Sources[trade.Source], trade.Sequence
            select (date, terms.Side, Price: terms.Price / 1_000_000m, Units: (int)(terms.Quantity / 10_000), Fee: terms.Fee / 1_000_000m);
        var (costs, sign) = (new List<decimal>(), 0);
        var (realised, fees, trades, at) = (0m, 0m, 0, int.MinValue);
        foreach (var trade in live)
        {
            Turn(trade.date);
            fees += trade.Fee;
            trades++;
            for (var unit = 0; unit < trade.Units; unit++)
                if (sign == 0 || sign == trade.Side)
                {
                    sign = trade.Side;
                    costs.Add(trade.Price * multiplier);
                }
                else
                {
                    realised += sign * (trade.Price * multiplier - costs[0]);
                    costs.RemoveAt(0);
                    sign = costs.Count == 0 ? 0 : sign;
                }
        }
        Turn(day);
        return new(realised, fees, trades, costs, sign);

        void Turn(int date)
        {
            if (date == at)
                return;
            foreach (var (_, n) in splits.Where(s => s.Day > at && s.Day <= date).OrderBy(s => s.Day))
                costs = [.. costs.SelectMany(c => Enumerable.Repeat(c / n, n))];
            (realised, fees, trades, at) = (0, 0, 0, date);
        }
    }
}
