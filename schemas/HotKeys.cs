using System.Globalization;
using System.Text;

namespace Dart.Lake.Schemas;

/// <summary>
/// Key names of the hot store, as the contracts of <c>schemas/tables/hot</c> spell them. In an id a colon, a percent sign and
/// control characters are written as %XX, so that no two ids, or pairs of them, make the same key.
/// </summary>
public static class HotKeys
{
    public const string PricePrefix = "hot:px:", PnlPrefix = "hot:pnl:", PositionPrefix = "hot:pos:", RiskPrefix = "hot:risk:", MetaPrefix = "hot:meta:";

    /// <summary>What all keys begin with.</summary>
    public const string Prefix = "hot:";

    /// <summary>The channel on which each flush names the keys that it has written, one a line.</summary>
    public const string Changes = "hot:changes";

    public static string Price(string instrument) => PricePrefix + Part(instrument);
    public static string Pnl(string account) => PnlPrefix + Part(account);
    public static string Position(string account, string instrument) => $"{PositionPrefix}{Part(account)}:{Part(instrument)}";
    public static string Risk(string account) => RiskPrefix + Part(account);
    public static string Meta(string job) => MetaPrefix + Part(job);

    static string Part(string id)
    {
        if (!id.AsSpan().ContainsAny(':', '%') && !id.Any(char.IsControl))
            return id;
        var part = new StringBuilder(id.Length + 8);
        foreach (var c in id)
            if (c is ':' or '%' || char.IsControl(c))
                part.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            else
                part.Append(c);
        return part.ToString();
    }
}
