namespace Dart.Lake.Schemas;

/// <summary>Key names of the hot store, as the contracts of <c>schemas/tables/hot</c> spell them.</summary>
public static class HotKeys
{
    public const string PricePrefix = "hot:px:", PnlPrefix = "hot:pnl:", PositionPrefix = "hot:pos:", RiskPrefix = "hot:risk:", MetaPrefix = "hot:meta:";

    /// <summary>The channel on which each flush names the keys that it has written, one a line.</summary>
    public const string Changes = "hot:changes";

    public static string Price(string instrument) => PricePrefix + instrument;
    public static string Pnl(string account) => PnlPrefix + account;
    public static string Position(string account, string instrument) => $"{PositionPrefix}{account}:{instrument}";
    public static string Risk(string account) => RiskPrefix + account;
    public static string Meta(string job) => MetaPrefix + job;
}
