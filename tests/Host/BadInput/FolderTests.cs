using System.Diagnostics;
using static Dart.Lake.Host.Tests.BadInput.Refusal;

namespace Dart.Lake.Host.Tests.BadInput;

/// <summary>A data folder that cannot be used.</summary>
public sealed class FolderTests : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_data_folder_that_is_a_file_is_named()
    {
        await File.WriteAllTextAsync(folder["file"], "kept", TestContext.Current.CancellationToken);
        await FailsAsync(2, ["demo", "--trades", "500", "--data-dir", folder["file"]], $"{folder["file"]} is a file", "--data-dir");
        await FailsAsync(1, ["doctor", "--data-dir", folder["file"]], "is a file", "--data-dir");
        Assert.Equal("kept", await File.ReadAllTextAsync(folder["file"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_is_named()
    {
        Assert.SkipUnless(Directory.Exists("/proc"), "needs a file system that takes no file, as /proc is on Linux");
        await FailsAsync(1, ["demo", "--trades", "500", "--data-dir", "/proc/lake"], "/proc/lake", "check the rights", "--data-dir");
        await FailsAsync(1, ["doctor", "--data-dir", "/proc/lake"], "/proc/lake", "--data-dir");
    }

    [Fact]
    public async Task A_lake_below_the_folder_is_offered()
    {
        using var lake = await HolesLake.MakeAsync();
        await FailsAsync(2, ["table", "ls", "--data-dir", Path.GetDirectoryName(lake.DataDir)!], "no lake in", $"--data-dir {lake.DataDir}");
    }

    [Fact]
    public async Task A_catalog_without_a_byte_or_of_something_else_is_no_catalog_to_any_verb_and_stays_as_it_is()
    {
        string[][] verbs =
        [
            ["table", "ls"], ["sql", "select 1"], ["verify"], ["runs", "ls"], ["reconcile", "--date", "2026-09-22"], ["eod", "--date", "2026-09-22"],
            ["lake", "relocate"], ["lake", "backup", folder["copy"]], ["stream", "bronze", "--brokers", "127.0.0.1:1"],
        ];
        Directory.CreateDirectory(folder["empty/warehouse"]);
        await File.WriteAllBytesAsync(folder["empty/catalog.db"], [], TestContext.Current.CancellationToken);
        Directory.CreateDirectory(folder["other"]);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder["other/catalog.db"]};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE recipes (name TEXT)";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        var other = await File.ReadAllBytesAsync(folder["other/catalog.db"], TestContext.Current.CancellationToken);
        foreach (var verb in verbs)
        {
            await FailsAsync(1, [.. verb, "--data-dir", folder["empty"]], "catalog.db", "is empty", "--data-dir");
            await FailsAsync(1, [.. verb, "--data-dir", folder["other"]], "no catalog of Iceberg tables", "--data-dir");
        }
        Assert.Empty(await File.ReadAllBytesAsync(folder["empty/catalog.db"], TestContext.Current.CancellationToken));
        Assert.Equal(other, await File.ReadAllBytesAsync(folder["other/catalog.db"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_lake_that_cannot_be_written_is_said()
    {
        using var lake = await HolesLake.MakeAsync();
        const string Script = """
            mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 77
            dotnet "$0" table ls --data-dir "$1"
            """;
        (await MountedAsync(Script, lake.DataDir)).Exits(1).SaysOnce("catalog.db", "can be written");
    }

    [Fact]
    public async Task A_full_disk_is_said_and_leaves_a_whole_lake()
    {
        const string Script = """
            mount -t tmpfs -o size=1m tmpfs "$1" || exit 77
            dotnet "$0" demo --trades 500 --data-dir "$1"; code=$?
            dotnet "$0" verify --data-dir "$1/sim" >&2 && exit $code
            exit 3
            """;
        Directory.CreateDirectory(folder["full"]);
        var result = (await MountedAsync(Script, folder["full"])).Exits(1);
        var line = Assert.Single(result.Error.Split('\n'), text => text.StartsWith("dartlake: ", StringComparison.Ordinal));
        Assert.Matches("No space left on device|no room left", line);
        // the disk may have been full before the first commit
        Assert.Matches("every offset once|there is nothing to prove", result.Error);
    }

    /// <summary>
    /// Runs a script that has mounts of its own: <c>$0</c> is the executable, <c>$1</c> the folder; 77 says that it may not.
    /// </summary>
    static async Task<Exe.Result> MountedAsync(string script, string path)
    {
        var start = new ProcessStartInfo("unshare", ["-rm", "bash", "-c", script, Exe.Path, path])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var result = await Exe.EndAsync(process, TimeSpan.FromMinutes(2));
        Assert.SkipWhen(result.ExitCode == 77 || result.Error.StartsWith("unshare", StringComparison.Ordinal), $"needs a file system of its own: {result.Error}");
        return result;
    }
}
