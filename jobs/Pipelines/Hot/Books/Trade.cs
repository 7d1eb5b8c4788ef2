using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Books;

/// <summary>A row of trades_raw that is kept, and the corrections and busts that name it.</summary>
sealed class Trade(in TradeRow row, in Coordinate at, string? broken, int? day)
{
    public TradeRow Row { get; } = row;

    /// <summary>The least coordinate of the rows that are equal to this one.</summary>
    public Coordinate At { get; set; } = at;

    /// <summary>The row rule that the row breaks, or null.</summary>
    public string? Broken { get; } = broken;

    /// <summary>The trade date of a NEW; null when its venue has no calendar.</summary>
    public int? Day { get; } = day;

    public List<Trade>? Amendments { get; set; }

    /// <summary>The trade as it counts: its own row, or the newest correction's side, price, quantity and fee; false when it does not count.</summary>
    /// <param name="isKnown">Whether the references of a correction of another account or instrument have come.</param>
    public bool TryResolve(Func<TradeRow, int, bool> isKnown, out TradeRow terms)
    {
        terms = Row;
        if (Broken is not null || Day is not { } day)
            return false;
        if (Amendments is null)
            return true;
        Trade? newest = null;
        foreach (var amendment in Amendments)
        {
            if (amendment.Row.Kind == TradeKind.Bust)
                return false;
            if (amendment.Broken is not null || newest is not null && (amendment.Row.IngestTime, amendment.Row.Sequence).CompareTo((newest.Row.IngestTime, newest.Row.Sequence)) < 0)
                continue;
            if (amendment.Row.Account == Row.Account && amendment.Row.Instrument == Row.Instrument || isKnown(amendment.Row, day))
                newest = amendment;
        }
        if (newest is { Row: var correct })
            terms = terms with { Side = correct.Side, Price = correct.Price, Quantity = correct.Quantity, Fee = correct.Fee };
        return true;
    }
}
