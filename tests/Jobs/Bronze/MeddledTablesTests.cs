using Dart.Lake.Lakehouse.Engines.DuckDb;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>
/// Spark and PyIceberg compact, expire, evolve and roll back bronze tables while the job writes them: after each step the rows are right,
/// in our eyes and theirs, and the proof is whole; a rollback ends the job with the way out.
/// </summary>
[Collection(Meddlers.Name)]
public sealed class MeddledTablesTests(Meddlers others, ITestOutputHelper output)
{
    [Fact]
    public async Task Rows_are_right_or_refused_clearly_whatever_Spark_and_PyIceberg_do_while_bronze_writes()
    {
        var (spark, python) = (others.Spark, others.Python);
        await using var engine = DuckDbEngine.Open(new DuckDbOptions { Threads = 1, MemoryLimitBytes = 1L << 30 });
        foreach (var seed in TestSize.Seeds(quick: 2, full: 50))
        {
            var sequence = new MeddledSequence(seed, spark, python, engine);
            try
            {
                await sequence.RunAsync();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Assert.Fail($"seed {seed}: {string.Join(", ", sequence.Told)}: {e.Message}\n{e.StackTrace}");
            }
            output.WriteLine($"seed {seed}: {string.Join(", ", sequence.Told)}");
        }
    }
}
