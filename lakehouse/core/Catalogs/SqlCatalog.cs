using System.Data.Common;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>Iceberg's JDBC catalog (V1 tables, catalog name <c>lake</c>), with commits to several tables in one transaction.</summary>
sealed class SqlCatalog(
    CatalogDatabase database, IObjectStore store, ManifestStore manifests, string warehouse, TimeProvider time, IdSource ids) : ICatalog
{
    /// <summary>How often a commit is planned again after another process was first.</summary>
    const int MaxAttempts = 20;
    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(10), LongestWait = TimeSpan.FromSeconds(2);

    readonly MetadataStore metadata = new(store);
    readonly CommitPreparation preparation = new(store, manifests, time, ids);
    readonly FileDeletions deletions = new(database, store, time);
    readonly TableLocks locks = new();

    /// <summary>Called at each <see cref="CommitPoint"/>; tests let commits fail there.</summary>
    internal Func<CommitPoint, Task>? OnCommitPoint { get; set; }

    /// <summary>Ends when deletions that a commit has begun are done.</summary>
    internal Task EndDeletionsAsync() => deletions.EndAsync();

    public Task<IReadOnlyList<TableIdent>> ListAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<TableIdent>>([.. database.Read(TableRows.Locations).Keys.Order()]);
    }

    public async Task<Table?> TryLoadAsync(TableIdent ident, CancellationToken cancel) =>
        database.Read(connection => TableRows.Location(connection, ident)) is { } location
            ? await LoadAsync(ident, location, cancel)
            : null;

    public async Task<IReadOnlyDictionary<TableIdent, Table>> LoadAllAsync(IReadOnlyCollection<TableIdent> idents, CancellationToken cancel)
    {
        var locations = database.Read(TableRows.Locations);
        var tables = new Dictionary<TableIdent, Table>();
        foreach (var ident in idents)
            if (locations.TryGetValue(ident, out var location))
                tables[ident] = await LoadAsync(ident, location, cancel);
        return tables;
    }

    public async Task<CatalogSurvey> SurveyAsync(CancellationToken cancel)
    {
        var tables = new Dictionary<TableIdent, Table>();
        var leftOut = new Dictionary<TableIdent, LakeException>();
        foreach (var (ident, location) in database.Read(TableRows.Locations).OrderBy(row => row.Key))
        {
            try
            {
                tables[ident] = await LoadAsync(ident, location, cancel);
            }
            catch (LakeException e)
            {
                leftOut[ident] = new LakeException(e.Kind, $"{ident} cannot be read: {e.Message}", e);
            }
        }
        return new(tables, leftOut) { Views = database.Read(TableRows.Views) };
    }

    public async Task<Table> CreateAsync(TableIdent ident, TableDefinition definition, CancellationToken cancel)
    {
        CheckName(ident.Namespace);
        CheckName(ident.Name);
        var written = new List<string>();
        try
        {
            var table = await preparation.CreateAsync(ident, definition, $"{warehouse}/{ident.Namespace}/{ident.Name}", written, cancel);
            if (!await database.WriteAsync(
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
            await UnreferencedFiles.DeleteAsync(store, written);
            throw;
        }
    }

    public async Task<IReadOnlyList<Table>> CommitAsync(IReadOnlyList<TableChange> changes, CommitNote? note, CancellationToken cancel)
    {
        if (changes.Select(c => c.Ident).Distinct().Count() != changes.Count)
            throw LakeException.Invalid("a commit names a table twice; join its changes into one");
        IReadOnlyList<Table> committed;
        using (await locks.TakeAsync(changes.Select(c => c.Ident), cancel))
        {
            await using var turn = await database.QueueAsync(changes.Select(c => c.Ident), cancel);
            committed = await CommitWithRetriesAsync(changes, note, cancel);
        }
        deletions.Begin();
        return committed;
    }

    async Task<IReadOnlyList<Table>> CommitWithRetriesAsync(IReadOnlyList<TableChange> changes, CommitNote? note, CancellationToken cancel)
    {
        var wait = FirstWait;
        var uuids = changes.Where(c => c.Uuid is not null).ToDictionary(c => c.Ident, c => c.Uuid!);
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var written = new List<string>();
            var prepared = new List<PreparedTable>();
            bool moved;
            try
            {
                await PrepareAsync(changes, uuids, attempt, prepared, written, cancel);
                await ReachAsync(CommitPoint.FilesWritten);
                moved = await MoveAsync(prepared, [.. changes.Select(c => c.Fence).OfType<Lease>().Distinct()], note);
            }
            catch (CommitFailure e)
            {
                moved = await LookUpAsync(prepared, note, e)
                    ? true
                    : throw LakeException.Unavailable($"the commit to {Names(changes)} was not taken: {e.Message}; it can be repeated", e);
            }
            catch
            {
                await UnreferencedFiles.DeleteAsync(store, written);
                throw;
            }
            if (moved)
            {
                foreach (var table in prepared)
                    metadata.Keep(table.Next.MetadataLocation, table.Next.Metadata);
                return [.. prepared.Select(p => p.Next)];
            }
            await UnreferencedFiles.DeleteAsync(store, written);
            await Task.Delay(wait * (1 + ids.NewLong() % 1000 / 1000.0), time, cancel);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
        throw LakeException.Conflict($"the commit to {Names(changes)} lost {MaxAttempts} races against other writers; try again when they are done");
    }

    /// <param name="uuids">By table: which one the commit means, as its caller or its first try saw it.</param>
    async Task PrepareAsync(
        IReadOnlyList<TableChange> changes,
        Dictionary<TableIdent, string> uuids,
        int attempt,
        List<PreparedTable> prepared,
        List<string> written,
        CancellationToken cancel)
    {
        var bases = await LoadAllAsync([.. changes.Select(c => c.Ident)], cancel);
        // all are planned before the first one writes a file
        var planned = new List<Func<Task<PreparedTable>>>();
        foreach (var change in changes)
        {
            if (bases.GetValueOrDefault(change.Ident) is not { } table)
            {
                var first = change.Create?.Invoke()
                    ?? throw LakeException.Invalid($"the table {change.Ident} does not exist; create it before a commit");
                planned.Add(() => preparation.StartAsync(change.Ident, first, written, cancel));
                continue;
            }
            uuids.TryAdd(change.Ident, table.Metadata.TableUuid);
            if (!string.Equals(uuids[change.Ident], table.Metadata.TableUuid, StringComparison.OrdinalIgnoreCase))
                throw LakeException.Conflict($"{change.Ident} is not the table that the commit began with: it was dropped and made again (uuid {table.Metadata.TableUuid}, not {uuids[change.Ident]}); nothing was committed, so start what writes to it again");
            var intent = change.Plan(table);
            planned.Add(() => preparation.PrepareAsync(table, intent, attempt, written, cancel));
        }
        foreach (var write in planned)
            prepared.Add(await write());
    }

    /// <summary>The one transaction; false when a table is not where it was planned from.</summary>
    /// <exception cref="LakeException">Conflict: a fence does not hold; nothing has moved.</exception>
    async Task<bool> MoveAsync(IReadOnlyList<PreparedTable> prepared, IReadOnlyList<Lease> fences, CommitNote? note)
    {
        var now = time.GetUtcNow();
        try
        {
            // not cancelled: the answer would be lost
            await database.WriteAsync(connection => Move(connection, prepared, fences, note, now), CancellationToken.None);
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
            database.HoldNames(connection, alone: false);
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
        foreach (var table in prepared.Where(p => p.Obsolete.Count > 0 && !TableRows.IsShared(connection, p.Next)))
            FileDeletions.Queue(connection, table.Obsolete, now);
        if (note is not null)
            Ledger.SaveNote(connection, note, prepared.Select(p => p.Next), now);
        return true;
    }

    /// <summary>
    /// COMMIT gave no clear answer: it happened when one of our metadata files is the table's current one or in its log (all tables
    /// moved, or none), or, if no table changed, when the note is there. It did not when the table is still where it was, or has moved on
    /// from there by another.
    /// </summary>
    async Task<bool> LookUpAsync(IReadOnlyList<PreparedTable> prepared, CommitNote? note, CommitFailure failure)
    {
        var unknown = $"whether the commit to {string.Join(", ", prepared.Select(p => p.Next.Ident))} happened is not known ({failure.Message}";
        try
        {
            var changed = prepared.Where(p => p.Changes).OrderBy(p => p.IsNew).ToList();
            if (changed.Count == 0)
                return note is null || await database.WriteAsync(
                    connection =>
                    {
                        foreach (var table in prepared)
                            TableRows.HeldLocation(connection, table.Base.Ident);
                        return Ledger.HasNote(connection, note);
                    },
                    CancellationToken.None);
            // a server that did not answer may still be about to commit: who asks in a transaction of its own waits for the row
            var mine = changed[0];
            var location = await (mine.IsNew ? ProbeAsync(mine.Next) : database.WriteAsync(
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
            return await database.WriteAsync(
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

    Task ReachAsync(CommitPoint point) => OnCommitPoint?.Invoke(point) ?? Task.CompletedTask;

    async Task<Table> LoadAsync(TableIdent ident, string location, CancellationToken cancel) =>
        new(ident, location, await metadata.ReadAsync(location, cancel));

    static string Names(IReadOnlyList<TableChange> changes) => string.Join(", ", changes.Select(c => c.Ident));

    /// <summary>Names become folders and SQL identifiers.</summary>
    static void CheckName(string name)
    {
        if (name.Length is 0 or > 128
            || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-')
            || name[0] == '-')
            throw LakeException.Invalid($"'{name}' cannot be a name in the lake; use up to 128 lower-case letters, digits, _ and -");
    }

    sealed class RaceLost : Exception;

    sealed class NotThere : Exception;
}
