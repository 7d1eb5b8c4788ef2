using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Storage.S3;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>
/// Every file that some table's metadata names, and the folders of which nobody may take a file: those of views and of other catalogs'
/// tables, and of tables that collect nothing. What is named is never told from a listing, and links are followed.
/// </summary>
sealed class LakeFiles
{
    readonly Lake lake;
    readonly TableFiles files;
    readonly RealPaths real = new();
    readonly HashSet<string> named = new(StringComparer.Ordinal), namesElsewhere = new(StringComparer.Ordinal);
    readonly List<SparedFolder> spared = [];

    readonly string warehouse;

    LakeFiles(Lake lake)
    {
        (this.lake, files) = (lake, new(new ManifestStore(lake.Store, mostBytes: 0)));
        warehouse = TextOf(lake.WarehouseLocation, isFolder: true)!;
    }

    /// <summary>Within the warehouse, in the order of the catalog.</summary>
    public IReadOnlyList<SparedFolder> Spared => spared;

    /// <summary>Reads all tables of all catalogs in the lake's database.</summary>
    /// <exception cref="LakeException">A table, a list or a manifest of ours cannot be read: then nobody knows what it names.</exception>
    public static async Task<LakeFiles> ReadAsync(Lake lake, CancellationToken cancel)
    {
        var read = new LakeFiles(lake);
        var survey = await lake.Catalog.SurveyAsync(cancel);
        if (survey.LeftOut.Values.FirstOrDefault() is { } unread)
            throw new LakeException(unread.Kind, $"{unread.Message}; which files it names is not known, so none is taken for an orphan");
        foreach (var table in survey.Tables.Values)
            await read.AddAsync(table, cancel);
        foreach (var row in lake.CatalogRows().Where(row => !row.IsOurs))
            await read.AddAsync(row, cancel);
        foreach (var location in lake.WaitingDeletions())
            read.Add(location);
        return read;
    }

    /// <summary>Whether some table may need a file.</summary>
    /// <param name="path">Absolute, or a location in a bucket.</param>
    public bool Needs(string path)
    {
        var file = TextOf(path)!;
        return named.Contains(file)
            || namesElsewhere.Contains(FileLocation.Split(file).Name)
            || spared.Exists(folder => file.StartsWith(folder.Path + "/", StringComparison.Ordinal));
    }

    async Task AddAsync(Table table, CancellationToken cancel)
    {
        if (!TableUpkeep.Of(table.Metadata).Collects)
            Spare(table.Metadata.Location, $"{TableUpkeep.Gc} is false for {table.Ident}");
        await foreach (var file in files.OfAsync(table, cancel))
            Add(file.Location);
    }

    /// <summary>Its own folder is spared whatever it is; when it can be read, it also names files.</summary>
    async Task AddAsync(CatalogRow row, CancellationToken cancel)
    {
        var why = $"{row} is not this program's to load";
        var (folder, _) = FileLocation.Split(row.Location);
        Spare(folder.EndsWith("/metadata", StringComparison.Ordinal) ? folder[..folder.LastIndexOf('/')] : folder, why);
        if (row.IsView)
            return;
        try
        {
            var metadata = await new MetadataStore(lake.Store).ReadAsync(row.Location, cancel);
            Spare(metadata.Location, why);
            await foreach (var file in files.OfAsync(new Table(row.Ident, row.Location, metadata), cancel))
                Add(file.Location);
        }
        catch (LakeException)
        {
            // not ours to mend
        }
    }

    void Add(string location)
    {
        if (TextOf(location) is not { } text)
            return;
        // a mount gives a folder a second name that no path tells; names of files are drawn, and meet nowhere else
        if (text.StartsWith(warehouse + "/", StringComparison.Ordinal))
            named.Add(text);
        else
            namesElsewhere.Add(FileLocation.Split(text).Name);
    }

    /// <summary>Nothing below a folder is taken.</summary>
    public void Spare(string folder, string why)
    {
        if (TextOf(folder.TrimEnd('/'), isFolder: true) is { } text
            && (text + "/").StartsWith(warehouse + "/", StringComparison.Ordinal) && !spared.Exists(s => s.Path == text))
            spared.Add(new(text, why));
    }

    /// <summary>One text for all names of a file or folder: a path without links, or a location in a bucket; null: it is neither.</summary>
    string? TextOf(string location, bool isFolder = false) =>
        S3Location.Is(location) ? S3Location.Normal(location)
        : !FileLocation.IsLocal(location) ? null
        : isFolder ? real.OfFolder(FileLocation.ToPath(location))
        : real.Of(FileLocation.ToPath(location));
}
