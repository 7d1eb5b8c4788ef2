using System.Globalization;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>Finds the files of a date in LEAN's folders, whose names mean the same in small and in capital letters.</summary>
sealed class LeanFolder
{
    readonly string root, day;
    readonly DateOnly date;
    readonly Dictionary<string, string> ticks, minutes, daily, factors;

    public LeanFolder(string root, DateOnly date)
    {
        (this.root, this.date, day) = (root, date, date.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
        (ticks, minutes) = (Entries("tick", Directory.EnumerateDirectories, ""), Entries("minute", Directory.EnumerateDirectories, ""));
        (daily, factors) = (Entries("daily", Directory.EnumerateFiles, ".zip"), Entries("factor_files", Directory.EnumerateFiles, ".csv"));
        Maps = Entries("map_files", Directory.EnumerateFiles, ".csv");
    }

    public string RatesFile => Path.Combine(root, "alternative", "interest-rate", "usa", "interest-rate.csv");

    /// <summary>Map files by the names in theirs.</summary>
    public IReadOnlyDictionary<string, string> Maps { get; }

    /// <summary>Names in small letters under which the date has ticks or minutes, in order.</summary>
    public IReadOnlyList<string> Symbols() =>
        [.. ticks.Keys.Union(minutes.Keys).Where(symbol => Find([symbol]) is { HasData: true }).Order(StringComparer.Ordinal)];

    /// <summary>
    /// The shares of the date in the order of their names: ticks where there are any, else minute bars.
    /// Of one whose data lie under two names, those under the day's name are read.
    /// </summary>
    public IEnumerable<LeanEquity> Equities(LeanMaps maps, LeanFaults faults)
    {
        var shares = Symbols().GroupBy(symbol => maps.Of(symbol, date) is { } map ? $"map {map.Name}" : symbol, StringComparer.Ordinal);
        foreach (var share in shares)
        {
            var map = maps.Of(share.First(), date);
            string[] names = [.. share.OrderBy(name => name == map?.On(date)?.Symbol ? 0 : 1).ThenBy(name => name, StringComparer.Ordinal)];
            if (names.Length > 1)
                faults.Remark($"{string.Join(" and ", names)} are one share by {Maps[map!.Name]}: of a kind of file that both have, {names[0]}'s is read");
            IEnumerable<string> others = map is null ? [] : map.Rows.Select(row => row.Symbol).Prepend(map.Name);
            yield return Find(names) with { Symbol = map?.On(date)?.Symbol ?? names[0], Map = map, Names = [.. names.Union(others)] };
        }
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

    /// <summary>Daily bars under a name, or null.</summary>
    public string? Daily(string symbol) => daily.GetValueOrDefault(symbol);

    /// <summary>The first factor file that one of the names has, or null.</summary>
    public string? Factors(IEnumerable<string> names) =>
        names.Select(name => factors.GetValueOrDefault(name)).FirstOrDefault(path => path is not null);

    LeanEquity Find(IReadOnlyList<string> names)
    {
        var (trades, quotes) = (First(ticks, "trade"), First(ticks, "quote"));
        return new(names[0], null, names)
        {
            TradeTicks = trades,
            QuoteTicks = quotes,
            TradeBars = trades is null ? First(minutes, "trade") : null,
            QuoteBars = quotes is null ? First(minutes, "quote") : null,
        };

        string? First(Dictionary<string, string> folders, string kind) => names
            .Select(name => folders.GetValueOrDefault(name) is { } folder ? Path.Combine(folder, $"{day}_{kind}.zip") : null)
            .FirstOrDefault(File.Exists);
    }

    /// <summary>What a folder of shares holds, by its name in small letters; of names that differ only so the first.</summary>
    Dictionary<string, string> Entries(string folder, Func<string, IEnumerable<string>> list, string ending)
    {
        var path = Path.Combine(root, "equity", "usa", folder);
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in Directory.Exists(path) ? list(path).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
            if (entry.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                entries.TryAdd(Path.GetFileName(entry)[..^ending.Length].ToLowerInvariant(), entry);
        return entries;
    }
}
