using Dart.Lake.Host.Tests.Lines;
using static Dart.Lake.Host.Tests.BadInput.Refusal;

namespace Dart.Lake.Host.Tests.BadInput;

/// <summary>An export for dbt that cannot be made is refused, and leaves nothing behind.</summary>
[Collection(SmallLakeTests.Name)]
public sealed class DbtVerbTests(SmallLake lake) : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    Task ExportFailsAsync(int code, string to, string date, string dataDir, params string[] words) =>
        FailsAsync(code, ["dbt", "export", to, "--date", date, "--data-dir", dataDir], words);

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        lake.Demo.Exits(0);
        await ExportFailsAsync(2, folder["to"], "2026-09-23", lake.DataDir, "2026-09-23 was never published", "eod --date 2026-09-23");
        await ExportFailsAsync(2, folder["to"], SmallLake.Date, folder["none"], "there is no lake in");
        await FailsAsync(2, ["dbt", "export", folder["to"], "--data-dir", lake.DataDir], "--date");
        await FailsAsync(2, ["dbt", "export", "--date", SmallLake.Date, "--data-dir", lake.DataDir], "to is missing");
        await FailsAsync(2, ["dbt", "export", "", "--date", SmallLake.Date, "--data-dir", lake.DataDir], "dartlake dbt export FOLDER");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_filled_is_named_and_stays_as_it_is()
    {
        lake.Demo.Exits(0);
        await File.WriteAllTextAsync(folder["file"], "kept", TestContext.Current.CancellationToken);
        await ExportFailsAsync(2, folder["file"], SmallLake.Date, lake.DataDir, "is a file");
        await ExportFailsAsync(2, folder.Path, SmallLake.Date, lake.DataDir, "is not empty");
        await ExportFailsAsync(2, Path.Combine(lake.DataDir, "to"), SmallLake.Date, lake.DataDir, "lies in the lake's folder");
        await ExportFailsAsync(1, folder["file/to"], SmallLake.Date, lake.DataDir, "cannot be written");
        Assert.Equal("kept", await File.ReadAllTextAsync(folder["file"], TestContext.Current.CancellationToken));
        Assert.Equal([folder["file"]], Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
