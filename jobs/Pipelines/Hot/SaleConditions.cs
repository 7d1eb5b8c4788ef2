using System.Globalization;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>Sale conditions (LEAN's hexadecimal bit field) that make no prices: docs/sale-conditions.md.</summary>
static class SaleConditions
{
    /// <summary>Derivatively priced, stock option, official close.</summary>
    const uint LeftOut = 0x200 | 0x40000 | 0x1000000;

    /// <summary>Whether a print with this condition may set a price; what is no such number leaves nothing out.</summary>
    public static bool SetsPrice(string condition) =>
        !uint.TryParse(condition, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits) || (bits & LeftOut) == 0;
}
