namespace Dart.Lake.Jobs.Pipelines.Hot.Shown;

/// <summary>An account's latest PnL, account currency.</summary>
public sealed record HotAccountPnl(string Account, string Currency, decimal Realised, decimal Unrealised, decimal Fees)
{
    public decimal Total => Realised + Unrealised - Fees;
}
