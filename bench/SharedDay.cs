using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Dart.Lake.Bench;

/// <summary>
/// <c>shared-day DARTLAKE FOLDER RESULT TRADES</c>: the end of the same two days on local files, and on S3 with an empty cache and with the
/// one that this has left.
/// </summary>
static class SharedDay
{
    const string Name = "shared_day";

    public static async Task<int> RunAsync(string dartlake, string folder, string result, int trades, CancellationToken cancel)
    {
        var page = new StringBuilder();
        void Line(FormattableString line)
        {
            var text = line.ToString(CultureInfo.InvariantCulture);
            Console.WriteLine(text);
            page.Append(text).Append('\n');
        }

        var home = Path.Combine(folder, "sim");
        var far = SharedPlace.Settings(Name);
        await ProcessAsync(dartlake, ["demo", "--trades", $"{trades}", "--data-dir", folder, "--json"], [], cancel);
        await ProcessAsync(dartlake, ["migrate", "--data-dir", Path.Combine(folder, "far")], far, cancel);
        var copy = await ProcessAsync(dartlake, ["lake", "copy", "--to", SharedPlace.Location(Name), "--data-dir", home, "--json"], far, cancel);
        Line($"# An end of day on S3 beside the same on local files\n");
        Line($"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores. Two days of {trades:N0} trades each, built again whole (another value of a var), each in a process of its own; the S3 service and Postgres run on the same cores, without delay between. The copy of the lake took {copy.Seconds:0.0} s.\n");
        Line($"| | CPU s | s | peak MiB |\n|---|---|---|---|");
        // each var's value is another build; the first of each place is of a process and files that nobody has touched yet
        var local = await EndAsync(dartlake, home, [], 4, cancel);
        var cold = await EndAsync(dartlake, Path.Combine(folder, "far"), far, 4, cancel);
        var warm = await EndAsync(dartlake, Path.Combine(folder, "far"), far, 5, cancel);
        var again = await EndAsync(dartlake, home, [], 5, cancel);
        foreach (var (name, cpu) in new[] { ("local files", local), ("local files, again", again), ("S3, empty cache", cold), ("S3, warm cache", warm) })
            Line($"| {name} | {cpu.Total:0.0} | {cpu.Seconds:0.0} | {cpu.PeakBytes >> 20:N0} |");
        Line($"\nTo local files (the second): empty cache {cold.Total / again.Total:0.00} of CPU, {cold.Seconds / again.Seconds:0.00} of time; warm {warm.Total / again.Total:0.00} and {warm.Seconds / again.Seconds:0.00}. Repeat: `make bench ARGS=shared`.");
        await File.WriteAllTextAsync(result, page.ToString(), cancel);
        return 0;
    }

    static Task<CpuTrack> EndAsync(
        string dartlake, string dataDir, Dictionary<string, string> settings, int value, CancellationToken cancel) =>
        ProcessAsync(
            dartlake,
            ["eod", "--from", "2026-09-21", "--to", "2026-09-22", "--vars", $"{{stale_mark_days: {value}}}", "--data-dir", dataDir, "--json"],
            settings,
            cancel);

    static async Task<CpuTrack> ProcessAsync(
        string dartlake, IEnumerable<string> arguments, Dictionary<string, string> settings, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(dartlake, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var cpu = new CpuTrack();
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        await cpu.FollowAsync(process, cancel);
        await process.WaitForExitAsync(cancel);
        await output;
        return process.ExitCode == 0
            ? cpu
            : throw LakeException.Unavailable($"dartlake {start.ArgumentList[0]} ended with {process.ExitCode}; see what it says above");
    }
}
