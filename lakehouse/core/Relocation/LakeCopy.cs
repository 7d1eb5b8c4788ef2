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
/// <param name="NotOurs">Rows of other catalogs, and those that were left out of this one before: they stay where they are.</param>
/// <param name="LeftOut">Tables and views of others that cannot be copied as they are, and why.</param>
public sealed record CopyReport(
    string From,
    string To,
    string Id,
    int Tables,
    long Files,
    long Bytes,
    long Kept,
    IReadOnlyList<string> NotOurs,
    IReadOnlyDictionary<string, LakeException> LeftOut);

/// <summary>
/// The lake as it is at one moment in another place and shape: from a folder to Postgres and a bucket, or back. Catalog and ledger are read
/// in one transaction; files of tables never change, and those that fall out of use wait before they go, so streams and runs may go on. The
/// other catalog gets all tables and the ledger in one transaction at the end: until then it holds nothing, and the same copy goes on.
/// </summary>
public sealed class LakeCopy
{
    readonly Lake from, to;
    readonly CopiedTables tables;
    readonly LocationMap map;
    readonly Action<string> say;
    readonly SortedDictionary<string, LakeException> leftOut = new(StringComparer.Ordinal);

    LakeCopy(Lake from, Lake to, TimeProvider time, IdSource ids, Action<string> say)
    {
        (this.from, this.to, this.say, map) = (from, to, say, new(from.Location, to.Location));
        tables = new(from, to, map, time, ids);
    }

    /// <param name="from">The lake.</param>
    /// <param name="to">One without tables, in another place.</param>
    /// <param name="time">Waits for another copy to the same place.</param>
    /// <param name="ids">Names files.</param>
    /// <param name="say">Told of each table.</param>
    /// <param name="cancel">Ends it, until the catalog's transaction has begun.</param>
    /// <exception cref="LakeException">Invalid: the other place has tables, or a table of the lake's own cannot be copied;
    /// Unavailable: a file is missing, or a place fails.</exception>
    public static async Task<CopyReport> RunAsync(
        Lake from, Lake to, TimeProvider time, IdSource ids, Action<string> say, CancellationToken cancel)
    {
        var isWithin = FileLocation.IsBelow(from.Location, to.Location) || FileLocation.IsBelow(to.Location, from.Location);
        if (from.Location == to.Location || isWithin)
            throw LakeException.Invalid($"{FileLocation.Shown(to.Location)} and the lake in {FileLocation.Shown(from.Location)} lie in each other; choose another place");
        if (from.IsRemote || to.IsRemote)
            throw LakeException.Invalid("the tables of a REST catalog are copied by what keeps the catalog: a lake in a folder, or of Postgres and a bucket, is copied here");
        if (to.Database.Read(IsInhabited))
            throw Inhabited(to);
        return await new LakeCopy(from, to, time, ids, say).RunAsync(cancel);
    }

    /// <summary>Tables, or days and runs of tables that were there.</summary>
    static bool IsInhabited(DbConnection connection) =>
        TableRows.All(connection).Any(row => row.Catalog == TableRows.CatalogName) || LedgerRows.Any(connection);

    static LakeException Inhabited(Lake to) =>
        LakeException.Invalid($"the lake in {FileLocation.Shown(to.Location)} has tables already, or runs of tables that it had; choose a place and a catalog without");

    async Task<CopyReport> RunAsync(CancellationToken cancel)
    {
        var (rows, ledger) = from.Database.Read(connection => (TableRows.All(connection), LedgerRows.Read(connection)));
        var taken = new List<CopiedTable>();
        // metadata that fall out of use wait an hour, files of rows a day: the first go first
        foreach (var row in rows.Where(row => row.Catalog == TableRows.CatalogName))
            await TakeOrLeaveOutAsync(row, async () => taken.Add(await tables.TakeMetadataAsync(row, cancel)));
        var copied = new List<CopiedTable>();
        foreach (var table in taken)
            await TakeOrLeaveOutAsync(table.Row, async () =>
            {
                await tables.BringFilesAsync(table, cancel);
                copied.Add(table);
                say($"{table.Row}: copied; {tables.Brought.Files:N0} files with {tables.Brought.Bytes >> 20:N0} MiB so far");
            });
        CopyBesides(cancel);
        await NameAsync(copied, ledger);
        var (files, bytes) = tables.Brought;
        var notOurs = rows.Where(row => row.Catalog != TableRows.CatalogName).Select(row => row.ToString()).ToList();
        var (was, isNow) = (FileLocation.Shown(from.Location), FileLocation.Shown(to.Location));
        return new(was, isNow, to.Id, copied.Count, files, bytes, tables.Kept, notOurs, leftOut);
    }

    void CopyBesides(CancellationToken cancel)
    {
        if (SameFolder.Is(from.DataDir, to.DataDir))
            return;
        try
        {
            BesideFolders.Copy(from.DataDir, to.DataDir, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LakeException.Unavailable($"schemas and manifests cannot be copied to {to.DataDir}: {e.Message}; make room or mend its rights, and run the same line again", e);
        }
    }

    /// <summary>What is as it is will be so the next time; a place that failed may not.</summary>
    async Task TakeOrLeaveOutAsync(CatalogRow row, Func<Task> take)
    {
        try
        {
            await take();
        }
        catch (LakeException e) when ((row.IsView || TableContracts.TryGet(row.Ident.ToString()) is null)
            && (e.Kind is LakeErrorKind.Invalid or LakeErrorKind.Corrupt || IsOfMissingFile(e)))
        {
            leftOut[row.ToString()] = e;
        }
    }

    static bool IsOfMissingFile(Exception e) => e is FileNotFoundException || e.InnerException is { } inner && IsOfMissingFile(inner);

    /// <summary>The one transaction; when its COMMIT gave no clear answer, the rows are looked at.</summary>
    async Task NameAsync(IReadOnlyList<CopiedTable> copied, LedgerRows ledger)
    {
        try
        {
            await to.Database.WriteAsync(connection => Name(connection, copied, ledger), CancellationToken.None);
        }
        catch (CommitFailure e)
        {
            if (copied.Count == 0 || !to.CatalogRows().Any(row => row.Location == copied[0].Location))
                throw LakeException.Unavailable($"whether the copy's catalog has taken its tables is not known ({e.Message}); run the same line again", e);
        }
    }

    bool Name(DbConnection connection, IReadOnlyList<CopiedTable> copied, LedgerRows ledger)
    {
        if (IsInhabited(connection))
            throw Inhabited(to);
        foreach (var (row, location, _) in copied)
            if (!(row.IsView ? NameRows.InsertView(connection, row.Ident, location) : TableRows.Insert(connection, row.Ident, location)))
                throw Inhabited(to);
        ledger.Write(connection, map);
        return true;
    }
}
