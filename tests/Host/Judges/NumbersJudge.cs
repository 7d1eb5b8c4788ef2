using System.Text.Json;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>What a program that was written from docs/data.md says of a table of a publication, computed again from bronze.</summary>
sealed record Verdict(string Publication, string Table, int Rows, int Differences, IReadOnlyList<string> Examples)
{
    public override string ToString() => $"{Publication} {Table}: {Differences} of {Rows} rows; {string.Join("; ", Examples)}";
}

/// <summary>A day of a run, as <c>eod --json</c> tells it.</summary>
sealed record JudgedDay(string Date, string Tag, bool IsRestated);

/// <summary>A run that published, by what a judge must know of it.</summary>
sealed record JudgedRun(string Run, string Last, IReadOnlyList<JudgedDay> Days)
{
    public IReadOnlyList<string> Acted { get; init; } = [];

    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>The programs in numbers/.</summary>
static class NumbersJudge
{
    static readonly string[] sums =
        ["columns add up", "desks and firm add up", "hot at its cuts", "positions add up to accounts", "totals telescope"];

    /// <summary>Tables that are computed again; reconciliation is a comparison itself.</summary>
    public static IReadOnlyList<string> Tables { get; } =
    [
        .. TableContracts.All.Select(contract => contract.Table).OfType<string>()
            .Where(table => table.StartsWith("silver.", StringComparison.Ordinal) || table.StartsWith("gold.", StringComparison.Ordinal))
            .Except(["gold.reconciliation"]).Order(StringComparer.Ordinal),
    ];

    /// <summary>The two days of a simulated demo.</summary>
    public static Task<IReadOnlyList<Verdict>> DemoAsync(string dataDir) => RunAsync("judge.py", TimeSpan.FromMinutes(5), Catalog(dataDir));

    /// <summary>Every publication of a chain of days, and what must hold over them all; the test fails with what differs.</summary>
    /// <param name="dataDir">The lake.</param>
    /// <param name="runs">A file of <see cref="JudgedRun"/> in the order in which they were published.</param>
    public static async Task ChainAsync(string dataDir, string runs)
    {
        var verdicts = (await RunAsync("chain.py", TimeSpan.FromMinutes(20), Catalog(dataDir), runs))
            .ToLookup(v => v.Publication, StringComparer.Ordinal);
        Assert.Empty(verdicts.SelectMany(v => v).Where(v => v.Differences > 0).Select(v => v.ToString()));
        foreach (var publication in verdicts)
            Assert.Equal(publication.Key == "all days" ? sums : Tables, publication.Select(v => v.Table).Order(StringComparer.Ordinal));
        Assert.All(verdicts["all days"], v => Assert.True(v.Rows > 0, v.Table));
        Assert.Equal(await TagsAsync(runs), verdicts.Select(v => v.Key).Except(["all days"]).Order(StringComparer.Ordinal));
    }

    static async Task<IReadOnlyList<Verdict>> RunAsync(string script, TimeSpan limit, params string[] arguments)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Judges", "numbers", script);
        var output = await Tool.RunAsync(Shared.Path("engines", "pyiceberg"), ["python", path, .. arguments], limit: limit);
        return [.. output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<Verdict>(line, JsonSerializerOptions.Web)!)];
    }

    static string Catalog(string dataDir) => Path.Combine(dataDir, "catalog.db");

    /// <summary>Tags of the publications, as the runs told them.</summary>
    static async Task<IEnumerable<string>> TagsAsync(string runs)
    {
        using var told = JsonDocument.Parse(await File.ReadAllTextAsync(runs));
        return [.. told.RootElement.EnumerateArray().SelectMany(run => run.GetProperty("days").EnumerateArray())
            .Select(day => day.GetProperty("tag").GetString()!).Order(StringComparer.Ordinal)];
    }
}
