using System.Diagnostics;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>Types a line as a stranger does: in a shell, in a folder, with the executable on the path.</summary>
static class Shell
{
    public static async Task<Exe.Result> TypeAsync(string folder, string line, TimeSpan limit)
    {
        using var process = Start(folder, line);
        return await Exe.EndAsync(process, limit);
    }

    /// <summary>Starts a line and leaves it running; its process is that of the executable.</summary>
    public static Process Start(string folder, string line)
    {
        var start = new ProcessStartInfo("bash", ["-c", line])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(Exe.Path)}:{Environment.GetEnvironmentVariable("PATH")}";
        return Process.Start(start)!;
    }
}
