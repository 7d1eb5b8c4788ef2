using Dart.Lake.Host.Tests.Lines;
using static Dart.Lake.Host.Tests.BadInput.Refusal;

namespace Dart.Lake.Host.Tests.BadInput;

/// <summary>A project of models with a mistake in it is refused with file and line; what is published stays as it is.</summary>
[Collection(SmallLakeTests.Name)]
public sealed class ModelTests(SmallLake lake) : IDisposable
{
    static readonly string Project = Path.Combine(Path.GetDirectoryName(Exe.Path)!, "dbt-like-sql", "project");
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Broken(string path, string text)
    {
        foreach (var file in Directory.EnumerateFiles(Project, "*", SearchOption.AllDirectories))
        {
            var copy = folder[Path.GetRelativePath(Project, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        File.WriteAllText(folder[path], text);
        return folder.Path;
    }

    [Theory]
    [InlineData("models/gold/more.yml", "version: 2\nmodels: [", "models/gold/more.yml")]
    [InlineData("models/gold/more.yml", "version: 2\nmodels:\n  - name: nothing\n", "nothing")]
    [InlineData("models/silver/trades.sql", "select * from {{ ref('daily_pnl' }}", "models/silver/trades.sql")]
    [InlineData("models/silver/trades.sql", "select * from {{ ref('nothing') }}", "nothing")]
    [InlineData("models/silver/trades.sql", "select * from {{ ref('daily_pnl') }}", "daily_pnl")]
    public Task A_mistake_in_a_project_is_named(string path, string text, string says) =>
        FailsAsync(2, ["plan", "--date", SmallLake.Date, "--project-dir", Broken(path, text)], says);

    [Fact]
    public async Task A_project_that_is_none_is_named() =>
        await FailsAsync(2, ["plan", "--date", SmallLake.Date, "--project-dir", folder["none"]], "none", "dbt_project.yml");

    [Theory]
    [InlineData("selec 1")]
    [InlineData("select nothing from {{ ref('trades') }}")]
    public async Task A_model_with_broken_SQL_publishes_nothing(string sql)
    {
        var before = (await lake.TypeAsync("dartlake table history gold.portfolio_summary --data-dir data/sim")).Exits(0).Out;
        var project = Broken("models/gold/portfolio_summary.sql", sql);
        await FailsAsync(2, ["run", "--date", SmallLake.Date, "--select", "portfolio_summary", "--json", "--project-dir", project, "--data-dir", lake.DataDir], "portfolio_summary");
        Assert.Equal(before, (await lake.TypeAsync("dartlake table history gold.portfolio_summary --data-dir data/sim")).Exits(0).Out);
    }

    [Fact]
    public async Task A_day_that_is_not_there_is_named()
    {
        await FailsAsync(2, ["run", "--date", "2026-09-23", "--data-dir", lake.DataDir], "2026-09-23", "eod --date 2026-09-23");
        await FailsAsync(2, ["test", "--date", "2026-09-23", "--data-dir", lake.DataDir], "2026-09-23");
        await FailsAsync(2, ["eod", "--date", "2026-09-20", "--without-hot", "--data-dir", lake.DataDir], "2026-09-20 is no trading day");
        await FailsAsync(2, ["reconcile", "--date", "2026-09-23", "--data-dir", lake.DataDir], "2026-09-23");
        await FailsAsync(2, ["runs", "show", "none", "--data-dir", lake.DataDir], "none", "runs ls");
    }

    [Theory]
    [InlineData("eod-2026-09-23", "eod-2026-09-22")]
    [InlineData("12345", "snapshot 12345")]
    [InlineData("2001-01-01", "2001-01-01")]
    public Task A_state_that_a_table_does_not_have_is_named(string asOf, string says) =>
        FailsAsync(2, ["sql", "select * from gold.daily_pnl", "--as-of", asOf, "--data-dir", lake.DataDir], "gold.daily_pnl", says);
}
