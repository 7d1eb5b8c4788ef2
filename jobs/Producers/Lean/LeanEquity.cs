namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>A share with data of the date; a path is null where there is no such file.</summary>
/// <param name="Symbol">What it is called on that day: by its map file, else the name of the folder that its data are in.</param>
/// <param name="Map">Its map file, or null.</param>
/// <param name="Names">All names under which its history may lie, the day's first.</param>
sealed record LeanEquity(string Symbol, LeanMap? Map, IReadOnlyList<string> Names)
{
    public string? TradeTicks { get; init; }
    public string? QuoteTicks { get; init; }
    public string? TradeBars { get; init; }
    public string? QuoteBars { get; init; }

    /// <summary>Names of its map and factor files: the file's own before all others.</summary>
    public IEnumerable<string> FileNames => Map is null ? Names : Names.Prepend(Map.Name);

    public bool HasData => this is not { TradeTicks: null, QuoteTicks: null, TradeBars: null, QuoteBars: null };
}
