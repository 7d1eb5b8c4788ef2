using System.Data.Common;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Catalogs.Served;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>What a copy holds.</summary>
/// <param name="From">Where the lake lives.</param>
/// <param name="To">Where its copy does.</param>
/// <param name="Id">Of the copy.</param>
/// <param name="Tables">Tables and views.</param>
/// <param name="Files">Of rows and statistics.</param>
/// <param name="Bytes">Of these.</param>
/// <param name="Kept">Those that an earlier, unfinished copy had brought.</param>
/// <param name="LeftOut">Tables and views of others that could not be copied, and why.</param>
public sealed record CopyReport(
    string From, string To, string Id, int Tables, long Files, long Bytes, long Kept, IReadOnlyDictionary<string, LakeException> LeftOut);

/// <summary>
/// The lake as it is at one moment in another place and shape: from a folder to Postgres and a bucket, or back. Catalog and ledger are read
/// in one transaction; files of tables never change, and those that fall out of use wait before they go, so streams and runs may go on. The
/// other catalog gets all tables and the ledger in one transaction at the end: until then it holds nothing, and the same copy goes on.
/// </summary>
public sealed class LakeCopy
{
    readonly Lake from, to;
    readonly CopiedTables tables;
    readonly Action<string> say;
    readonly SortedDictionary<string, LakeException> leftOut = new(StringComparer.Ordinal);

    LakeCopy(Lake from, Lake to, IdSource ids, Action<string> say)
    {
        (this.from, this.to, this.say) = (from, to, say);
        tables = new(from, to, new LocationMap(from.Location, to.Location), ids);
    }

    /// <param name="from">The lake.</param>
    /// <param name="to">One without tables, in another place.</param>
    /// <param name="ids">Names files.</param>
    /// <param name="say">Told of each table.</param>
    /// <param name="cancel">Ends it, until the catalog's transaction has begun.</param>
    /// <exception cref="LakeException">Invalid: the other place has tables, or a table of the lake's own cannot be copied;
    /// Unavailable: a file is missing, or a place fails.</exception>
    public static async Task<CopyReport> RunAsync(Lake from, Lake to, IdSource ids, Action<string> say, CancellationToken cancel)
    {
        var isWithin = FileLocation.IsBelow(from.Location, to.Location) || FileLocation.IsBelow(to.Location, from.Location);
        if (from.Location == to.Location || isWithin)
            throw LakeException.Invalid($"{FileLocation.Shown(to.Location)} and the lake in {FileLocation.Shown(from.Location)} lie in each other; choose another place");
        if (to.CatalogRows().Count > 0)
            throw Inhabited(to);
        return await new LakeCopy(from, to, ids, say).RunAsync(cancel);
    }

    static LakeException Inhabited(Lake to) =>
        LakeException.Invalid($"the lake in {FileLocation.Shown(to.Location)} has tables already; choose a place and a catalog without");

    async Task<CopyReport> RunAsync(CancellationToken cancel)
    {
        var (rows, ledger) = from.Database.Read(connection => (TableRows.All(connection), LedgerRows.Read(connection)));
        var copied = new List<(CatalogRow Row, string Location)>();
        foreach (var row in rows)
            if (await TryCopyAsync(row, cancel) is { } location)
                copied.Add((row, location));
        if (!SameFolder.Is(from.DataDir, to.DataDir))
            BesideFolders.Copy(from.DataDir, to.DataDir, cancel);
        await NameAsync(copied, ledger);
        var (files, bytes) = tables.Brought;
        var (was, isNow) = (FileLocation.Shown(from.Location), FileLocation.Shown(to.Location));
        return new(was, isNow, to.Id, copied.Count, files, bytes, tables.Kept, leftOut);
    }

    async Task<string?> TryCopyAsync(CatalogRow row, CancellationToken cancel)
    {
        try
        {
            if (row.Catalog != TableRows.CatalogName)
                throw LakeException.Invalid($"{row} is none of this lake's: register it there by the engine whose it is");
            var location = await tables.CopyAsync(row, cancel);
            say($"{row}: copied; {tables.Brought.Files:N0} files with {tables.Brought.Bytes >> 20:N0} MiB so far");
            return location;
        }
        catch (LakeException e) when (!row.IsOurs || TableContracts.TryGet(row.Ident.ToString()) is null)
        {
            leftOut[row.ToString()] = e;
            return null;
        }
    }

    /// <summary>The one transaction; when its COMMIT gave no clear answer, the rows are looked at.</summary>
    async Task NameAsync(IReadOnlyList<(CatalogRow Row, string Location)> copied, LedgerRows ledger)
    {
        try
        {
            await to.Database.WriteAsync(connection => Name(connection, copied, ledger), CancellationToken.None);
        }
        catch (CommitFailure e)
        {
            if (copied.Count > 0 && !to.CatalogRows().Any(row => row.Location == copied[0].Location))
                throw LakeException.Unavailable($"whether the copy's catalog has taken its tables is not known ({e.Message}); run the same line again", e);
        }
    }

    bool Name(DbConnection connection, IReadOnlyList<(CatalogRow Row, string Location)> copied, LedgerRows ledger)
    {
        if (TableRows.All(connection).Count > 0)
            throw Inhabited(to);
        foreach (var (row, location) in copied)
            if (!(row.IsView ? NameRows.InsertView(connection, row.Ident, location) : TableRows.Insert(connection, row.Ident, location)))
                throw Inhabited(to);
        ledger.Write(connection);
        return true;
    }
}
