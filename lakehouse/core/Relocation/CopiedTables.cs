using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>
/// Brings the files of tables from one lake's place to another's: files of rows and statistics as they are, metadata with the locations
/// of there. A file of rows that is there already is whole, and is not brought again.
/// </summary>
sealed class CopiedTables(Lake from, Lake to, LocationMap map, IdSource ids)
{
    const int AtOnce = 4, BufferBytes = 1 << 20;

    long files, bytes, kept;

    /// <summary>Files of rows and statistics that are in the other place now, and their bytes.</summary>
    public (long Files, long Bytes) Brought => (files, bytes);

    /// <summary>Of these, those that an earlier copy had brought.</summary>
    public long Kept => kept;

    /// <summary>Gives the metadata file of there.</summary>
    /// <exception cref="LakeException">Unavailable: a file is missing, or a place fails; Invalid, Corrupt: it cannot be copied.</exception>
    public async Task<string> CopyAsync(CatalogRow row, CancellationToken cancel)
    {
        try
        {
            return row.IsView ? await ViewAsync(row, cancel) : await TableAsync(row, cancel);
        }
        catch (LakeException e)
        {
            throw new LakeException(e.Kind, $"{row} cannot be copied: {e.Message}", e);
        }
    }

    async Task<string> ViewAsync(CatalogRow row, CancellationToken cancel)
    {
        var json = RelocatedMetadata.OfView(await new MetadataStore(from.Store).ReadTextAsync(row.Location, cancel), map);
        var there = There(row.Location);
        var location = $"{there[..there.LastIndexOf('/')]}/{MetadataName.After(there, ids)}";
        await to.Store.WriteNewAsync(location, json, cancel);
        return location;
    }

    async Task<string> TableAsync(CatalogRow row, CancellationToken cancel)
    {
        var table = new Table(row.Ident, row.Location, await new MetadataStore(from.Store).ReadAsync(row.Location, cancel));
        await BringAsync(await NamedAsync(table, cancel), cancel);
        var folder = There(SnapshotProducer.MetadataFolder(table.Metadata));
        var manifests = new RelocatedManifests(from.Store, location => location, to.Store, map, folder, ids);
        var snapshots = new List<Snapshot>();
        foreach (var snapshot in table.Metadata.Snapshots)
            snapshots.Add(await manifests.OfAsync(snapshot, cancel));
        var copied = RelocatedMetadata.Of(table.Metadata, map, snapshots);
        var location = CommitPreparation.NextLocation(new Table(row.Ident, There(row.Location), copied), ids);
        await to.Store.WriteNewAsync(location, TableMetadataWriter.Write(copied), cancel);
        return location;
    }

    /// <summary>Files of rows and statistics that some snapshot needs.</summary>
    async Task<IReadOnlyCollection<string>> NamedAsync(Table table, CancellationToken cancel)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var file in new TableFiles(new ManifestStore(from.Store, mostBytes: 0)).OfAsync(table, cancel))
            if (file.Kind is NamedFileKind.Rows or NamedFileKind.Statistics)
                named.Add(file.Location);
        return named;
    }

    Task BringAsync(IReadOnlyCollection<string> locations, CancellationToken cancel) => Parallel.ForEachAsync(
        locations,
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
        async (location, stop) => await BringAsync(location, stop));

    async Task BringAsync(string location, CancellationToken cancel)
    {
        var there = There(location);
        await using var source = await from.Store.TryOpenAsync(location, cancel)
            ?? throw LakeException.Unavailable($"{FileLocation.Shown(location)}, which it names, is not there; see 'dartlake verify'");
        if (await LengthAsync(there, cancel) is not { } length)
            await to.Store.WriteStreamAsync(there, target => source.CopyToAsync(target, BufferBytes, cancel), cancel);
        else if (length == source.Length)
            Interlocked.Increment(ref kept);
        else
            throw LakeException.Conflict($"{FileLocation.Shown(there)} has {length} bytes, and {FileLocation.Shown(location)} {source.Length}: somebody else writes there; choose another place");
        Interlocked.Increment(ref files);
        Interlocked.Add(ref bytes, source.Length);
    }

    async Task<long?> LengthAsync(string location, CancellationToken cancel)
    {
        await using var there = await to.Store.TryOpenAsync(location, cancel);
        return there?.Length;
    }

    string There(string location) => map.Holds(location)
        ? map.Apply(location)
        : throw LakeException.Invalid($"{FileLocation.Shown(location)} lies outside of {FileLocation.Shown(from.Location)}; rewrite the table's data files into the lake first");
}
