using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Columns;

namespace Dart.Lake.Lakehouse.Tests.Parquet;

public sealed class ParquetFileJoinerTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("dartlake-joiner-").FullName;
    readonly LocalObjectStore store = new("/");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static long Rows(string location)
    {
        using var reader = new ParquetSharp.ParquetFileReader(FileLocation.ToPath(location));
        return reader.FileMetaData.NumRows;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // Arrow's threads held files longer than their readers lived and closed them by calls into what had been collected: the process ended
    [Fact]
    public async Task Thousands_of_files_are_joined_while_memory_is_collected()
    {
        var writer = new ParquetFileWriter(store, IdSource.Seeded(3));
        var files = new List<string>();
        for (var i = 0; i < 200; i++)
        {
            var (batch, _) = AllTypesRows.Make(seed: i, count: 20);
            files.AddRange((await writer.WriteAsync(batch, folder, Cancel)).Select(f => f.Path));
        }
        using var done = new CancellationTokenSource();
        var collecting = Task.Run(() =>
        {
            var held = new List<byte[]>();
            while (!done.IsCancellationRequested)
            {
                held.Add(new byte[1000 + held.Count % 5000]);
                if (held.Count < 20_000)
                    continue;
                held.Clear();
                GC.Collect();
            }
        }, Cancel);
        for (var round = 0; round < 12; round++)
        {
            var joined = FileLocation.FromPath(Path.Combine(folder, $"joined-{round}.parquet"));
            await ParquetFileJoiner.JoinAsync(store, files, joined, Cancel);
            Assert.Equal(200 * 20, Rows(joined));
            Assert.Equal(
                await ParquetFileJoiner.ShapeAsync(store, files[0], Cancel),
                await ParquetFileJoiner.ShapeAsync(store, joined, Cancel));
        }
        await done.CancelAsync();
        await collecting;
    }
}
