using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dart.Lake.Lakehouse.Maintenance;

namespace Dart.Lake.Bench;

/// <summary><c>commits N FOLDER RESULT</c>: a day of commits, its planning and its compaction, as a page of results.</summary>
static class Commits
{
    const int Window = 1000, BesideCommits = 500;

    /// <summary>How much slower the last thousand may be than the first, and milliseconds of a plan.</summary>
    const double MostGrowth = 1.5, MostPlanning = 20;

    public static async Task<int> RunAsync(int count, string folder, string result, CancellationToken cancel)
    {
        await using var run = await CommitDay.StartAsync(folder, cancel);
        var page = new StringBuilder();
        void Line(FormattableString line)
        {
            var text = line.ToString(CultureInfo.InvariantCulture);
            Console.WriteLine(text);
            page.Append(text).Append('\n');
        }

        Line($"# Commits: a day at one a second\n");
        Line($"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores. {count:N0} commits of ten rows to one table of 30 columns and eight partitions' positions, as fast as they go; the lake's clock goes on a second a commit, so that files wait and go as in a real day. CPU is that of all threads of the process.\n");
        Line($"| | |\n|---|---|");
        var ratio = await CommitsAsync(run, count, Line, cancel);
        await SizesAsync(run, Line, cancel);
        await CompactionAsync(run, Line, cancel);
        var after = await run.PlanAsync(cancel);
        Line($"| planning after compaction of both days, {after.Files:N0} files (limit {MostPlanning} ms) | {after.First:0.0} ms new, {after.Again:0.0} ms known; a query {after.FirstQuery:0.0} ms new, {after.Query:0.0} ms known |");
        Line($"\nRows: {await run.RowsAsync(cancel):N0}. Load when it ended: {Load()}. Repeat: `make bench ARGS=commits`.");
        await File.WriteAllTextAsync(result, page.ToString(), cancel);
        return ratio <= MostGrowth && after.First <= MostPlanning ? 0 : 1;
    }

    /// <summary>Commits the day; the p99 of its end over that of its begin.</summary>
    static async Task<double> CommitsAsync(CommitDay run, int count, Action<FormattableString> line, CancellationToken cancel)
    {
        await run.CommitAsync(100, cancel);
        var begun = Stopwatch.GetTimestamp();
        var took = await run.CommitAsync(count, cancel);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var (first, last) = (took[..Math.Min(Window, count)], took[^Math.Min(Window, count)..]);
        line($"| commits a second | {count / seconds:N0} |");
        line($"| p50 and p99 of the first {Window:N0} | {At(first, 0.5):0.0} ms, {At(first, 0.99):0.0} ms; CPU {CpuAt(first, 0.5):0.0} ms, {CpuAt(first, 0.99):0.0} ms |");
        line($"| p50 and p99 of the last {Window:N0} | {At(last, 0.5):0.0} ms, {At(last, 0.99):0.0} ms; CPU {CpuAt(last, 0.5):0.0} ms, {CpuAt(last, 0.99):0.0} ms |");
        var (slowest, at) = took.Chunk(Window).Select((window, i) => (At(window, 0.99), i * Window)).Max();
        line($"| p99 of the slowest {Window:N0}, from commit {at:N0} on; the slowest of all | {slowest:0.0} ms; {took.Max(t => t.Wall):N0} ms |");
        line($"| ratio of the p99 (limit {MostGrowth}) | {At(last, 0.99) / At(first, 0.99):0.00}; of CPU {CpuAt(last, 0.99) / CpuAt(first, 0.99):0.00} |");
        return At(last, 0.99) / At(first, 0.99);
    }

    static async Task SizesAsync(CommitDay run, Action<FormattableString> line, CancellationToken cancel)
    {
        var size = await run.SizeAsync(cancel);
        line($"| newest metadata file | {size.MetadataBytes / 1024.0:N0} KB, {size.Snapshots} snapshots, {size.Manifests} manifests |");
        line($"| folder of metadata, an hour's waiting files included | {size.Files:N0} files, {size.FolderBytes / 1048576.0:N0} MB |");
        var before = await run.PlanAsync(cancel);
        line($"| planning before compaction, {before.Files:N0} files | {before.First:0.0} ms new, {before.Again:0.0} ms known; a query {before.FirstQuery:N0} ms new, {before.Query:N0} ms known |");
    }

    /// <summary>The day is joined beside a stream that goes on, and what that stream wrote after it.</summary>
    static async Task CompactionAsync(CommitDay run, Action<FormattableString> line, CancellationToken cancel)
    {
        run.EndDay();
        var alone = await run.CommitAsync(BesideCommits, cancel);
        var begun = Stopwatch.GetTimestamp();
        var compaction = run.CompactAsync(cancel);
        var beside = await run.CommitWhileAsync(compaction, cancel);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        line($"| compaction of the day | {Joined(await compaction, seconds)} |");
        line($"| the stream beside it | {beside.Length / seconds:N0} commits a second, p99 {At(beside, 0.99):0.0} ms; alone {BesideCommits / (alone.Sum(t => t.Wall) / 1000):N0}, p99 {At(alone, 0.99):0.0} ms |");
        run.EndDay();
        await run.CommitAsync(1, cancel);
        await run.CompactAsync(cancel);
    }

    static string Joined(CompactReport report, double seconds)
    {
        var (before, after) = (report.Bytes / 1048576.0, report.NewBytes / 1048576.0);
        FormattableString text =
            $"{report.Files:N0} files to {report.NewFiles}, {before:N1} MB to {after:N1} MB in {seconds:0.0} s: {before / seconds:0.0} MB/s, {report.Files / seconds:N0} files a second";
        return text.ToString(CultureInfo.InvariantCulture);
    }

    static double At(CommitTime[] took, double part) => At([.. took.Select(t => t.Wall)], part);

    static double CpuAt(CommitTime[] took, double part) => At([.. took.Select(t => t.Cpu)], part);

    static double At(double[] took, double part) => took.Order().ElementAt((int)Math.Min(took.Length - 1, took.Length * part));

    static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
