using System.Data.Common;
using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Views;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>The views of a served lake: definitions that each engine reads in its own dialect.</summary>
public sealed class ServedViews
{
    readonly ServedLake lake;
    readonly MetadataStore files;

    internal ServedViews(ServedLake lake) => (this.lake, files) = (lake, new(lake.Store));

    /// <summary>Names in a namespace, ordered.</summary>
    /// <exception cref="CatalogRefusal">There is no such namespace.</exception>
    public IReadOnlyList<string> List(string ns) => lake.Names(ns, views: true);

    public bool Exists(TableIdent ident) => lake.Database.Read(connection => NameRows.Find(connection, ident)) is { IsView: true };

    /// <exception cref="CatalogRefusal">There is no such view.</exception>
    public async Task<ServedObject> LoadAsync(TableIdent ident, CancellationToken cancel)
    {
        var location = lake.Database.Read(connection => Need(connection, ident)).Location;
        return new(location, ViewJson.Write(await ReadAsync(location, cancel)));
    }

    /// <exception cref="CatalogRefusal">No such namespace, or the name is taken.</exception>
    public async Task<ServedObject> CreateAsync(string ns, JsonElement request, CancellationToken cancel)
    {
        var ident = ServedNames.Ident(ns, Asked.For(() => request.Text("name")));
        OwnTables.RefuseName(ident);
        lake.NeedNamespace(ns);
        RefuseTaken(ident);
        var place = Asked.For(() => request.OptionalText("location")) is { Length: > 0 } asked
            ? lake.CheckedFolder(ident, asked)
            : lake.FreeFolder(ident);
        var view = Asked.For(() => ViewEdit.Create(request, place, lake.Ids.NewId(), lake.NowMs));
        var (location, json) = await WriteAsync(view, $"00000-{lake.Ids.NewId():D}.metadata.json", cancel);
        if (!await NameAsync(ident, location, connection => NameRows.InsertView(connection, ident, location)))
        {
            await UnreferencedFiles.DeleteAsync(lake.Store, [location]);
            RefuseTaken(ident);
            throw LakeException.Retry($"{ident} was there and is gone again; try again");
        }
        return new(location, json);
    }

    /// <summary>Gives a metadata file that is there a name.</summary>
    /// <exception cref="CatalogRefusal">No such namespace, or the name is taken.</exception>
    public async Task<ServedObject> RegisterAsync(string ns, JsonElement request, CancellationToken cancel)
    {
        var ident = ServedNames.Ident(ns, Asked.For(() => request.Text("name")));
        OwnTables.RefuseName(ident);
        var location = lake.Checked(Asked.For(() => request.Text("metadata-location")));
        lake.NeedNamespace(ns);
        var view = await Asked.ForAsync(() => ReadAsync(location, cancel));
        if (!await NameAsync(ident, location, connection => NameRows.InsertView(connection, ident, location)))
        {
            RefuseTaken(ident);
            throw LakeException.Retry($"{ident} was there and is gone again; try again");
        }
        return new(location, ViewJson.Write(view));
    }

    /// <summary>Replaces a view or changes what it says of itself.</summary>
    /// <exception cref="CatalogRefusal">There is no such view.</exception>
    /// <exception cref="LakeException">Conflict: a requirement does not hold; Invalid: an update that cannot be.</exception>
    public async Task<ServedObject> CommitAsync(TableCommit commit, CancellationToken cancel)
    {
        ServedObject? answer = null;
        await lake.UntilAsync($"the commit to {commit.Ident}", async () =>
        {
            answer = await TryCommitAsync(commit, cancel);
            return answer is not null;
        }, cancel);
        return answer!;
    }

    /// <summary>Null: another commit was first.</summary>
    async Task<ServedObject?> TryCommitAsync(TableCommit commit, CancellationToken cancel)
    {
        var from = lake.Database.Read(connection => Need(connection, commit.Ident)).Location;
        var before = await ReadAsync(from, cancel);
        var after = Asked.For(() => ViewEdit.Apply(before, commit.Requirements, commit.Updates, lake.NowMs));
        if (ReferenceEquals(after, before))
            return new(from, ViewJson.Write(before));
        if (after.Location != before.Location)
            lake.CheckedFolder(commit.Ident, after.Location);
        var (to, json) = await WriteAsync(after, MetadataName.After(from, lake.Ids), cancel);
        if (await NameAsync(commit.Ident, to, connection => NameRows.MoveView(connection, commit.Ident, from, to)))
            return new(to, json);
        await UnreferencedFiles.DeleteAsync(lake.Store, [to]);
        return null;
    }

    /// <summary>Takes a view out; its files stay for the search for orphans.</summary>
    /// <exception cref="CatalogRefusal">There is no such view.</exception>
    public Task DropAsync(TableIdent ident, CancellationToken cancel) => lake.UntilAsync(
        $"the dropping of {ident}",
        () => lake.WriteAsync(connection => NameRows.Remove(connection, Need(connection, ident)), cancel),
        cancel);

    /// <exception cref="CatalogRefusal">No such view or namespace, or the new name is taken.</exception>
    public Task RenameAsync(TableIdent from, TableIdent to, CancellationToken cancel)
    {
        OwnTables.RefuseName(to);
        return lake.RenameAsync(from, to, Need, cancel);
    }

    async Task<ViewMetadata> ReadAsync(string location, CancellationToken cancel) =>
        ViewJson.Read(await files.ReadTextAsync(location, cancel), location);

    async Task<(string Location, ReadOnlyMemory<byte> Json)> WriteAsync(ViewMetadata view, string name, CancellationToken cancel)
    {
        var location = $"{lake.Checked(view.MetadataFolder)}/{name}";
        var json = ViewJson.Write(view);
        _ = Asked.For(() => ViewJson.Read(json, location));
        await lake.Store.WriteNewAsync(location, json, cancel);
        return (location, json);
    }

    /// <summary>One change of a row; when its COMMIT gave no clear answer, the row is looked at.</summary>
    async Task<bool> NameAsync(TableIdent ident, string location, Func<DbConnection, bool> change)
    {
        try
        {
            return await lake.Database.WriteAsync(connection => change(connection), CancellationToken.None);
        }
        catch (CommitFailure e)
        {
            var row = lake.Database.Read(connection => NameRows.Find(connection, ident));
            return row?.Location == location
                ? true
                : throw LakeException.Unavailable(
                    $"whether the commit to {ident} happened is not known ({e.Message}); load it before you repeat it", e);
        }
    }

    static CatalogRow Need(DbConnection connection, TableIdent ident) => NameRows.Find(connection, ident) is { IsView: true } row
        ? row
        : throw new CatalogRefusal(RefusalKind.NoSuchView, $"View does not exist: {ident}");

    void RefuseTaken(TableIdent ident)
    {
        if (lake.Database.Read(connection => NameRows.Find(connection, ident)) is { } row)
            throw new CatalogRefusal(RefusalKind.AlreadyExists, $"{(row.IsView ? "View" : "Table with same name")} already exists: {ident}");
    }
}
