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

    const string RollBack = """
        import sys
        from pyiceberg.catalog.sql import SqlCatalog
        table = SqlCatalog("lake", uri="sqlite:///" + sys.argv[1]).load_table(sys.argv[2])
        table.manage_snapshots().rollback_to_snapshot(int(sys.argv[3])).commit()
        """;

    public static async Task<IReadOnlyList<string>> ReadAsync(string catalogFile, string table, string columns, CancellationToken cancel) =>
        (await RunAsync(Script, [catalogFile, table, columns], cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Brings a table back to a snapshot, as people do with the tools at hand.</summary>
    public static Task RollBackAsync(string catalogFile, string table, long snapshot, CancellationToken cancel) =>
        RunAsync(RollBack, [catalogFile, table, $"{snapshot}"], cancel);

    static async Task<string> RunAsync(string text, string[] arguments, CancellationToken cancel)
    {
        var script = Path.Combine(Path.GetDirectoryName(arguments[0])!, "script.py");
        await File.WriteAllTextAsync(script, text, cancel);
        var start = new ProcessStartInfo(
            Shared.Path("engines", "pyiceberg"),
            ["python", script, .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }
}
