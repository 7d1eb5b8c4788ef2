using System.Globalization;

namespace Dart.Lake.Analytics.Markets;

/// <summary>One bit of a print's sale condition.</summary>
/// <param name="SetsPrice">Whether a print that carries it may open, close or bound a bar, and value a position.</param>
public sealed record SaleCondition(uint Bit, string Name, bool SetsPrice);

/// <summary>
/// Sale conditions of US prints as LEAN's tick files carry them: a hexadecimal bit field
/// (QuantConnect.TradeConditionFlags, in the documentation of AlgoSeek's US equities). Every print counts for the volume;
/// a print counts for prices unless a bit of it does not. docs/sale-conditions.md has the table and the evidence.
/// </summary>
public static class SaleConditions
{
    /// <summary>Every bit that is known, in order.</summary>
    public static IReadOnlyList<SaleCondition> All { get; } =
    [
        new(0x1, "regular", true), new(0x2, "cash", true), new(0x4, "next day", true), new(0x8, "seller", true), new(0x10, "yellow flag", true), new(0x20, "intermarket sweep", true),
        new(0x40, "opening print", true), new(0x80, "closing print", true), new(0x100, "reopening print", true), new(0x200, "derivatively priced", false), new(0x400, "form T", true),
        new(0x800, "sold", true), new(0x1000, "stopped", true), new(0x2000, "extended hours", true), new(0x4000, "out of sequence", true), new(0x8000, "split", true),
        new(0x1_0000, "acquisition", true), new(0x2_0000, "bunched", true), new(0x4_0000, "stock option", false), new(0x8_0000, "distribution", true),
        new(0x10_0000, "average price", true), new(0x20_0000, "cross", true), new(0x40_0000, "price variation", true), new(0x80_0000, "rule 155", true),
        new(0x100_0000, "official close", false), new(0x200_0000, "prior reference price", true), new(0x400_0000, "official open", true), new(0x800_0000, "cap election", true),
        new(0x1000_0000, "automatic execution", true), new(0x2000_0000, "trade-through exempt", true), new(0x8000_0000, "odd lot", true),
    ];

    /// <summary>The bits that keep a print from setting a price.</summary>
    public static uint LeftOut { get; } = All
        .Where(condition => !condition.SetsPrice)
        .Aggregate(0u, (bits, condition) => bits | condition.Bit);

    /// <summary>Whether a print with this bit field may set a price.</summary>
    public static bool SetsPrice(uint bits) => (bits & LeftOut) == 0;

    /// <summary>The same for the text of a feed: hexadecimal; nothing at all, and what is no number, sets prices.</summary>
    public static bool SetsPrice(ReadOnlySpan<char> condition) =>
        !uint.TryParse(condition, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits) || SetsPrice(bits);
}
