using Dart.Lake.Host.Output;
using Dart.Lake.Lakehouse.Engines.DuckDb;

namespace Dart.Lake.Host.Demo;

/// <summary>What a trader asks first of a day: what the firm has made, who made and who lost most, and with what.</summary>
sealed class DayAnswer
{
    /// <summary>From here on a table has whole units only, so that it fits a small terminal.</summary>
    const decimal WholeFrom = 1_000_000;

    const int AccountsMax = 100_000, InstrumentsMax = 3;

    static readonly string parts = string.Join(
        ", ", new[] { "firm_total_day", "firm_realised", "firm_fees", "firm_fx" }.Select(part => $"cast(coalesce({part}, 0) as decimal(18, 2))"));

    readonly DateOnly date;
    readonly string currency;
    readonly decimal firm;
    readonly IReadOnlyList<Line> lines;

    DayAnswer(DateOnly date, string currency, decimal firm, IReadOnlyList<Line> lines) =>
        (this.date, this.currency, this.firm, this.lines) = (date, currency, firm, lines);

    /// <summary>A total and its parts, in firm currency; the rest of the total is what open positions were worth more.</summary>
    sealed record Line(string Who, decimal Total, decimal Realised, decimal Fees, decimal Fx)
    {
        public Line Rounded(int digits)
        {
            decimal To(decimal value) => Math.Round(value, digits, MidpointRounding.AwayFromZero);
            return new(Who, To(Total), To(Realised), To(Fees), To(Fx));
        }

        public decimal Revalued => Total - Realised + Fees - Fx;
    }

    /// <summary>Reads it from the marts; null when the day has no account.</summary>
    public static async Task<DayAnswer?> ReadAsync(LakeSession session, DateOnly date, CancellationToken cancel)
    {
        var rows = await RowsAsync(session, $"""
            select account, desk, firm_currency, {parts}
            from gold.portfolio_summary where trade_date = date '{date:yyyy-MM-dd}' order by firm_total_day desc, account
            """, cancel);
        if (rows.Count == 0)
            return null;
        var accounts = rows.Select(row => (Name: (string)row[0]!, Line: LineOf($"{row[0]}, {row[1]}", row, 3))).ToList();
        decimal Sum(Func<Line, decimal> part) => accounts.Sum(account => part(account.Line));
        var whole = new Line("firm", Sum(line => line.Total), Sum(line => line.Realised), Sum(line => line.Fees), Sum(line => line.Fx));
        var (best, worst) = (accounts[0], accounts[^1]);
        var found = new List<Line> { whole, best.Line with { Who = $"{(best.Line.Total < 0 ? "least" : "most")}: {best.Line.Who}" } };
        found.AddRange(await InstrumentsAsync(session, date, best.Name, "desc", cancel));
        if (accounts.Count > 1)
        {
            found.Add(worst.Line with { Who = $"{(worst.Line.Total > 0 ? "least" : "lost")}: {worst.Line.Who}" });
            found.AddRange(await InstrumentsAsync(session, date, worst.Name, "asc", cancel));
        }
        return new(date, (string)rows[0][2]!, whole.Total, found);
    }

    static async Task<IEnumerable<Line>> InstrumentsAsync(
        LakeSession session, DateOnly date, string account, string order, CancellationToken cancel) =>
        (await RowsAsync(session, $"""
            select instrument, {parts}
            from gold.daily_pnl where trade_date = date '{date:yyyy-MM-dd}' and account = '{account.Replace("'", "''", StringComparison.Ordinal)}'
            order by firm_total_day {order}, instrument limit {InstrumentsMax}
            """, cancel)).Select(row => LineOf($"  {row[0]}", row, 1));

    static Line LineOf(string who, object?[] row, int from) =>
        new(who, (decimal)row[from]!, (decimal)row[from + 1]!, (decimal)row[from + 2]!, (decimal)row[from + 3]!);

    static async Task<IReadOnlyList<object?[]>> RowsAsync(LakeSession session, string sql, CancellationToken cancel)
    {
        await using var result = await session.QueryReadOnlyAsync(sql, cancel);
        return await result.ReadRowsAsync(AccountsMax, cancel);
    }

    /// <summary>A line, a table and what its columns are.</summary>
    public void Print()
    {
        var isLarge = lines.SelectMany(line => new[] { line.Total, line.Realised, line.Revalued }).Any(n => Math.Abs(n) >= WholeFrom);
        var digits = isLarge ? 0 : 2;
        Screen.Line($"{date:yyyy-MM-dd}: the firm {(firm < 0 ? "lost" : "made")} {Math.Abs(firm):N2} {currency}; who made and lost most, and with what{(digits == 0 ? ", in whole units" : "")}");
        var table = new ResultTable("", "who", "total_day", "realised", "revalued", "fx", "fees");
        foreach (var line in lines.Select(line => line.Rounded(digits)))
            table.Add(line.Who, line.Total, line.Realised, line.Revalued, line.Fx, -line.Fees);
        table.Print(json: false);
        Screen.Line("total_day = realised + revalued (open positions) + fx + fees");
    }
}
