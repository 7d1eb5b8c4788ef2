namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>All map files of a folder: which share had a name on a date.</summary>
sealed class LeanMaps
{
    readonly Dictionary<string, List<LeanMap>> bySymbol = new(StringComparer.Ordinal);
    readonly Dictionary<string, LeanMap> byName = new(StringComparer.Ordinal);

    /// <param name="paths">Of the map files, by their names in small letters.</param>
    /// <param name="symbols">The names of the day: a bad file that has none of them is no fault of the day.</param>
    /// <param name="faults">Takes what is wrong with the others.</param>
    public LeanMaps(IEnumerable<KeyValuePair<string, string>> paths, IReadOnlySet<string> symbols, LeanFaults faults)
    {
        foreach (var (name, path) in paths.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            var rows = new List<LeanMapRow>();
            try
            {
                LeanMap.Read(path, rows);
                Add(new(name, [.. rows.OrderBy(row => row.Until)]));
            }
            catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
            {
                if (symbols.Contains(WithoutNumber(name)) || rows.Exists(row => symbols.Contains(row.Symbol)))
                    faults.Add(e);
            }
        }
    }

    /// <summary>Who had a name on a date; null: nobody that is known.</summary>
    public LeanMap? Holder(string symbol, DateOnly date) => Named(symbol).Find(map => map.On(date)?.Symbol == symbol);

    /// <summary>
    /// The share whose data of a date lie under a name: its holder; else who gets the name next, or had it last,
    /// for data are also kept under a share's other names; else the share whose file is named so.
    /// </summary>
    public LeanMap? Of(string symbol, DateOnly date)
    {
        if (Holder(symbol, date) is { } holder)
            return holder;
        var rows = (
            from map in Named(symbol)
            where map.First <= date
            from row in map.Rows
            where row.Symbol == symbol
            orderby row.Until
            select (Map: map, row.Until)).ToList();
        if (rows.Count > 0)
            return rows.Find(row => row.Until >= date).Map ?? rows[^1].Map;
        return byName.GetValueOrDefault(symbol) is { } named && named.First <= date ? named : null;
    }

    List<LeanMap> Named(string symbol) => bySymbol.GetValueOrDefault(symbol) ?? [];

    void Add(LeanMap map)
    {
        if (map.Rows.Count == 0)
            return;
        byName[map.Name] = map;
        foreach (var symbol in map.Rows.Select(row => row.Symbol).Distinct(StringComparer.Ordinal))
        {
            if (!bySymbol.TryGetValue(symbol, out var maps))
                bySymbol.Add(symbol, maps = []);
            maps.Add(map);
        }
    }

    /// <summary>The second share that had a name has a file with a number: <c>oih.1</c>.</summary>
    static string WithoutNumber(string name) =>
        name.LastIndexOf('.') is > 0 and var dot && int.TryParse(name.AsSpan(dot + 1), out _) ? name[..dot] : name;
}
