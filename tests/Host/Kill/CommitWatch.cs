using System.Globalization;
using System.Text.RegularExpressions;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>
/// Sees the manifest lists that a job writes for a table. A list is written when the commit's Parquet
/// files are complete and before the catalog knows of them: the moment at which a kill hurts most.
/// </summary>
sealed partial class CommitWatch : IDisposable
{
    readonly FileSystemWatcher watcher;
    readonly TaskCompletionSource<long> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int left;

    /// <param name="dataDir">Of the lake.</param>
    /// <param name="table">Which exists.</param>
    /// <param name="nth">Which list counts, from 1.</param>
    public CommitWatch(string dataDir, TableIdent table, int nth)
    {
        left = nth;
        watcher = new(Path.Combine(dataDir, "warehouse", table.Namespace, table.Name, "metadata"), "snap-*.avro");
        watcher.Created += (_, e) => See(e.Name!);
        watcher.EnableRaisingEvents = true;
    }

    /// <summary>The id of the snapshot whose list it was.</summary>
    public Task<long> Seen => seen.Task;

    void See(string name)
    {
        if (Interlocked.Decrement(ref left) == 0)
            seen.TrySetResult(long.Parse(Name().Match(name).Groups["id"].Value, CultureInfo.InvariantCulture));
    }

    public void Dispose() => watcher.Dispose();

    [GeneratedRegex("^snap-(?<id>[0-9]+)-", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
