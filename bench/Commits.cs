using System.Diagnostics;
using System.Globalization;
using Dart.Lake.Lakehouse.Maintenance;

namespace Dart.Lake.Bench;

/// <summary><c>commits N FOLDER RESULT</c>: a day of commits, its planning and its compaction, as a page of results.</summary>
static class Commits
{
    const int Window = 1000, BesideCommits = 500;

    public static async Task<int> RunAsync(int count, string folder, string result, CancellationToken cancel)
    {
        await using var run = await CommitDay.StartAsync(folder, cancel);
        await run.CommitAsync(100, cancel);
        var begun = Stopwatch.GetTimestamp();
        var took = await run.CommitAsync(count, cancel);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var size = await run.SizeAsync(cancel);
        var before = await run.PlanAsync(cancel);
        run.EndDay();
        var alone = await run.CommitAsync(BesideCommits, cancel);
        var compactBegun = Stopwatch.GetTimestamp();
        var compaction = run.CompactAsync(cancel);
        var beside = await run.CommitWhileAsync(compaction, cancel);
        var compactSeconds = Stopwatch.GetElapsedTime(compactBegun).TotalSeconds;
        var report = await compaction;
        run.EndDay();
        await run.CommitAsync(1, cancel);
        await run.CompactAsync(cancel);
        var after = await run.PlanAsync(cancel);
        var (first, last) = (P99(took[..Math.Min(Window, count)]), P99(took[^Math.Min(Window, count)..]));
        FormattableString page = $"""
            # Commits: a day at one a second

            {DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, load when it ended {Load()}. {count:N0} commits of ten rows to one table of 30 columns and eight partitions' positions, as fast as they go; the lake's clock goes on a second a commit, so that files wait and go as in a real day.

            | | |
            |---|---|
            | commits a second | {count / seconds:N0} |
            | p50 and p99 of the first {Window:N0} | {P50(took[..Math.Min(Window, count)]):0.0} ms, {first:0.0} ms |
            | p50 and p99 of the last {Window:N0} | {P50(took[^Math.Min(Window, count)..]):0.0} ms, {last:0.0} ms |
            | ratio of the p99 (limit 1.5) | {last / first:0.00} |
            | newest metadata file | {size.MetadataBytes / 1024.0:N0} KB, {size.Snapshots} snapshots, {size.Manifests} manifests |
            | folder of metadata, an hour's waiting files included | {size.Files:N0} files, {size.FolderBytes / 1048576.0:N0} MB |
            | planning before compaction, {before.Files:N0} files | {before.First:0.0} ms new, {before.Again:0.0} ms known; a query {before.FirstQuery:N0} ms new, {before.Query:N0} ms known |
            | compaction of the day | {Joined(report, compactSeconds)} |
            | the stream beside it | {beside.Length / compactSeconds:N0} commits a second, p99 {P99(beside):0.0} ms; alone {BesideCommits / (alone.Sum() / 1000):N0}, p99 {P99(alone):0.0} ms |
            | planning after compaction of both days, {after.Files:N0} files (limit 20 ms) | {after.First:0.0} ms new, {after.Again:0.0} ms known; a query {after.FirstQuery:0.0} ms new, {after.Query:0.0} ms known |

            Rows: {await run.RowsAsync(cancel):N0}. Repeat: `make bench ARGS=commits`.

            """;
        var text = page.ToString(CultureInfo.InvariantCulture);
        Console.WriteLine(text);
        await File.WriteAllTextAsync(result, text, cancel);
        return last <= 1.5 * first && after.First <= 20 ? 0 : 1;
    }

    static string Joined(CompactReport report, double seconds)
    {
        var (before, after) = (report.Bytes / 1048576.0, report.NewBytes / 1048576.0);
        FormattableString text =
            $"{report.Files:N0} files to {report.NewFiles}, {before:N1} MB to {after:N1} MB in {seconds:0.0} s: {before / seconds:0.0} MB/s, {report.Files / seconds:N0} files a second";
        return text.ToString(CultureInfo.InvariantCulture);
    }

    static double P99(double[] took) => At(took, 0.99);

    static double P50(double[] took) => At(took, 0.5);

    static double At(double[] took, double part) => took.Order().ElementAt((int)Math.Min(took.Length - 1, took.Length * part));

    static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
