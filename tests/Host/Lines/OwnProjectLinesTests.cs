using System.Text.RegularExpressions;
using static Dart.Lake.Host.Tests.BadInput.Refusal;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>The lines of docs/models.md about a project of one's own work as they are written, one after the other.</summary>
[Collection(SmallLakeTests.Name)]
public sealed partial class OwnProjectLinesTests(SmallLake lake)
{
    [GeneratedRegex(@"^```\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();

    static IReadOnlyList<string> Blocks { get; } =
        [.. Fence().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "models.md")).Split("## A project of one's own\n")[1])
            .Select(m => m.Groups["text"].Value)];

    /// <summary>Those that are typed at the lake.</summary>
    internal static IReadOnlyList<string> Lines { get; } = Blocks[1].TrimEnd().Split('\n');

    [Fact]
    public async Task A_project_of_ones_own_is_planned_built_audited_and_read_and_the_lake_stays_whole()
    {
        await CopyAsync("own");
        (await lake.TypeAsync(Blocks[0])).Exits(0);
        var said = new List<string>();
        foreach (var line in Lines)
            said.Add((await TypeAsync("own", line)).Exits(0).Out);
        Assert.Contains("publish  desk.traded, dq.results", said[0], StringComparison.Ordinal);
        Assert.Contains("unique_traded_account", said[1], StringComparison.Ordinal);
        Assert.Contains("not_null_traded_account", said[2], StringComparison.Ordinal);
        Assert.Equal(5, said[3].Split("2026-09-22").Length - 1);
        Assert.Contains("quantity", said[4], StringComparison.Ordinal);
        Assert.Contains("desk.traded", (await TypeAsync("own", "dartlake table ls --data-dir data/sim")).Exits(0).Out, StringComparison.Ordinal);
        foreach (var line in new[]
        {
            "table history desk.traded", "table files desk.traded", "table refs desk.traded", "table health", "table compact desk.traded", "verify",
            "reconcile --date 2026-09-22", "eod --date 2026-09-22", "migrate --dry-run", "table orphans --dry-run", "lake backup copies/own-backup",
        })
            (await TypeAsync("own", $"dartlake {line} --data-dir data/sim")).Exits(0);
        Assert.Contains("nothing to do", (await TypeAsync("own", "dartlake eod --date 2026-09-22 --data-dir data/sim")).Exits(0).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run --date 2026-09-22 --project-dir wrong --vars '{leest: 1}'", "leest", "'least'")]
    [InlineData("run --date 2026-09-22 --project-dir wrong --vars '[1'", "--vars")]
    [InlineData("run --date 2026-09-22 --project-dir wrong", "models/wrong.sql:2 (2026-09-22): Binder Error")]
    [InlineData("plan --date 2026-09-22 --project-dir wrong", "models/wrong.sql:2 (2026-09-22): Binder Error")]
    [InlineData("eod --date 2026-09-22 --project-dir wrong", "dart_lake")]
    [InlineData("run --date 2026-09-22 --project-dir wrong --timeout 0", "--timeout wants a whole number from 1 to 86400")]
    public async Task What_is_wrong_is_refused_in_one_line(string line, params string[] words)
    {
        (await lake.TypeAsync(Blocks[0].Replace("desk/", "wrong/", StringComparison.Ordinal)
            + "printf 'select 1 as x,\n nothing from {{ ref(\"traded\") }}' > wrong/models/wrong.sql\n"
            + "printf 'models:\n- name: wrong\n  config: {materialized: view}\n' > wrong/models/wrong.yml")).Exits(0);
        await CopyAsync("wrong");
        (await TypeAsync("wrong", $"dartlake {line} --data-dir data/sim")).Exits(2).SaysOnce(words);
    }

    [Fact]
    public async Task A_query_without_an_end_is_stopped_after_the_seconds_of_timeout()
    {
        (await lake.TypeAsync("""
            mkdir -p endless/models
            printf 'name: endless\n' > endless/dbt_project.yml
            printf '{{ config(materialized="temp") }} with recursive e as (select 1 as n union all select (n + 1) %% 9 from e) select count(*) from e' > endless/models/e.sql
            """)).Exits(0);
        await CopyAsync("wrong");
        (await TypeAsync("wrong", "dartlake run --date 2026-09-22 --project-dir endless --timeout 2 --data-dir data/sim")).Exits(1)
            .SaysOnce("models/e.sql:1 (2026-09-22)", "stopped after 2 s", "--timeout");
    }

    async Task CopyAsync(string name)
    {
        lake.Demo.Exits(0);
        var copy = $"copies/{name}";
        (await lake.TypeAsync($"[ -d {copy} ] || (mkdir -p copies && cp -r {SmallLake.AsDemoLeftIt} {copy} && dartlake lake relocate --data-dir {copy})")).Exits(0);
    }

    Task<Exe.Result> TypeAsync(string copy, string line) =>
        lake.TypeAsync(line.Replace("data/sim", $"copies/{copy}", StringComparison.Ordinal));
}
