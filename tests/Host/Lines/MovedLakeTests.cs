using System.Security.Cryptography;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>A lake whose folder was copied is refused by every verb, and works once it was made to live there.</summary>
[Collection(SmallLakeTests.Name)]
public sealed class MovedLakeTests(SmallLake lake)
{
    static readonly string[] verbs =
    [
        "table ls", "table show gold.daily_pnl", "table history gold.daily_pnl", "sql 'select 1'", "verify", "runs ls", "runs show x",
        "reconcile --date 2026-09-22", "eod --date 2026-09-22", "run --date 2026-09-22", "test --date 2026-09-22", "lake backup elsewhere",
        "stream bronze --brokers 127.0.0.1:1", "stream hot --brokers 127.0.0.1:1 --redis 127.0.0.1:1", "produce sim --brokers 127.0.0.1:1",
        "table compact", "table expire", "table orphans --dry-run", "table health", "table rollback gold.daily_pnl --to 1", "migrate --dry-run",
        "deadletters ls", "quarantine ls",
    ];

    [Fact]
    public async Task Every_verb_refuses_a_copied_lake_in_one_line_and_changes_nothing()
    {
        lake.Demo.Exits(0);
        var copy = Path.Combine(lake.Folder, "copies", "refused");
        await lake.TypeAsync($"mkdir -p copies && cp -r {SmallLake.AsDemoLeftIt} {copy}");
        var (before, original) = (Prints(copy), Prints(lake.DataDir));
        foreach (var verb in verbs)
        {
            var refused = (await lake.TypeAsync($"dartlake {verb} --data-dir {copy}")).Exits(2);
            Assert.Contains($"run: dartlake lake relocate --data-dir {copy}", Assert.Single(refused.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
            Assert.Equal("", refused.Out);
        }
        Assert.Equal(before, Prints(copy));
        Assert.Equal(original, Prints(lake.DataDir));
    }

    [Fact]
    public async Task A_copied_lake_is_relocated_proven_and_restated_while_the_first_stays_as_it_is()
    {
        lake.Demo.Exits(0);
        await lake.TypeAsync($"mkdir -p copies && cp -r {SmallLake.AsDemoLeftIt} copies/second");
        var original = Prints(lake.DataDir);
        var relocated = (await lake.TypeAsync("dartlake lake relocate --data-dir copies/second --json")).Exits(0);
        Assert.True(System.Text.Json.JsonDocument.Parse(relocated.Out).RootElement.GetProperty("is_copy").GetBoolean());
        (await lake.TypeAsync("dartlake verify --data-dir copies/second")).Exits(0);
        (await lake.TypeAsync("dartlake reconcile --date 2026-09-22 --data-dir copies/second")).Exits(0);
        const string sums = "dartlake sql 'select count(*), sum(total_day) from gold.daily_pnl' --data-dir copies/second";
        var before = (await lake.TypeAsync(sums)).Exits(0).Out;
        (await lake.TypeAsync("dartlake run --select daily_pnl --date 2026-09-22 --data-dir copies/second")).Exits(0);
        Assert.Equal(before, (await lake.TypeAsync(sums)).Exits(0).Out);
        Assert.Contains("nothing to do", (await lake.TypeAsync("dartlake lake relocate --data-dir copies/second")).Exits(0).Out, StringComparison.Ordinal);
        Assert.Equal(original, Prints(lake.DataDir));
    }

    [Fact]
    public async Task Names_of_folders_are_quoted_in_lines_to_type_and_those_that_no_engine_can_name_are_refused()
    {
        lake.Demo.Exits(0);
        await lake.TypeAsync($"mkdir -p copies && cp -r {SmallLake.AsDemoLeftIt} 'copies/a b' && cp -r {SmallLake.AsDemoLeftIt} 'copies/c#d'");
        var spaced = (await lake.TypeAsync("dartlake table ls --data-dir 'copies/a b'")).Exits(2);
        Assert.Contains($"run: dartlake lake relocate --data-dir '{Path.Combine(lake.Folder, "copies", "a b")}'", spaced.Error, StringComparison.Ordinal);
        Assert.Contains("has a ?, # or %", (await lake.TypeAsync("dartlake lake relocate --data-dir 'copies/c#d'")).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("has a ?, # or %", (await lake.TypeAsync("dartlake lake backup 'copies/e#f' --data-dir data/sim")).Exits(2).Error, StringComparison.Ordinal);
    }

    /// <summary>Hash by path of all files but the database, which is opened.</summary>
    static SortedDictionary<string, string> Prints(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => !Path.GetFileName(file).StartsWith("catalog.db", StringComparison.Ordinal))
            .ToDictionary(
                file => Path.GetRelativePath(folder, file),
                file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))),
        StringComparer.Ordinal);
}
