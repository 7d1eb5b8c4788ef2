using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Catalogs.Remote;

namespace Dart.Lake.Bench;

/// <summary>
/// <c>catalogs DARTLAKE FOLDER RESULT N</c>: the same commits on each kind of catalog and store, in one run, one after the other.
/// </summary>
static class CatalogCommits
{
    const int Warm = 100;
    const string Token = "the-lakes-own-token";

    public static async Task<int> RunAsync(string dartlake, string folder, string result, int count, CancellationToken cancel)
    {
        var page = new StringBuilder();
        void Line(FormattableString line)
        {
            var text = line.ToString(CultureInfo.InvariantCulture);
            Console.WriteLine(text);
            page.Append(text).Append('\n');
        }

        Line($"# Commits on each kind of catalog\n");
        Line($"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores. {count:N0} commits of ten rows to one table of 30 columns, one after the other, after {Warm} that are not counted; each is a Parquet file, a manifest, a list and metadata. All services run on the same cores. CPU is that of the process that commits; what its server uses for a commit stands beside it.\n");
        Line($"| catalog | store | p50, ms | p99, ms | CPU, ms | server's CPU, ms |\n|---|---|---|---|---|---|");
        var postgres = new LakePlace { DataDir = Path.Combine(folder, "on-postgres"), Catalog = SharedPlace.Catalog("commits_local") };
        var s3 = new LakePlace
        {
            DataDir = Path.Combine(folder, "s3"),
            Catalog = SharedPlace.Catalog("commits_s3"),
            Location = SharedPlace.Location("commits_s3"),
            S3 = SharedPlace.S3,
        };
        Line($"{await TakeAsync("SQLite | folder", new() { DataDir = Path.Combine(folder, "sqlite") }, null, count, cancel)}");
        Line($"{await TakeAsync("Postgres | folder", postgres, null, count, cancel)}");
        Line($"{await ServedAsync(dartlake, "REST (`serve` on SQLite) | folder", Path.Combine(folder, "served"), [], null, count, cancel)}");
        Line($"{await TakeAsync("Postgres | S3", s3, null, count, cancel)}");
        Line($"{await ServedAsync(dartlake, "REST (`serve` on Postgres) | S3", Path.Combine(folder, "served-s3"), SharedPlace.Settings("commits_rest"), SharedPlace.Location("commits_rest"), count, cancel)}");
        Line($"\nLoad when it ended: {(await File.ReadAllTextAsync("/proc/loadavg", cancel)).Split(' ')[0]}. Repeat: `make bench ARGS=shared`.");
        await File.WriteAllTextAsync(result, page.ToString(), cancel);
        return 0;
    }

    static async Task<string> TakeAsync(string name, LakePlace place, Process? server, int count, CancellationToken cancel)
    {
        await using var run = await CommitDay.StartAsync(place, cancel);
        await run.CommitAsync(Warm, cancel);
        server?.Refresh();
        var before = server?.TotalProcessorTime;
        var took = await run.CommitAsync(count, cancel);
        server?.Refresh();
        var wall = took.Select(t => t.Wall).Order().ToList();
        var ofServer = server is null
            ? ""
            : ((server.TotalProcessorTime - before)!.Value.TotalMilliseconds / count).ToString("0.0", CultureInfo.InvariantCulture);
        FormattableString row =
            $"| {name} | {wall[count / 2]:0.0} | {wall[count * 99 / 100]:0.0} | {took.Average(t => t.Cpu):0.0} | {ofServer} |";
        return row.ToString(CultureInfo.InvariantCulture);
    }

    static async Task<string> ServedAsync(
        string dartlake,
        string name,
        string folder,
        Dictionary<string, string> settings,
        string? location,
        int count,
        CancellationToken cancel)
    {
        var start = new ProcessStartInfo(dartlake, ["serve", "--port", "0", "--data-dir", folder]) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        start.Environment["DARTLAKE__Serve__LakeToken"] = Token;
        using var server = Process.Start(start)!;
        try
        {
            var url = Regex.Match(await server.StandardOutput.ReadLineAsync(cancel) ?? "", "http://[0-9.:]+").Value;
            return await TakeAsync(name, new()
            {
                DataDir = folder + "-client",
                Location = location ?? $"file://{folder}",
                S3 = location is null ? null : SharedPlace.S3,
                Tables = new RemoteSettings
                {
                    Url = new(url),
                    Token = Token,
                    Scope = "catalog",
                    RequestTimeout = TimeSpan.FromMinutes(1),
                    Retries = 4,
                },
            }, server, count, cancel);
        }
        finally
        {
            server.Kill();
        }
    }
}
