using Dart.Lake.Lakehouse.Iceberg.Avro;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>
/// Manifest lists and manifests of one table, written anew with the locations of another folder (spec, "Manifests" and
/// "Manifest Lists"). Each is written once, however many snapshots share it.
/// </summary>
/// <param name="from">Has those of before.</param>
/// <param name="at">Where one of before lies now, by what it is called in the table.</param>
/// <param name="to">Takes the new ones.</param>
/// <param name="map">To the other folder.</param>
/// <param name="folder">Of the table's metadata there.</param>
/// <param name="ids">Names the new ones.</param>
sealed class RelocatedManifests(IObjectStore from, Func<string, string> at, IObjectStore to, LocationMap map, string folder, IdSource ids)
{
    const long MaxFile = 256 << 20;

    /// <summary>Field ids of the specification.</summary>
    const int ManifestPath = 500, ManifestLength = 501, Content = 134, FilePath = 100, FileFormat = 101, ReferencedFile = 143;

    const long PositionDeletes = 1;

    readonly Dictionary<string, (string Location, long Length)> manifests = new(StringComparer.Ordinal);

    /// <summary>Files that have a new one in their place, where they lie now.</summary>
    public HashSet<string> Replaced { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes a snapshot's list anew, and the manifests that it or, in format v1, the snapshot itself names.</summary>
    /// <exception cref="LakeException">Unavailable: a file is not there; Invalid: position deletes, which name files inside.</exception>
    public async Task<Snapshot> OfAsync(Snapshot snapshot, CancellationToken cancel)
    {
        if (snapshot.ManifestList is { } list)
            return snapshot with { ManifestList = await ListAsync(snapshot.SnapshotId, list, cancel) };
        var own = new List<string>();
        foreach (var path in snapshot.Manifests)
        {
            await TakeAsync(path, cancel);
            own.Add(manifests[path].Location);
        }
        return snapshot with { Manifests = own };
    }

    async Task TakeAsync(string path, CancellationToken cancel)
    {
        if (!manifests.ContainsKey(path))
            manifests[path] = await ManifestAsync(path, cancel);
    }

    async Task<string> ListAsync(long snapshot, string list, CancellationToken cancel)
    {
        var bytes = await ReadAsync(list, cancel);
        var paths = new List<string>();
        new AvroRewrite((id, value) => Note(id == ManifestPath, value, paths), static (_, _) => null).Apply(bytes, Guid.Empty);
        foreach (var path in paths)
            await TakeAsync(path, cancel);
        var length = 0L;
        var written = new AvroRewrite(
            (id, value) =>
            {
                if (id != ManifestPath)
                    return null;
                (var location, length) = manifests[value];
                return location;
            },
            (id, _) => id == ManifestLength ? length : null).Apply(bytes, ids.NewId());
        return await WriteAsync($"snap-{snapshot}-0-{ids.NewId():D}.avro", written, cancel);
    }

    async Task<(string Location, long Length)> ManifestAsync(string path, CancellationToken cancel)
    {
        var (content, deletesByPath) = (0L, false);
        var written = new AvroRewrite(
            (id, value) =>
            {
                if (id == FileFormat)
                    deletesByPath |= content == PositionDeletes && !value.Equals("puffin", StringComparison.OrdinalIgnoreCase);
                return id is FilePath or ReferencedFile ? map.Apply(value) : null;
            },
            (id, value) =>
            {
                if (id == Content)
                    content = value;
                return null;
            }).Apply(await ReadAsync(path, cancel), ids.NewId());
        if (deletesByPath)
            throw LakeException.Invalid($"{FileLocation.Shown(path)} has position deletes, whose files name data files inside; rewrite the table's data files where it lived (Spark: rewrite_data_files with delete-file-threshold 1), and copy it again");
        return (await WriteAsync($"{ids.NewId():D}-m0.avro", written, cancel), written.Length);
    }

    static string? Note(bool wanted, string value, List<string> paths)
    {
        if (wanted)
            paths.Add(value);
        return null;
    }

    async Task<byte[]> ReadAsync(string location, CancellationToken cancel)
    {
        var here = at(location);
        var bytes = await from.ReadAsync(here, MaxFile, cancel);
        Replaced.Add(here);
        return bytes;
    }

    async Task<string> WriteAsync(string name, byte[] content, CancellationToken cancel)
    {
        var location = $"{folder}/{name}";
        await to.WriteNewAsync(location, content, cancel);
        return location;
    }
}
