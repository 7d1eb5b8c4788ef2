using System.Data.Common;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>Iceberg's JDBC catalog (V1 tables, catalog name <c>lake</c>), with commits to several tables in one transaction.</summary>
sealed class SqlCatalog(
    CatalogDatabase database, IObjectStore store, ManifestStore manifests, string warehouse, TimeProvider time, IdSource ids)
    : CommittingCatalog(database, store, new CommitPreparation(store, manifests, time, ids), time, ids)
{
    readonly MetadataStore metadata = new(store);

    public override Task<IReadOnlyList<TableIdent>> ListAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<TableIdent>>([.. Database.Read(TableRows.Locations).Keys.Order()]);
    }

    public override async Task<Table?> TryLoadAsync(TableIdent ident, CancellationToken cancel) =>
        Database.Read(connection => TableRows.Location(connection, ident)) is { } location
            ? await LoadAsync(ident, location, cancel)
            : null;

    public override async Task<IReadOnlyDictionary<TableIdent, Table>> LoadAllAsync(
        IReadOnlyCollection<TableIdent> idents, CancellationToken cancel)
    {
        var locations = Database.Read(TableRows.Locations);
        var tables = new Dictionary<TableIdent, Table>();
        foreach (var ident in idents)
            if (locations.TryGetValue(ident, out var location))
                tables[ident] = await LoadAsync(ident, location, cancel);
        return tables;
    }

    public override async Task<CatalogSurvey> SurveyAsync(CancellationToken cancel)
    {
        var tables = new Dictionary<TableIdent, Table>();
        var leftOut = new Dictionary<TableIdent, LakeException>();
        foreach (var (ident, location) in Database.Read(TableRows.Locations).OrderBy(row => row.Key))
        {
            try
            {
                tables[ident] = await LoadAsync(ident, location, cancel);
            }
            catch (LakeException) when (Database.Read(connection => TableRows.Location(connection, ident)) is null)
            {
                // it was forgotten meanwhile
            }
            catch (LakeException e)
            {
                leftOut[ident] = new LakeException(e.Kind, $"{ident} cannot be read: {e.Message}", e);
            }
        }
        return new(tables, leftOut) { Views = Database.Read(TableRows.Views) };
    }

    public override async Task<Table> CreateAsync(TableIdent ident, TableDefinition definition, CancellationToken cancel)
    {
        CheckName(ident);
        var written = new List<string>();
        try
        {
            var table = await Preparation.CreateAsync(ident, definition, PlaceOf(warehouse, ident, definition), written, cancel);
            if (!await Database.WriteAsync(
                connection => TableRows.Insert(connection, ident, table.MetadataLocation), CancellationToken.None))
                throw LakeException.Conflict($"the table {ident} exists already");
            metadata.Keep(table.MetadataLocation, table.Metadata);
            return table;
        }
        catch (CommitFailure e)
        {
            throw LakeException.Unknown($"whether the table {ident} was created is not known ({e.Message}); look at the catalog before you repeat it", e);
        }
        catch
        {
            await UnreferencedFiles.DeleteAsync(Store, written);
            throw;
        }
    }

    public override Task<int> ForgetAsync(IReadOnlyCollection<TableIdent> idents, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return Database.WriteAgainAsync(connection => TableRows.Forget(connection, idents), CancellationToken.None);
    }

    protected override async Task<IReadOnlyList<Table>?> MoveAsync(
        IReadOnlyList<PreparedTable> prepared, IReadOnlyList<Lease> fences, CommitNote? note)
    {
        try
        {
            if (!await TryMoveAsync(prepared, fences, note))
                return null;
        }
        catch (CommitFailure e)
        {
            if (!await LookUpAsync(prepared, note, e))
                throw LakeException.Unavailable($"the commit to {Names(prepared.Select(p => p.Next.Ident))} was not taken: {e.Message}; it can be repeated", e);
        }
        foreach (var table in prepared)
            metadata.Keep(table.Next.MetadataLocation, table.Next.Metadata);
        return [.. prepared.Select(p => p.Next)];
    }

    /// <summary>The one transaction; false when a table is not where it was planned from.</summary>
    /// <exception cref="LakeException">Conflict: a fence does not hold; nothing has moved.</exception>
    async Task<bool> TryMoveAsync(IReadOnlyList<PreparedTable> prepared, IReadOnlyList<Lease> fences, CommitNote? note)
    {
        var now = Time.GetUtcNow();
        try
        {
            await Database.WriteAsync(connection => Move(connection, prepared, fences, note, now), CancellationToken.None);
        }
        catch (RaceLost)
        {
            return false;
        }
        try
        {
            await ReachAsync(CommitPoint.Committed);
        }
        catch (Exception e)
        {
            throw new CommitFailure(e);
        }
        return true;
    }

    bool Move(
        DbConnection connection,
        IReadOnlyList<PreparedTable> prepared,
        IReadOnlyList<Lease> fences,
        CommitNote? note,
        DateTimeOffset now)
    {
        if (prepared.Any(p => p.Obsolete.Count > 0))
            Database.HoldNames(connection, alone: false);
        foreach (var fence in fences)
            if (!Ledger.Renew(connection, fence, now))
                throw LakeException.Conflict($"another {fence.Name} has taken over from epoch {fence.Epoch}; nothing was committed");
        // a table that does not change is held to its state too: the others were planned beside it
        foreach (var table in prepared.OrderBy(p => p.Base.Ident))
            if (table.IsNew ? !TableRows.Insert(connection, table.Next.Ident, table.Next.MetadataLocation)
                : table.Changes
                    ? !TableRows.Move(connection, table.Base.Ident, table.Base.MetadataLocation, table.Next.MetadataLocation)
                    : !string.Equals(
                        TableRows.HeldLocation(connection, table.Base.Ident), table.Base.MetadataLocation, StringComparison.Ordinal))
                throw new RaceLost();
        // before: a table that is forgotten needs no file in another one's folder
        if (note is not null && TableRows.Forget(connection, note.Forgotten) != note.Forgotten.Count)
            throw TakenForDead(note);
        foreach (var table in prepared.Where(p => p.Obsolete.Count > 0 && !TableRows.IsShared(connection, p.Next)))
            FileDeletions.Queue(connection, table.Obsolete, now);
        if (note is not null)
            Ledger.SaveNote(connection, note, note.Publishes(prepared.Select(p => p.Next)), now);
        return true;
    }

    /// <summary>
    /// COMMIT gave no clear answer: it happened when one of our metadata files is the table's current one or in its log (all tables
    /// moved, or none), or, if no table changed, when the note is there. It did not when the table is still where it was, or has moved on
    /// from there by another.
    /// </summary>
    async Task<bool> LookUpAsync(IReadOnlyList<PreparedTable> prepared, CommitNote? note, CommitFailure failure)
    {
        var unknown = $"whether the commit to {Names(prepared.Select(p => p.Next.Ident))} happened is not known ({failure.Message}";
        try
        {
            var changed = prepared.Where(p => p.Changes).OrderBy(p => p.IsNew).ToList();
            if (changed.Count == 0)
                return note is null || await Database.WriteAsync(
                    connection =>
                    {
                        foreach (var table in prepared)
                            TableRows.HeldLocation(connection, table.Base.Ident);
                        return Ledger.HasNote(connection, note);
                    },
                    CancellationToken.None);
            // a server that did not answer may still be about to commit: who asks in a transaction of its own waits for the row
            var mine = changed[0];
            var location = await (mine.IsNew ? ProbeAsync(mine.Next) : Database.WriteAsync(
                connection => TableRows.HeldLocation(connection, mine.Base.Ident), CancellationToken.None));
            var now = location is null ? null : await LoadAsync(mine.Next.Ident, location, CancellationToken.None);
            return now is not null && Named(now, mine.Next.MetadataLocation) ? true
                : mine.IsNew ? (location is null ? false : throw LakeException.Unknown($"{unknown}); look at the table's history before you repeat it"))
                : now is not null && Named(now, mine.Base.MetadataLocation) ? false
                : throw LakeException.Unknown($"{unknown}); look at the table's history before you repeat it");
        }
        catch (Exception e) when (e is LakeException { OutcomeIsUnknown: false } or CommitFailure)
        {
            throw LakeException.Unknown($"{unknown}; {e.Message}); look at the table's history before you repeat it", e);
        }
    }

    /// <summary>Whether the table is at that metadata file, or was.</summary>
    static bool Named(Table table, string metadata) => FileLocation.Same(table.MetadataLocation, metadata)
        || table.Metadata.MetadataLog.Any(e => FileLocation.Same(e.MetadataFile, metadata));

    /// <summary>Waits for who is making a table of that name, and makes none; null: nobody has made one.</summary>
    async Task<string?> ProbeAsync(Table table)
    {
        try
        {
            return await Database.WriteAsync(
                connection => TableRows.Insert(connection, table.Ident, table.MetadataLocation)
                    ? throw new NotThere()
                    : TableRows.Location(connection, table.Ident),
                CancellationToken.None);
        }
        catch (NotThere)
        {
            return null;
        }
    }

    async Task<Table> LoadAsync(TableIdent ident, string location, CancellationToken cancel) =>
        new(ident, location, await metadata.ReadAsync(location, cancel));

    sealed class RaceLost : Exception;

    sealed class NotThere : Exception;
}
