using System.Diagnostics;
using Dart.Lake.Host.Tests.Judges;

namespace Dart.Lake.Host.Tests.Targets;

/// <summary>
/// What befalls engines in the middle of a run: one line that says what to do, the exit code, a ledger entry, and the day as it was.
/// </summary>
public sealed class TargetBadDaysTests
{
    static readonly TimeSpan untilGone = TimeSpan.FromSeconds(2);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Dictionary<string, string> By(string engine) => new()
    {
        ["DARTLAKE__Targets__Silver"] = engine,
        ["DARTLAKE__Targets__Gold"] = engine,
        ["DARTLAKE__Trino__PatienceSeconds"] = "5",
        ["DARTLAKE__Spark__PatienceSeconds"] = "5",
    };

    [Theory(Explicit = true)]
    [InlineData("trino", 5)]
    [InlineData("trino", 60)]
    [InlineData("spark", 5)]
    [InlineData("spark", 60)]
    public async Task An_engine_that_dies_fails_the_run_and_the_next_one_builds_the_day(string engine, int lines)
    {
        await using var lake = await TargetLake.StartAsync(2000, Cancel);
        var (expected, publications) = (await lake.ExportAsync(), await lake.PublicationsAsync());
        var failed = await lake.TypeAsync(By(engine), lines, _ =>
        {
            if (engine == "trino")
                lake.Trino.Kill();
            else
                lake.Spark.Kill();
            return Task.CompletedTask;
        }, "run", "--date", TargetLake.Day);
        await AssertFailedAsync(lake, failed, publications, engine == "trino" ? "Trino" : "Spark");
        Gold.AssertSame(expected, await lake.ExportAsync());
        await (engine == "trino" ? lake.Trino.StartAgainAsync() : lake.Spark.StartAgainAsync());
        (await lake.TypeAsync(By(engine), "run", "--date", TargetLake.Day)).Exits(0);
        Gold.AssertSame(expected, await lake.ExportAsync());
        Assert.Empty(await lake.LeftAsync(Cancel));
    }

    [Fact(Explicit = true)]
    public async Task A_Trino_without_memory_fails_the_run_in_its_own_words()
    {
        await using var lake = await TargetLake.StartAsync(2000, Cancel);
        var publications = await lake.PublicationsAsync();
        var settings = By("trino");
        settings["DARTLAKE__Trino__Session__query_max_memory"] = "100kB";
        await AssertFailedAsync(lake, await lake.TypeAsync(settings, "run", "--date", TargetLake.Day), publications, "EXCEEDED_GLOBAL_MEMORY_LIMIT");
    }

    [Theory(Explicit = true)]
    [InlineData("trino")]
    [InlineData("spark")]
    public async Task Ctrl_C_ends_the_run_and_what_the_engine_does_for_it(string engine)
    {
        await using var lake = await TargetLake.StartAsync(2000, Cancel);
        var publications = await lake.PublicationsAsync();
        var began = 0L;
        var failed = await lake.TypeAsync(By(engine), 20, async process =>
        {
            // in the middle of the statement after
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Cancel);
            began = Stopwatch.GetTimestamp();
            await Tool.RunAsync("/bin/kill", ["-INT", $"{process.Id}"]);
        }, "run", "--date", TargetLake.Day);
        await WorksOnNothingAsync(lake, engine, began);
        await AssertFailedAsync(lake, failed, publications, "stopped before it was done");
    }

    static async Task WorksOnNothingAsync(TargetLake lake, string engine, long since)
    {
        if (engine == "spark")
            while (await lake.Spark.RunsAsync("run_staging"))
                Assert.True(Stopwatch.GetElapsedTime(since) < untilGone, "Spark works on");
        else
            Assert.Empty(await lake.Trino.RowsAsync(
                "SELECT query FROM system.runtime.queries WHERE query LIKE 'insert into%' AND state NOT IN ('FINISHED', 'FAILED')"));
    }

    static async Task AssertFailedAsync(TargetLake lake, Exe.Result failed, IReadOnlyList<string> publications, string says)
    {
        failed.Exits(1);
        Assert.Contains(says, Assert.Single(failed.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        var (status, error) = await lake.LastRunAsync();
        Assert.Equal("failed", status);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.Equal(publications, await lake.PublicationsAsync());
        Assert.Empty(await lake.LeftAsync(Cancel));
    }
}
