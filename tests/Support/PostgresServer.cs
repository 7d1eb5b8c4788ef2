using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Dart.Lake.Tests.Support;

/// <summary>Debian's PostgreSQL on a port and a folder of its own, durable as a real one is.</summary>
public sealed class PostgresServer : IDisposable
{
    readonly string binaries, folder;
    readonly int port;
    int databases;
    Process process;

    PostgresServer(string binaries, string folder, int port)
    {
        (this.binaries, this.folder, this.port) = (binaries, folder, port);
        process = Listen();
    }

    /// <summary>Starts it; the test is skipped, loudly, when there is no such program.</summary>
    public static async Task<PostgresServer> StartAsync(CancellationToken cancel)
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).LastOrDefault(bin => File.Exists(Path.Combine(bin, "postgres")))
            : null;
        Assert.SkipWhen(programs is null, "needs Debian's postgresql; make deps installs it");
        var data = Directory.CreateTempSubdirectory("dartlake-postgres").FullName;
        if (Environment.IsPrivilegedProcess)
            await RunAsync(new ProcessStartInfo("chown", ["postgres", data]), cancel);
        await RunAsync(AsServer(Path.Combine(programs!, "initdb"), "-D", data, "-U", "dartlake", "-A", "trust", "-E", "UTF8", "--locale=C"), cancel);
        var server = new PostgresServer(programs!, data, FreePort.Next());
        await server.AnswersAsync(cancel);
        return server;
    }

    /// <summary>A connection string of a new, empty database.</summary>
    public async Task<string> NewDatabaseAsync(CancellationToken cancel)
    {
        var name = $"lake_{Interlocked.Increment(ref databases)}";
        await RunAsync(new ProcessStartInfo(Path.Combine(binaries, "createdb"), ["-h", "127.0.0.1", "-p", $"{port}", "-U", "dartlake", name]), cancel);
        return $"Host=127.0.0.1;Port={port};Database={name};Username=dartlake";
    }

    /// <summary>From now on that user is asked for a password; others come in as before.</summary>
    public async Task AskForPasswordAsync(string user, CancellationToken cancel)
    {
        var rules = Path.Combine(folder, "pg_hba.conf");
        await File.WriteAllTextAsync(rules, $"host all {user} 127.0.0.1/32 scram-sha-256\n{await File.ReadAllTextAsync(rules, cancel)}", cancel);
        await SqlAsync("postgres", "SELECT pg_reload_conf()", cancel);
    }

    /// <summary>Runs statements as the owner of all databases.</summary>
    public Task SqlAsync(string database, string statements, CancellationToken cancel) => RunAsync(
        new ProcessStartInfo(Path.Combine(binaries, "psql"), ["-h", "127.0.0.1", "-p", $"{port}", "-U", "dartlake", "-d", database, "-qc", statements]), cancel);

    /// <summary>kill -9, and no shutdown: what was not committed is gone.</summary>
    public void Kill()
    {
        var pid = File.ReadLines(Path.Combine(folder, "postmaster.pid")).First();
        using (var postmaster = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture)))
        {
            postmaster.Kill(entireProcessTree: true);
            postmaster.WaitForExit();
        }
        process.WaitForExit();
    }

    /// <summary>Starts it again after <see cref="Kill"/>, on its folder and port.</summary>
    public async Task RestartAsync(CancellationToken cancel)
    {
        process.Dispose();
        process = Listen();
        await AnswersAsync(cancel);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            Kill();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    Process Listen() => Process.Start(Quiet(AsServer(
        Path.Combine(binaries, "postgres"), "-D", folder, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-k", folder, "-c", "max_connections=200")))!;

    async Task AnswersAsync(CancellationToken cancel)
    {
        while (true)
        {
            Assert.False(process.HasExited, $"PostgreSQL ended; see {folder}");
            using var asked = Process.Start(Quiet(new(Path.Combine(binaries, "pg_isready"), ["-h", "127.0.0.1", "-p", $"{port}", "-U", "dartlake", "-d", "postgres", "-q"])))!;
            await asked.WaitForExitAsync(cancel);
            if (asked.ExitCode == 0)
                return;
        }
    }

    /// <summary>PostgreSQL refuses to be root.</summary>
    static ProcessStartInfo AsServer(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? new("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments])
        : new(program, arguments);

    static ProcessStartInfo Quiet(ProcessStartInfo start)
    {
        (start.UseShellExecute, start.RedirectStandardOutput, start.RedirectStandardError) = (false, false, false);
        start.WorkingDirectory = "/";
        return start;
    }

    static async Task RunAsync(ProcessStartInfo start, CancellationToken cancel)
    {
        (start.UseShellExecute, start.RedirectStandardOutput, start.RedirectStandardError, start.WorkingDirectory) = (false, true, true, "/");
        using var run = Process.Start(start)!;
        var (said, wrong) = (run.StandardOutput.ReadToEndAsync(cancel), run.StandardError.ReadToEndAsync(cancel));
        await run.WaitForExitAsync(cancel);
        Assert.True(run.ExitCode == 0, $"{start.FileName} ended with {run.ExitCode}: {await said}{await wrong}");
    }
}
