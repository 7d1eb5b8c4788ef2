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

    /// <summary>How many books keep it: its own, and each that a correction names.</summary>
    public int Books { get; set; }
}
