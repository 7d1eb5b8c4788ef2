using System.Diagnostics;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>Types a line as a stranger does: in a shell, in a folder, with the executable on the path.</summary>
static class Shell
{
    public static async Task<Exe.Result> TypeAsync(string folder, string line, TimeSpan limit)
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
        using var process = Process.Start(start)!;
        return await Exe.EndAsync(process, limit);
    }
}
