using Dart.Lake.Host.Tests.Judges;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>
/// The ten questions of docs/marts.md have the same answers from a real Trino and a real Spark as from the embedded engine.
/// </summary>
[Collection(SmallLakeTests.Name)]
public sealed class QuestionsOfEnginesTests(SmallLake lake)
{
    [Fact]
    public async Task Trino_answers_as_DuckDB_does()
    {
        lake.Demo.Exits(0);
        using var folder = new TempFolder();
        await using var trino = await TrinoServer.OverAsync(folder["trino"], lake.DataDir);
        await SameAsync($"DARTLAKE__Trino__Url={trino.Url}", "trino");
    }

    [Fact]
    public async Task Spark_answers_as_DuckDB_does()
    {
        lake.Demo.Exits(0);
        using var folder = new TempFolder();
        await using var spark = await SparkServer.OverAsync(folder["spark"], lake.DataDir);
        await SameAsync($"DARTLAKE__Spark__Url={spark.Url}", "spark");
    }

    async Task SameAsync(string setting, string engine)
    {
        foreach (var line in TenQuestionsTests.Lines)
        {
            var ours = (await lake.TypeAsync($"{line} --format csv")).Exits(0).Out;
            var theirs = (await lake.TypeAsync($"{setting} {line} --engine {engine} --format csv")).Exits(0).Out;
            Assert.True(ours == theirs, $"{line}\n--- duckdb\n{ours}\n--- {engine}\n{theirs}");
        }
    }
}
