using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>A table or view whose metadata are in the other place.</summary>
/// <param name="Row">Its row in the lake.</param>
/// <param name="Location">Its metadata file of there.</param>
/// <param name="Files">Of rows and statistics, where they lie in the lake.</param>
sealed record CopiedTable(CatalogRow Row, string Location, IReadOnlyCollection<string> Files);

/// <summary>
/// Brings the files of tables from one lake's place to another's: files of rows and statistics as they are, metadata with the locations
/// of there. A file of rows that is there already is whole, and is not brought again.
/// </summary>
sealed class CopiedTables(Lake from, Lake to, LocationMap map, TimeProvider time, IdSource ids)
{
    const int AtOnce = 4, BufferBytes = 1 << 20, MostTries = 8;

    static readonly TimeSpan firstWait = TimeSpan.FromMilliseconds(50);

    long files, bytes, kept;

    /// <summary>Files of rows and statistics that are in the other place now, and their bytes.</summary>
    public (long Files, long Bytes) Brought => (files, bytes);

    /// <summary>Of these, those that an earlier copy had brought.</summary>
    public long Kept => kept;

    /// <summary>Brings all metadata of a table or view.</summary>
    /// <exception cref="LakeException">Unavailable: a file is missing, or a place fails; Invalid, Corrupt: it cannot be copied.</exception>
    public Task<CopiedTable> TakeMetadataAsync(CatalogRow row, CancellationToken cancel) =>
        NamedAsync(row, () => row.IsView ? ViewAsync(row, cancel) : TableAsync(row, cancel));

    /// <summary>Brings the files of its rows.</summary>
    /// <inheritdoc cref="TakeMetadataAsync"/>
    public Task BringFilesAsync(CopiedTable table, CancellationToken cancel) => NamedAsync(table.Row, async () =>
    {
        // the map follows links, one after the other
        var pairs = table.Files.Select(location => (Here: location, There: There(location))).ToList();
        await Parallel.ForEachAsync(
            pairs,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (pair, stop) => await BringAsync(pair.Here, pair.There, stop));
        return true;
    });

    static async Task<T> NamedAsync<T>(CatalogRow row, Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (LakeException e)
        {
            throw new LakeException(e.Kind, $"{row} cannot be copied: {e.Message}", e);
        }
    }

    async Task<CopiedTable> ViewAsync(CatalogRow row, CancellationToken cancel)
    {
        var json = RelocatedMetadata.OfView(await new MetadataStore(from.Store).ReadTextAsync(row.Location, cancel), map);
        var there = There(row.Location);
        var location = $"{there[..there.LastIndexOf('/')]}/{MetadataName.After(there, ids)}";
        await to.Store.WriteNewAsync(location, json, cancel);
        return new(row, location, []);
    }

    async Task<CopiedTable> TableAsync(CatalogRow row, CancellationToken cancel)
    {
        var table = new Table(row.Ident, row.Location, await new MetadataStore(from.Store).ReadAsync(row.Location, cancel));
        var named = await FilesAsync(table, cancel);
        var folder = There(SnapshotProducer.MetadataFolder(table.Metadata));
        var manifests = new RelocatedManifests(from.Store, location => location, to.Store, map, folder, ids);
        var snapshots = new List<Snapshot>();
        foreach (var snapshot in table.Metadata.Snapshots)
            snapshots.Add(await manifests.OfAsync(snapshot, cancel));
        var copied = RelocatedMetadata.Of(table.Metadata, map, snapshots);
        var location = CommitPreparation.NextLocation(new Table(row.Ident, There(row.Location), copied), ids);
        await to.Store.WriteNewAsync(location, TableMetadataWriter.Write(copied), cancel);
        return new(row, location, named);
    }

    /// <summary>Files of rows and statistics that some snapshot needs.</summary>
    async Task<IReadOnlyCollection<string>> FilesAsync(Table table, CancellationToken cancel)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var file in new TableFiles(new ManifestStore(from.Store, mostBytes: 0)).OfAsync(table, cancel))
            if (file.Kind == NamedFileKind.Rows || file.Kind == NamedFileKind.Statistics && await IsThereAsync(file.Location, cancel))
                named.Add(file.Location);
        return named;
    }

    /// <summary>Nobody needs statistics: an engine may have taken its own away.</summary>
    async Task<bool> IsThereAsync(string location, CancellationToken cancel)
    {
        await using var file = await from.Store.TryOpenAsync(location, cancel);
        return file is not null;
    }

    async Task BringAsync(string location, string there, CancellationToken cancel)
    {
        await using var source = await from.Store.TryOpenAsync(location, cancel)
            ?? throw LakeException.Corrupt($"{FileLocation.Shown(location)}, which it names, is not there; see 'dartlake verify'");
        if (!await TryWriteAsync(source, there, cancel))
            Interlocked.Increment(ref kept);
        Interlocked.Increment(ref files);
        Interlocked.Add(ref bytes, source.Length);
    }

    /// <summary>False: it is there, from an earlier copy or from one beside this.</summary>
    async Task<bool> TryWriteAsync(Stream source, string there, CancellationToken cancel)
    {
        var length = await LengthAsync(there, cancel);
        for (var tries = 0; length is null && tries < MostTries; tries++)
        {
            try
            {
                source.Position = 0;
                await to.Store.WriteStreamAsync(there, target => source.CopyToAsync(target, BufferBytes, cancel), cancel);
                return true;
            }
            catch (LakeException e) when (e.Kind == LakeErrorKind.Conflict)
            {
                // another copy was first, or is about to be: a store refuses both before anybody sees the object
                length = await LengthAsync(there, cancel);
                if (length is null)
                    await Task.Delay(firstWait * (1 << tries), time, cancel);
            }
        }
        return length == source.Length
            ? false
            : throw LakeException.Unavailable($"{FileLocation.Shown(there)} has {length} bytes, and the lake's file {source.Length}: somebody else writes there; choose another place");
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
