using System.Diagnostics;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>An independent reader of the tables.</summary>
static class PyIceberg
{
    const string Script = """
        import sys
        from pyiceberg.catalog.sql import SqlCatalog
        catalog = SqlCatalog("lake", uri="sqlite:///" + sys.argv[1])
        rows = catalog.load_table(sys.argv[2]).scan(selected_fields=tuple(sys.argv[3].split(","))).to_arrow().to_pylist()
        for row in sorted("|".join(str(row[c]) for c in sys.argv[3].split(",")) for row in rows):
            print(row)
        """;

    public static async Task<IReadOnlyList<string>> ReadAsync(string catalogFile, string table, string columns, CancellationToken cancel)
    {
        var script = Path.Combine(Path.GetDirectoryName(catalogFile)!, "read.py");
        await File.WriteAllTextAsync(script, Script, cancel);
        var (output, error, code) = await RunAsync(Shared.Path("engines", "pyiceberg"), ["python", script, catalogFile, table, columns], cancel);
        Assert.True(code == 0, error);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    static async Task<(string Output, string Error, int Code)> RunAsync(string file, IEnumerable<string> arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        await process.WaitForExitAsync(cancel);
        return (await output, await error, process.ExitCode);
    }
}
