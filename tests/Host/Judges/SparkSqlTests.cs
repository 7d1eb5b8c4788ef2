using System.Diagnostics;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary><c>dartlake sql --engine spark</c> before a real Spark, as people type it.</summary>
[Collection(SparkPlaceTests.Name)]
public sealed class SparkSqlTests(SparkPlace place)
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(2);

    async Task<Process> StartAsync(string sql, params string[] flags)
    {
        var environment = new Dictionary<string, string> { ["DARTLAKE__Spark__Url"] = (await place.SettingsAsync()).Url.ToString() };
        return Exe.Start(environment, ["sql", sql, .. flags, "--data-dir", place.DataDir]);
    }

    async Task<Exe.Result> RunAsync(string sql, params string[] flags)
    {
        using var process = await StartAsync(sql, flags);
        return await Exe.EndAsync(process, limit);
    }

    Task<Exe.Result> SparkAsync(string sql, params string[] flags) => RunAsync(sql, ["--engine", "spark", .. flags]);

    [Theory]
    [InlineData("--format", "csv")]
    [InlineData("--format", "table")]
    [InlineData("--json")]
    [InlineData("--format", "csv", "--as-of", ConformanceLake.Tag)]
    public async Task Both_engines_print_the_same(params string[] flags)
    {
        const string sql = "SELECT * FROM silver.kinds WHERE id < 6 ORDER BY id";
        var ours = (await RunAsync(sql, flags)).Exits(0);
        // one that takes its time says how far it is
        Assert.Equal(ours.Out, (await SparkAsync(sql, flags)).Exits(0).Out);
        Assert.Contains("naïve", ours.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DROP TABLE silver.many", "changes nothing")]
    [InlineData("FROM silver.many INSERT INTO silver.many SELECT *", "PARSE_SYNTAX_ERROR, SQL state 42601")]
    [InlineData("SELECT * FROM silver.manny", "`silver`.`manny`")]
    public async Task What_is_refused_is_one_line_and_exit_code_2(string sql, string says)
    {
        var refused = (await SparkAsync(sql)).Exits(2);
        Assert.Contains(says, Assert.Single(refused.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.Empty(refused.Out);
    }

    [Theory]
    [InlineData("SELECT * FROM global_temp.now", "Spark reads lake.silver.kinds for it")]
    [InlineData("SELECT * FROM silver.kinds.snapshots", "Spark reads lake.silver.kinds.snapshots for it")]
    [InlineData("TABLE silver.kinds", "Spark reads lake.silver.kinds for it")]
    [InlineData("SHOW TABLES FROM silver", "leave --as-of away")]
    [InlineData("SELECT (silver.kinds) FROM (SELECT 1 AS kinds) AS silver", "cannot be read as of 'first'")]
    public async Task What_cannot_be_read_as_it_was_is_refused_with_what_to_write(string sql, string says)
    {
        await place.ExecuteAsync("CREATE OR REPLACE GLOBAL TEMPORARY VIEW now AS SELECT * FROM lake.silver.kinds");
        var line = Assert.Single((await SparkAsync(sql, "--as-of", ConformanceLake.Tag)).Exits(2).Error.TrimEnd('\n').Split('\n'));
        Assert.Contains(says, line, StringComparison.Ordinal);
        Assert.Contains("--as-of", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_query_in_Spark_which_was_told_how_far_it_is()
    {
        using var process = await StartAsync(
            "SELECT count(*) FROM silver.many a JOIN silver.many b ON a.id * 3 + b.id > a.id - 1 AND a.name <> b.name -- stopped", "--engine", "spark");
        while (await process.StandardError.ReadLineAsync() is { } line && !line.Contains("% of the query done", StringComparison.Ordinal))
            Assert.False(line.Length > 0, line);
        Assert.True(await place.RunsAsync("stopped"));
        var began = Stopwatch.GetTimestamp();
        await Tool.RunAsync("/bin/kill", ["-INT", $"{process.Id}"]);
        var end = (await Exe.EndAsync(process, limit)).Exits(1);
        Assert.Contains("stopped before it was done", end.Error, StringComparison.Ordinal);
        Assert.False(await place.RunsAsync("stopped"));
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_Spark_that_is_not_there_is_told_with_what_to_set()
    {
        string[] line = ["sql", "SELECT 1", "--engine", "spark", "--data-dir", place.DataDir];
        var unnamed = (await Exe.RunAsync(limit, line)).Exits(2);
        Assert.Contains("DARTLAKE__Spark__Url=sc://HOST:15002", unnamed.Error, StringComparison.Ordinal);
        var nowhere = new Dictionary<string, string>
        {
            ["DARTLAKE__Spark__Url"] = $"sc://127.0.0.1:{KafkaServer.FreePort()}",
            ["DARTLAKE__Spark__PatienceSeconds"] = "1",
        };
        using var process = Exe.Start(nowhere, line);
        var away = (await Exe.EndAsync(process, limit)).Exits(1);
        Assert.Contains("does not answer", Assert.Single(away.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        var secret = new Dictionary<string, string> { ["DARTLAKE__Spark__Url"] = "sc://spark.firm", ["DARTLAKE__Spark__Token"] = "geheim" };
        using var open = Exe.Start(secret, line);
        var refused = (await Exe.EndAsync(open, limit)).Exits(2);
        Assert.Contains("use https", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", refused.Error, StringComparison.Ordinal);
    }
}
