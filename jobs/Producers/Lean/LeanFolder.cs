using System.Globalization;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>Finds the files of a date in LEAN's folders. Symbols come in the order of their names.</summary>
sealed class LeanFolder(string root, DateOnly date)
{
    readonly string day = date.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>A share with data of the date; a path is null where there is no such file.</summary>
    public sealed record Equity(string Symbol, string? TradeTicks, string? QuoteTicks, string? TradeBars, string? QuoteBars);

    public string RatesFile => Path.Combine(root, "alternative", "interest-rate", "usa", "interest-rate.csv");

    /// <summary>Ticks where there are any, else minute bars.</summary>
    public IReadOnlyList<Equity> Equities()
    {
        var equities = new List<Equity>();
        foreach (var symbol in Symbols("tick").Concat(Symbols("minute")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (trades, quotes) = (Existing("tick", symbol, "trade"), Existing("tick", symbol, "quote"));
            var found = new Equity(
                symbol, trades, quotes, trades is null ? Existing("minute", symbol, "trade") : null, quotes is null ? Existing("minute", symbol, "quote") : null);
            if (found is not { TradeTicks: null, QuoteTicks: null, TradeBars: null, QuoteBars: null })
                equities.Add(found);
        }
        return equities;
    }

    /// <summary>Zips of option minutes, quotes and trades; open interest is no event of a market and is left alone.</summary>
    public IReadOnlyList<string> Options() =>
    [
        .. new[] { "option", "indexoption" }.Select(kind => Path.Combine(root, kind, "usa", "minute")).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, $"{day}_*.zip", SearchOption.AllDirectories))
            .Where(path => Path.GetFileName(path).Contains("_trade_", StringComparison.Ordinal)
                || Path.GetFileName(path).Contains("_quote_", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Daily bars of a share, or null.</summary>
    public string? Daily(string symbol) => Existing(Path.Combine(root, "equity", "usa", "daily", $"{symbol}.zip"));

    public string? Factors(string symbol) => Existing(Path.Combine(root, "equity", "usa", "factor_files", $"{symbol}.csv"));

    public string? Map(string symbol) => Existing(Path.Combine(root, "equity", "usa", "map_files", $"{symbol}.csv"));

    IEnumerable<string> Symbols(string resolution)
    {
        var folder = Path.Combine(root, "equity", "usa", resolution);
        return Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!) : [];
    }

    string? Existing(string resolution, string symbol, string kind) => Existing(Path.Combine(root, "equity", "usa", resolution, symbol, $"{day}_{kind}.zip"));

    static string? Existing(string path) => File.Exists(path) ? path : null;
}
