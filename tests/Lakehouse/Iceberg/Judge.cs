using System.Diagnostics;
using System.Text.Json;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

/// <summary>Other implementations that say what they see in a table.</summary>
static class Judge
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>PyIceberg through the SQL catalog: <paramref name="command"/> is read, sum or inspect.</summary>
    /// <param name="catalog">Its file, or SQLAlchemy's URL of it.</param>
    /// <param name="command">What to say.</param>
    /// <param name="table">Of which table.</param>
    /// <param name="more">More arguments.</param>
    public static Task<string> PyIcebergAsync(string catalog, string command, string table, params string[] more) =>
        RunAsync(Shared.Path("engines", "pyiceberg"), [command, "--catalog", catalog.StartsWith('/') ? $"sqlite:///{catalog}" : catalog, table, .. more]);

    /// <summary>A Python program that has PyIceberg; its standard output.</summary>
    public static Task<string> PythonAsync(string file, params string[] arguments) => RunAsync(Shared.Path("engines", "pyiceberg"), ["python", file, .. arguments]);

    /// <summary>Iceberg Java on a metadata file: <paramref name="command"/> is read, plan or inspect.</summary>
    public static Task<string> JavaAsync(string command, string metadata, params string[] more) =>
        RunAsync(Shared.Path("engines", "iceberg-java"), [command, FileLocation.ToPath(metadata), .. more]);

    /// <summary>The paths of the files that Java plans.</summary>
    public static async Task<HashSet<string>> JavaPlanAsync(string metadata, params string[] more) =>
        [.. (await JavaAsync("plan", metadata, more))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => PathOf(JsonDocument.Parse(line).RootElement))];

    /// <summary>A Java program on the class path of Iceberg Java; its standard output.</summary>
    public static Task<string> JavaProgramAsync(string source, params string[] arguments)
    {
        var script = Shared.Path("engines", "iceberg-java");
        return RunAsync("/bin/bash", ["-c", "set -- --home \"$@\"; source \"$0\" --home; shift; exec \"$java\" -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp \"$class_path\" \"$@\"", script, source, .. arguments]);
    }

    static string PathOf(JsonElement file) => (file.TryGetProperty("file_path", out var path) ? path : file.GetProperty("path")).GetString()!;

    static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(
            program, arguments)
        { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        using var cancel = new CancellationTokenSource(Limit);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancel.Token), process.StandardError.ReadToEndAsync(cancel.Token));
        try
        {
            await process.WaitForExitAsync(cancel.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await errors}");
        return await output;
    }
}
