using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>The files that a session's views read, as paths of this machine: those of a remote store stay until the session ends.</summary>
/// <param name="store">Null: only files of this machine.</param>
sealed class SessionFiles(IObjectStore? store) : IDisposable
{
    /// <summary>Files that are brought at once.</summary>
    const int AtOnce = 8;

    readonly Lock gate = new();
    readonly Dictionary<string, LocalFile> held = new(StringComparer.Ordinal);

    /// <summary>The path of each file, in their order.</summary>
    /// <exception cref="LakeException">Unavailable, Corrupt: one of a remote store that cannot be had;
    /// Invalid: there is no such store.</exception>
    public async Task<IReadOnlyList<string>> PathsAsync(IReadOnlyList<DataFile> files, CancellationToken cancel)
    {
        var paths = new string[files.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, files.Count).Where(i => Find(files[i]) is not { } known || (paths[i] = known) is null),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (i, stop) => paths[i] = Keep(files[i].Path, await store!.AsFileAsync(files[i].Path, files[i].FileSizeInBytes, stop)));
        return paths;
    }

    string? Find(DataFile file)
    {
        if (store is null || FileLocation.IsLocal(file.Path))
            return FileLocation.ToPath(file.Path);
        lock (gate)
            return held.GetValueOrDefault(file.Path)?.Path;
    }

    string Keep(string location, LocalFile file)
    {
        lock (gate)
            if (held.TryAdd(location, file))
                return file.Path;
        file.Dispose();
        return file.Path;
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var file in held.Values)
                file.Dispose();
            held.Clear();
        }
    }
}
