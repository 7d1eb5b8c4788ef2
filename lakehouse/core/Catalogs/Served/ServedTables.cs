using System.Data.Common;
using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Updates;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>The tables of a served lake.</summary>
public sealed class ServedTables
{
    readonly ServedLake lake;
    readonly ManifestStore manifests;
    readonly MetadataStore metadata;
    readonly CommitQueue queue;

    internal ServedTables(ServedLake lake) =>
        (this.lake, manifests, metadata, queue) = (lake, new(lake.Store), new(lake.Store), new(lake.Catalog));

    /// <summary>Names in a namespace, ordered.</summary>
    /// <exception cref="CatalogRefusal">There is no such namespace.</exception>
    public IReadOnlyList<string> List(string ns) => lake.Names(ns, views: false);

    public bool Exists(TableIdent ident) => lake.Database.Read(connection => NameRows.Find(connection, ident)) is { IsView: false };

    /// <summary>Where the table's metadata are now: another place, another table.</summary>
    /// <exception cref="CatalogRefusal">There is no such table, or its metadata file is lost.</exception>
    public async Task<string> FindAsync(TableIdent ident, CancellationToken cancel)
    {
        var location = lake.Database.Read(connection => Need(connection, ident)).Location;
        await NeedFileAsync(location, cancel);
        return location;
    }

    /// <param name="ident">Which.</param>
    /// <param name="onlyRefs">Of its snapshots those that a branch or tag names.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="CatalogRefusal">There is no such table.</exception>
    public async Task<ServedObject> LoadAsync(TableIdent ident, bool onlyRefs, CancellationToken cancel)
    {
        var table = await lake.Catalog.TryLoadAsync(ident, cancel) ?? throw NoSuch(ident);
        if (!onlyRefs)
            return Answer(table);
        var named = table.Metadata.Refs.Values.Select(r => r.SnapshotId).ToHashSet();
        return Answer(table with
        {
            Metadata = table.Metadata with { Snapshots = [.. table.Metadata.Snapshots.Where(s => named.Contains(s.SnapshotId))] },
        });
    }

    /// <summary>What was read once is remembered, here and by clients, and would be told of a table that others have lost.</summary>
    async Task NeedFileAsync(string location, CancellationToken cancel)
    {
        await using var file = await lake.Store.TryOpenAsync(location, cancel);
        if (file is null)
            throw new CatalogRefusal(RefusalKind.NoSuchFile, $"Failed to open input stream for file: {location}");
    }

    /// <summary>Makes a table; one that is staged is there once it is committed.</summary>
    /// <param name="ns">Its namespace.</param>
    /// <param name="request">Name, schema, and what else the protocol has.</param>
    /// <param name="cancel">Ends it, until the catalog's transaction has begun.</param>
    /// <exception cref="CatalogRefusal">No such namespace, or the name is taken.</exception>
    public async Task<ServedObject> CreateAsync(string ns, JsonElement request, CancellationToken cancel)
    {
        var ident = ServedNames.Ident(ns, Asked.For(() => request.Text("name")));
        lake.NeedNamespace(ns);
        RefuseTaken(ident);
        OwnTables.RefuseName(ident);
        var place = Asked.For(() => request.OptionalText("location")) is { Length: > 0 } asked
            ? lake.CheckedFolder(ident, asked)
            : lake.FreeFolder(ident);
        var first = Asked.For(() => TableCreation.Of(request, place, lake.Ids.NewId(), lake.NowMs));
        lake.Checked(SnapshotProducer.MetadataFolder(first));
        if (Asked.For(() => request.Optional("stage-create") is not null && request.Flag("stage-create")))
            return new(null, TableMetadataWriter.Write(first));
        var made = await lake.Catalog.CommitAsync(
            [
                new TableChange(ident, _ => throw Taken(ident, isView: false))
                {
                    Create = () =>
                    {
                        RefuseTaken(ident);
                        return first;
                    },
                },
            ],
            null,
            cancel);
        return Answer(made[0]);
    }

    /// <summary>Gives a metadata file that is there a name.</summary>
    /// <exception cref="CatalogRefusal">No such namespace, or the name is taken and is not to be overwritten.</exception>
    public async Task<ServedObject> RegisterAsync(string ns, JsonElement request, CancellationToken cancel)
    {
        var ident = ServedNames.Ident(ns, Asked.For(() => request.Text("name")));
        var location = lake.Checked(Asked.For(() => request.Text("metadata-location")));
        var overwrites = Asked.For(() => request.Optional("overwrite") is not null && request.Flag("overwrite"));
        lake.NeedNamespace(ns);
        OwnTables.Refuse(ident, "registered");
        var table = new Table(ident, location, await Asked.ForAsync(() => metadata.ReadAsync(location, cancel)));
        if (!overwrites || !Exists(ident))
            RefuseTaken(ident);
        lake.CheckedFolder(ident, table.Metadata.Location);
        await lake.UntilAsync($"the registration of {ident}", () => lake.WriteAsync(connection =>
        {
            lake.Database.HoldNames(connection, alone: true);
            RefuseGoing(connection, table);
            if (TableRows.Insert(connection, ident, location))
                return true;
            var row = NameRows.Find(connection, ident);
            if (!overwrites || row is null or { IsView: true })
                throw Taken(ident, row is { IsView: true });
            return TableRows.Move(connection, ident, row.Location, location);
        }, cancel), cancel);
        return Answer(table);
    }

    /// <summary>
    /// Files that wait for their deletion go, whoever names them now; and two names of one table would each take out the other's.
    /// </summary>
    static void RefuseGoing(DbConnection connection, Table table)
    {
        var waiting = FileDeletions.Waiting(connection);
        var named = table.Metadata.Snapshots.Select(s => s.ManifestList).OfType<string>().Prepend(table.MetadataLocation);
        if (named.FirstOrDefault(file => waiting.Contains(FileLocation.Normal(file))) is { } going)
            throw LakeException.Invalid($"{going} waits for its deletion, so the table cannot be registered: copy its files to another place first");
        if (TableRows.All(connection).Any(row => row.Ident != table.Ident && FileLocation.Same(row.Location, table.MetadataLocation)))
            throw LakeException.Invalid($"{table.MetadataLocation} has a name in this catalog already");
    }

    /// <summary>Commits to one or several tables, all or none.</summary>
    /// <returns>The tables as committed.</returns>
    /// <exception cref="CatalogRefusal">No such table, or no such namespace of one that is made.</exception>
    /// <exception cref="LakeException">Conflict: a requirement does not hold, or others were faster; Invalid: an update that cannot be;
    /// Unavailable: whether it was committed may not be known.</exception>
    public async Task<IReadOnlyList<ServedObject>> CommitAsync(IReadOnlyList<TableCommit> commits, CancellationToken cancel)
    {
        // a name that nobody has takes no lock
        foreach (var commit in commits)
            if (!Creates(commit) && !Exists(commit.Ident))
                throw NoSuch(commit.Ident);
        if (commits is [var only] && !Creates(only))
            return [Answer(await queue.CommitAsync(
                only.Ident, before => Edited(only, Required(only, before)), () => throw NoSuch(only.Ident), cancel))];
        var changes = commits.Select(
            commit => new TableChange(commit.Ident, table => Edit(commit, table)) { Create = () => Begin(commit) });
        return [.. (await lake.Catalog.CommitAsync([.. changes], null, cancel)).Select(Answer)];
    }

    static bool Creates(TableCommit commit) => Asked.For(() => TableRequirements.Creates(commit.Requirements));

    /// <summary>The requirements of all tables are looked at before a file is written.</summary>
    TableIntent Edit(TableCommit commit, Table table)
    {
        Required(commit, table.Metadata);
        return new TableIntent { Edit = before => Edited(commit, before) };
    }

    /// <exception cref="LakeException">Conflict: a requirement does not hold.</exception>
    static TableMetadata Required(TableCommit commit, TableMetadata table) => Asked.For(() =>
    {
        TableRequirements.Check(table, commit.Requirements);
        return table;
    });

    TableMetadata Edited(TableCommit commit, TableMetadata before) =>
        Asked.For(() => Checked(commit, before, TableEdit.Apply(before, commit.Updates, lake.NowMs)));

    TableMetadata Checked(TableCommit commit, TableMetadata before, TableMetadata after)
    {
        if (ReferenceEquals(after, before))
            return before;
        OwnTables.Check(commit.Ident, before, after, commit.IsOfTheLake);
        if (after.FormatVersion > before.FormatVersion && after.TableUuid.Length == 0)
            throw LakeException.Invalid($"{commit.Ident} has no uuid, without which no format after v1 is: assign one in the same commit");
        if (after.Location != before.Location)
            lake.CheckedFolder(commit.Ident, after.Location);
        if (SnapshotProducer.MetadataFolder(after) != SnapshotProducer.MetadataFolder(before))
            lake.Checked(SnapshotProducer.MetadataFolder(after));
        TableMetadataCheck.Check(after with { LastUpdatedMs = Math.Max(after.LastUpdatedMs, lake.NowMs) });
        return after;
    }

    /// <summary>The first state of a table that was staged, or is made by its updates alone.</summary>
    /// <exception cref="CatalogRefusal">There is no such namespace, no such table, or a view has the name.</exception>
    TableMetadata Begin(TableCommit commit)
    {
        lake.NeedNamespace(commit.Ident.Namespace);
        RefuseTaken(commit.Ident);
        if (!commit.IsOfTheLake)
            OwnTables.RefuseStranger(commit.Ident);
        var folder = lake.FreeFolder(commit.Ident);
        var first = Asked.For(() =>
        {
            if (!TableRequirements.Creates(commit.Requirements))
                throw NoSuch(commit.Ident);
            TableRequirements.Check(null, commit.Requirements);
            return TableEdit.Create(commit.Updates, folder, lake.Ids.NewId(), lake.NowMs);
        });
        lake.CheckedFolder(commit.Ident, first.Location);
        lake.Checked(SnapshotProducer.MetadataFolder(first));
        return first;
    }

    /// <summary>
    /// Takes a table out. Its files stay, or, purged, are queued for deletion with the grace that a commit gives what it makes obsolete.
    /// </summary>
    /// <exception cref="CatalogRefusal">There is no such table.</exception>
    public Task DropAsync(TableIdent ident, bool purge, CancellationToken cancel) =>
        lake.UntilAsync($"the dropping of {ident}", async () =>
        {
            OwnTables.Refuse(ident, purge ? "purged" : "dropped");
            var row = lake.Database.Read(connection => Need(connection, ident));
            var table = purge ? await lake.Catalog.TryLoadAsync(ident, cancel) : null;
            if (table is not null && !TableUpkeep.Of(table.Metadata).Collects)
                throw LakeException.Invalid(
                    $"Cannot purge table: GC is disabled (deleting files may corrupt other tables); {TableUpkeep.Gc} of {ident} is false");
            var files = table is null ? [] : await PurgedFiles.OfAsync(table, manifests, cancel);
            return (table is null || table.MetadataLocation == row.Location)
                && await lake.WriteAsync(connection => Drop(connection, row, table, files), cancel);
        }, cancel);

    bool Drop(DbConnection connection, CatalogRow row, Table? table, IReadOnlyList<ObsoleteFile> files)
    {
        if (table is not null)
            lake.Database.HoldNames(connection, alone: false);
        if (!NameRows.Remove(connection, row))
            return false;
        if (table is not null && !TableRows.IsShared(connection, table))
            FileDeletions.Queue(connection, files, lake.Now);
        return true;
    }

    /// <exception cref="CatalogRefusal">No such table or namespace, or the new name is taken.</exception>
    public Task RenameAsync(TableIdent from, TableIdent to, CancellationToken cancel)
    {
        OwnTables.Refuse(from, "renamed");
        OwnTables.RefuseName(to);
        return lake.RenameAsync(from, to, Need, cancel);
    }

    static CatalogRow Need(DbConnection connection, TableIdent ident) =>
        NameRows.Find(connection, ident) is { IsView: false } row ? row : throw NoSuch(ident);

    void RefuseTaken(TableIdent ident)
    {
        if (lake.Database.Read(connection => NameRows.Find(connection, ident)) is { } row)
            throw Taken(ident, row.IsView);
    }

    static ServedObject Answer(Table table) => new(table.MetadataLocation, TableMetadataWriter.Write(table.Metadata));

    static CatalogRefusal NoSuch(TableIdent ident) => new(RefusalKind.NoSuchTable, $"Table does not exist: {ident}");

    static CatalogRefusal Taken(TableIdent ident, bool isView) =>
        new(RefusalKind.AlreadyExists, isView ? $"View with same name already exists: {ident}" : $"Table already exists: {ident}");
}
