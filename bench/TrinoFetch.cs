using System.Diagnostics;
using System.Text.Json;
using Dart.Lake.Lakehouse.Engines.Trino;

namespace Dart.Lake.Bench;

/// <summary>One answer of Trino, read to its end: what a row costs the client.</summary>
static class TrinoFetch
{
    /// <summary>Prints rows, seconds, and seconds of this process's CPU as one line of JSON.</summary>
    /// <param name="url">Of the server.</param>
    /// <param name="encoding">What is asked for; empty: rows in the answers themselves.</param>
    /// <param name="sql">The query.</param>
    /// <param name="rounds">How often it is read, in one process: the first is the start, too.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<int> RunAsync(Uri url, string encoding, string sql, int rounds, CancellationToken cancel)
    {
        var settings = new TrinoSettings
        {
            Url = url,
            User = "bench",
            Catalog = "memory",
            Encoding = encoding,
            RequestTimeout = TimeSpan.FromMinutes(5),
            Patience = TimeSpan.FromMinutes(1),
            Session = new Dictionary<string, string>(),
        };
        await using var engine = new TrinoEngine(settings, TimeProvider.System);
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
