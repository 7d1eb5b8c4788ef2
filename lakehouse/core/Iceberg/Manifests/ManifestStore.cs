using System.Runtime.CompilerServices;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Iceberg.Manifests;

/// <summary>
/// Manifest lists and manifests by location, decoded once: they never change. Keeps those used last, up to so many bytes of their
/// files; decoded they take about four times as much. Thread-safe.
/// </summary>
sealed class ManifestStore(IObjectStore store, long mostBytes = 128 << 20)
{
    /// <summary>Larger lists or manifests are not ours: the target is 8 MB.</summary>
    const long MaxFile = 256 << 20;

    /// <summary>Files that are read at once, and their bytes: a distant store answers several as soon as one.</summary>
    const int AtOnce = 8;
    const long BytesAtOnce = 32 << 20;

    /// <summary>Where the manifests are.</summary>
    public IObjectStore Objects => store;

    readonly Lock gate = new();
    readonly Dictionary<string, LinkedListNode<Cached>> byLocation = new(StringComparer.Ordinal);
    readonly LinkedList<Cached> newestFirst = new();
    long bytesKept;

    sealed record Cached(string Key, object Value, int Bytes);

    /// <summary>The manifests of a snapshot, in the list's order.</summary>
    public async Task<IReadOnlyList<ManifestFile>> ListAsync(TableMetadata table, Snapshot snapshot, CancellationToken cancel)
    {
        if (snapshot.ManifestList is { } location)
            return await GetAsync<ManifestFile>($"{table.TableUuid} {location}", location, ManifestList.Read, cancel);
        var manifests = new List<ManifestFile>();
        foreach (var path in snapshot.Manifests)
            manifests.AddRange(await GetAsync<ManifestFile>(
                $"{table.TableUuid} list {path}", path, bytes => [ManifestReader.Describe(bytes, path, snapshot.SnapshotId)], cancel));
        return manifests;
    }

    /// <summary>A list that is about to be written need not be read for the next commit.</summary>
    public void Know(TableMetadata table, string location, ReadOnlyMemory<byte> list) =>
        Keep(new($"{table.TableUuid} {location}", ManifestList.Read(list), list.Length));

    /// <summary>The entries of a manifest, deleted ones too.</summary>
    public Task<IReadOnlyList<ManifestEntry>> EntriesAsync(TableMetadata table, ManifestFile manifest, CancellationToken cancel)
    {
        // the partition's types depend on the table's schema, which may have been widened since
        var key = $"{table.TableUuid} {table.Schemas.Count} {manifest.SequenceNumber} {manifest.Path}";
        return GetAsync(
            key, manifest.Path, bytes => ManifestReader.Read(bytes, manifest, PartitionType.Of(table, manifest.SpecId)), cancel);
    }

    /// <summary>The same of several, in their order; some are read ahead.</summary>
    public async IAsyncEnumerable<(ManifestFile Manifest, IReadOnlyList<ManifestEntry> Entries)> EntriesAsync(
        TableMetadata table, IEnumerable<ManifestFile> several, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var group in Together(several))
            foreach (var read in await Task.WhenAll(group.Select(async m => (m, await EntriesAsync(table, m, cancel)))))
                yield return read;
    }

    /// <summary>The manifests of several snapshots, in their order; some lists are read ahead.</summary>
    public async IAsyncEnumerable<(Snapshot Snapshot, IReadOnlyList<ManifestFile> Manifests)> ListsAsync(
        TableMetadata table, IEnumerable<Snapshot> several, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var group in several.Chunk(AtOnce))
            foreach (var read in await Task.WhenAll(group.Select(async s => (s, await ListAsync(table, s, cancel)))))
                yield return read;
    }

    static IEnumerable<List<ManifestFile>> Together(IEnumerable<ManifestFile> several)
    {
        var (group, bytes) = (new List<ManifestFile>(), 0L);
        foreach (var manifest in several)
        {
            if (group.Count > 0 && (group.Count == AtOnce || bytes + manifest.Length > BytesAtOnce))
            {
                yield return group;
                (group, bytes) = ([], 0);
            }
            group.Add(manifest);
            bytes += manifest.Length;
        }
        if (group.Count > 0)
            yield return group;
    }

    async Task<IReadOnlyList<T>> GetAsync<T>(
        string key, string location, Func<ReadOnlyMemory<byte>, List<T>> decode, CancellationToken cancel)
    {
        lock (gate)
            if (byLocation.TryGetValue(key, out var node))
            {
                newestFirst.Remove(node);
                newestFirst.AddFirst(node);
                return (IReadOnlyList<T>)node.Value.Value;
            }
        var bytes = await store.ReadAsync(location, MaxFile, cancel);
        List<T> value;
        try
        {
            value = decode(bytes);
        }
        catch (LakeException e)
        {
            throw new LakeException(e.Kind, $"{location}: {e.Message}; restore the file, or roll the table back to a snapshot before it", e);
        }
        Keep(new Cached(key, value, bytes.Length));
        return value;
    }

    void Keep(Cached cached)
    {
        lock (gate)
        {
            if (cached.Bytes > mostBytes || byLocation.ContainsKey(cached.Key))
                return;
            byLocation[cached.Key] = newestFirst.AddFirst(cached);
            bytesKept += cached.Bytes;
            while (bytesKept > mostBytes && newestFirst.Last is { } oldest)
            {
                newestFirst.RemoveLast();
                byLocation.Remove(oldest.Value.Key);
                bytesKept -= oldest.Value.Bytes;
            }
        }
    }
}
