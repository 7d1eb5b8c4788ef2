using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;

namespace Dart.Lake.Host.Demo;

/// <summary>What the marts say of a day, for the panel: a total there is the mart's, and a day under way begins at its levels.</summary>
/// <param name="Day">The day.</param>
/// <param name="Firm">Its total, in firm currency; null: there is none.</param>
/// <param name="Accounts">Their totals, in account currency.</param>
/// <param name="Levels">What open positions had made up to its close, by account.</param>
sealed record DemoPublished(
    DateOnly Day, DemoProgress.AccountPnl? Firm, IReadOnlyList<DemoProgress.AccountPnl> Accounts,
    IReadOnlyDictionary<string, DemoProgress.AccountPnl> Levels)
{
    const int AccountsMax = 100_000;

    /// <summary>Reads it from a lake where the day is published.</summary>
    public static async Task<DemoPublished> ReadAsync(Lake lake, DuckDbEngine engine, DateOnly day, CancellationToken cancel)
    {
        await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new ScanOptions(), cancel);
        var accounts = await RowsAsync(
            session, $"select account, currency, total_day, unrealised from gold.portfolio_summary where trade_date = date '{day:yyyy-MM-dd}' order by account", cancel);
        var firm = await RowsAsync(
            session, $"select 'firm', currency, total_day from gold.firm_summary where trade_date = date '{day:yyyy-MM-dd}' and level = 'FIRM'", cancel);
        return new(
            day,
            firm is [var whole] ? PnlOf(whole, 2) : null,
            [.. accounts.Select(row => PnlOf(row, 2))],
            accounts.Select(row => PnlOf(row, 3)).ToDictionary(pnl => pnl.Account, StringComparer.Ordinal));
    }

    static DemoProgress.AccountPnl PnlOf(object?[] row, int at) => new((string)row[0]!, (string)row[1]!, (decimal)row[at]!);

    static async Task<IReadOnlyList<object?[]>> RowsAsync(LakeSession session, string sql, CancellationToken cancel)
    {
        await using var result = await session.QueryReadOnlyAsync(sql, cancel);
        return await result.ReadRowsAsync(AccountsMax, cancel);
    }
}
