using System.Diagnostics;
using System.Text.Json;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.Spark;
using Dart.Lake.Lakehouse.Engines.Trino;

namespace Dart.Lake.Bench;

/// <summary>One answer of Trino or Spark, read to its end: what a row costs the client.</summary>
static class Fetch
{
    static readonly TimeSpan request = TimeSpan.FromMinutes(5), patience = TimeSpan.FromMinutes(1);

    /// <summary>Trino's.</summary>
    /// <param name="url">Of the server.</param>
    /// <param name="encoding">What is asked for; empty: rows in the answers themselves.</param>
    public static IQueryEngine Trino(Uri url, string encoding) => new TrinoEngine(
        new()
        {
            Url = url,
            User = "bench",
            Catalog = "memory",
            Encoding = encoding,
            RequestTimeout = request,
            Patience = patience,
            Session = new Dictionary<string, string>(),
        }, TimeProvider.System);

    /// <summary>Spark's.</summary>
    public static IQueryEngine Spark(Uri url) => new SparkEngine(
        new()
        {
            Url = url,
            User = "bench",
            Catalog = "spark_catalog",
            RequestTimeout = request,
            Patience = patience,
            Session = new Dictionary<string, string>(),
        }, TimeProvider.System, IdSource.System);

    /// <summary>Prints rows, seconds, and seconds of this process's CPU as one line of JSON.</summary>
    /// <param name="engine">Is asked, and disposed of.</param>
    /// <param name="sql">The query.</param>
    /// <param name="rounds">How often it is read, in one process: the first is the start, too.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<int> RunAsync(IQueryEngine engine, string sql, int rounds, CancellationToken cancel)
    {
        await using var asked = engine;
        for (var round = 0; round < rounds; round++)
        {
            var (began, cpu, rows) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, 0L);
            await using (var result = await engine.QueryAsync(sql, cancel))
                await foreach (var batch in result.ReadBatchesAsync(cancel))
                    rows += batch.Length;
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                rows,
                seconds = Stopwatch.GetElapsedTime(began).TotalSeconds,
                cpu = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds,
            }));
        }
        return 0;
    }
}
