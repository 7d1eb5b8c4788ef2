using System.Collections.Concurrent;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Updates;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>
/// Tables that a REST catalog names. Manifests and lists are written here, metadata by the server; the ledger is a database of our own, and
/// what a commit says of itself is in the snapshots, too (<see cref="RemoteNotes"/>).
/// </summary>
sealed class RemoteCatalog(
    RemoteDoor door, CatalogDatabase ledger, IObjectStore store, ManifestStore manifests, string warehouse, TimeProvider time, IdSource ids)
    : CommittingCatalog(ledger, store, new CommitPreparation(store, manifests, time, ids, writesMetadata: false), time, ids)
{
    const int AtOnce = 8, MostPasses = 20;

    public override async Task<IReadOnlyList<TableIdent>> ListAsync(CancellationToken cancel)
    {
        var found = new List<TableIdent>();
        foreach (var space in await door.NamespacesAsync(cancel))
            found.AddRange(await door.NamesAsync(space, views: false, cancel));
        return [.. found.Order()];
    }

    public override Task<Table?> TryLoadAsync(TableIdent ident, CancellationToken cancel) => door.TryLoadAsync(ident, cancel);

    /// <summary>
    /// The protocol loads one table at a time. When two passes find all of them at the same metadata they were so at one moment: between
    /// the passes.
    /// </summary>
    /// <exception cref="LakeException">Unavailable: they change faster than they are read.</exception>
    public override async Task<IReadOnlyDictionary<TableIdent, Table>> LoadAllAsync(
        IReadOnlyCollection<TableIdent> idents, CancellationToken cancel)
    {
        if (idents.Count <= 1)
            return await LoadBasesAsync(idents, cancel);
        return (await SettledAsync(() => LoadAsync(idents, null, cancel))).ToDictionary();
    }

    protected override async Task<IReadOnlyDictionary<TableIdent, Table>> LoadBasesAsync(
        IReadOnlyCollection<TableIdent> idents, CancellationToken cancel) => (await LoadAsync(idents, null, cancel)).ToDictionary();

    public override async Task<CatalogSurvey> SurveyAsync(CancellationToken cancel)
    {
        ConcurrentDictionary<TableIdent, LakeException> leftOut = [];
        var tables = await SettledAsync(async () =>
        {
            leftOut.Clear();
            return await LoadAsync(await ListAsync(cancel), leftOut, cancel);
        });
        var views = new List<TableIdent>();
        foreach (var space in await door.NamespacesAsync(cancel))
            views.AddRange(await door.NamesAsync(space, views: true, cancel));
        return new(tables.ToDictionary(), leftOut) { Views = views };
    }

    public override async Task<Table> CreateAsync(TableIdent ident, TableDefinition definition, CancellationToken cancel)
    {
        CheckName(ident);
        var first = MetadataEdit.Create(
            definition, PlaceOf(warehouse, ident, definition), Ids.NewId(), Time.GetUtcNow().ToUnixTimeMilliseconds());
        TableMetadataCheck.Check(first);
        cancel.ThrowIfCancellationRequested();
        await door.EnsureNamespaceAsync(ident.Namespace);
        var outcome = await SendFirstAsync(ident, first);
        if (outcome.Of is RemoteOutcome.Kind.Wrong or RemoteOutcome.Kind.Missing)
            throw LakeException.Invalid($"{door.Shown} does not make the table {ident}: {outcome.Why}");
        var unknown = $"whether the table {ident} was created is not known ({outcome.Why})";
        var table = await LookAsync(() => TryLoadAsync(ident, CancellationToken.None), unknown);
        return table is not null && string.Equals(table.Metadata.TableUuid, first.TableUuid, StringComparison.OrdinalIgnoreCase) ? table
            : table is not null ? throw LakeException.Conflict($"the table {ident} exists already")
            : throw LakeException.Unknown($"{unknown}; look at the catalog before you repeat it");
    }

    /// <summary>What is lost is sent again: a table that is there is not made.</summary>
    async Task<RemoteOutcome> SendFirstAsync(TableIdent ident, TableMetadata first)
    {
        var isStaged = false;
        for (var attempt = 0; ; attempt++)
        {
            var outcome = await door.CommitAsync(ident, json => TableUpdates.WriteFirst(json, first));
            if (outcome.Of == RemoteOutcome.Kind.Missing && !isStaged)
            {
                await door.StageAsync(ident, json => TableUpdates.WriteStaged(json, ident.Name, first));
                isStaged = true;
                continue;
            }
            if (outcome.Of != RemoteOutcome.Kind.Lost || attempt >= door.Retries)
                return outcome;
            await door.WaitAsync(attempt, outcome.Why);
        }
    }

    public override async Task<int> ForgetAsync(IReadOnlyCollection<TableIdent> idents, CancellationToken cancel)
    {
        var found = 0;
        foreach (var ident in idents)
            found += await door.ForgetAsync(ident, cancel) ? 1 : 0;
        return found;
    }

    protected override TableIntent Noted(TableIntent intent, CommitNote note) => RemoteNotes.Noted(intent, note);

    protected override async Task<IReadOnlyList<Table>?> MoveAsync(
        IReadOnlyList<PreparedTable> prepared, IReadOnlyList<Lease> fences, CommitNote? note)
    {
        if (note is not null)
            foreach (var ident in note.Forgotten)
                if (await door.TryLoadAsync(ident, CancellationToken.None) is null)
                    throw TakenForDead(note);
        // what another has left is booked before this is: rows of the ledger stand in the order of commits
        if (note is not null)
            await RemoteNotes.SettleAsync(this, Database, Time.GetUtcNow(), CancellationToken.None);
        var pending = note is null ? null : PendingNote.Of(note, prepared, Time.GetUtcNow());
        if (pending is not null)
            await Database.WriteAgainAsync(connection => pending.Save(connection), CancellationToken.None);
        if (!await SendOrForgetAsync(prepared, fences, pending))
            return null;
        var now = await TryReadBackAsync(prepared);
        await BookAsync(prepared, now, pending);
        await TryForgetAsync(note?.Forgotten ?? []);
        return [.. prepared.Select(p => now.GetValueOrDefault(p.Next.Ident) is { } table
            && TableDifference.IsStill(table.Metadata, p.Next.Metadata) ? table : p.Next)];
    }

    /// <summary>False: another was first. The note of what has certainly not happened does not wait any more.</summary>
    async Task<bool> SendOrForgetAsync(IReadOnlyList<PreparedTable> prepared, IReadOnlyList<Lease> fences, PendingNote? pending)
    {
        try
        {
            if (await new RemoteCommit(door, prepared, () => RenewAsync(fences), () => ReachAsync(CommitPoint.Committed)).RunAsync())
                return true;
            await ForgetAsync(pending);
            return false;
        }
        catch (LakeException e) when (!e.OutcomeIsUnknown)
        {
            await ForgetAsync(pending);
            throw;
        }
    }

    Task ForgetAsync(PendingNote? pending) => pending is null
        ? Task.CompletedTask
        : Database.WriteAgainAsync(connection => pending.Drop(connection), CancellationToken.None);

    /// <summary>
    /// A lease lies in the ledger's database, and no catalog looks at it in its transaction: who was put to sleep between this and the
    /// request is refused only when its successor has committed to one of the tables.
    /// </summary>
    /// <exception cref="LakeException">Conflict: one is another's now.</exception>
    async Task RenewAsync(IReadOnlyList<Lease> fences)
    {
        var now = Time.GetUtcNow();
        foreach (var fence in fences)
            if (!await Database.WriteAgainAsync(connection => Ledger.Renew(connection, fence, now), CancellationToken.None))
                throw LakeException.Conflict($"another {fence.Name} has taken over from epoch {fence.Epoch}; nothing was committed");
    }

    /// <summary>The tables after a commit that is done, as far as they can be read.</summary>
    async Task<IReadOnlyDictionary<TableIdent, Table>> TryReadBackAsync(IReadOnlyList<PreparedTable> prepared)
    {
        try
        {
            return (await LoadAsync([.. prepared.Select(p => p.Next.Ident)], null, CancellationToken.None)).ToDictionary();
        }
        catch (LakeException)
        {
            return new Dictionary<TableIdent, Table>();
        }
    }

    /// <summary>Names that a commit which has happened makes needless; who finds them later takes them out.</summary>
    async Task TryForgetAsync(IReadOnlyCollection<TableIdent> idents)
    {
        try
        {
            await ForgetAsync(idents, CancellationToken.None);
        }
        catch (LakeException)
        {
            // the commit has happened all the same
        }
    }

    /// <summary>What a commit that has happened leaves in our own database.</summary>
    async Task BookAsync(IReadOnlyList<PreparedTable> prepared, IReadOnlyDictionary<TableIdent, Table> now, PendingNote? pending)
    {
        // a table that cannot be seen, or keeps its files by now, keeps them
        var obsolete = prepared.Where(p => now.GetValueOrDefault(p.Next.Ident)?.Metadata is { } table
            && TableUpkeep.Of(table).Collects
            && Expired(p).All(id => table.FindSnapshot(id) is null))
            .SelectMany(p => p.Obsolete).ToList();
        if (pending is null && obsolete.Count == 0)
            return;
        var at = Time.GetUtcNow();
        try
        {
            await Database.WriteAgainAsync(connection =>
            {
                FileDeletions.Queue(connection, obsolete, at);
                pending?.Settle(connection);
                return true;
            }, CancellationToken.None);
        }
        catch (LakeException e) when (pending is not null)
        {
            throw LakeException.Unknown($"the commit to {Names(prepared.Select(p => p.Next.Ident))} is done, and the ledger could not be written: {e.Message}; whatever opens the lake next completes it", e);
        }
        catch (LakeException)
        {
            // files that nobody needs stay
        }
    }

    static IEnumerable<long> Expired(PreparedTable table) =>
        table.Base.Metadata.Snapshots.Select(s => s.SnapshotId).Where(id => table.Next.Metadata.FindSnapshot(id) is null);

    async Task<ConcurrentDictionary<TableIdent, Table>> LoadAsync(
        IReadOnlyCollection<TableIdent> idents, ConcurrentDictionary<TableIdent, LakeException>? leftOut, CancellationToken cancel)
    {
        var tables = new ConcurrentDictionary<TableIdent, Table>();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(idents, limits, async (ident, stop) =>
        {
            try
            {
                if (await door.TryLoadAsync(ident, stop) is { } table)
                    tables[ident] = table;
            }
            catch (LakeException e) when (leftOut is not null)
            {
                leftOut[ident] = new LakeException(e.Kind, $"{ident} cannot be read: {e.Message}", e);
            }
        });
        return tables;
    }

    async Task<ConcurrentDictionary<TableIdent, Table>> SettledAsync(Func<Task<ConcurrentDictionary<TableIdent, Table>>> pass)
    {
        var before = await pass();
        for (var passes = 1; passes < MostPasses; passes++)
        {
            var after = await pass();
            if (after.Count == before.Count && after.All(
                table => before.TryGetValue(table.Key, out var was) && was.MetadataLocation == table.Value.MetadataLocation))
                return after;
            before = after;
        }
        throw LakeException.Unavailable($"{door.Shown} changes tables faster than they can be read together; try again");
    }

    /// <summary>What is asked after a commit: a failure does not say that nothing has happened.</summary>
    static async Task<T> LookAsync<T>(Func<Task<T>> look, string unknown)
    {
        try
        {
            return await look();
        }
        catch (LakeException e)
        {
            throw LakeException.Unknown($"{unknown}: {e.Message}", e);
        }
    }
}
