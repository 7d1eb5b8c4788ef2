using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// What all catalogs do alike: a commit is planned on the newest tables, its files are written, its tables are moved, and if another was
/// first, all of it begins again. How tables are found and moved is the catalog's own.
/// </summary>
abstract class CommittingCatalog(
    CatalogDatabase database, IObjectStore store, CommitPreparation preparation, TimeProvider time, IdSource ids) : ICatalog
{
    /// <summary>How often a commit is planned again after another process was first.</summary>
    const int MaxAttempts = 20;
    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(10), LongestWait = TimeSpan.FromSeconds(2);

    readonly FileDeletions deletions = new(database, store, time);
    readonly TableLocks locks = new();

    /// <summary>Of the ledger, whatever catalog it is.</summary>
    protected CatalogDatabase Database => database;

    protected IObjectStore Store => store;

    protected CommitPreparation Preparation => preparation;

    protected TimeProvider Time => time;

    protected IdSource Ids => ids;

    /// <summary>Called at each <see cref="CommitPoint"/>; tests let commits fail there.</summary>
    internal Func<CommitPoint, Task>? OnCommitPoint { get; set; }

    /// <summary>Ends when deletions that a commit has begun are done.</summary>
    internal Task EndDeletionsAsync() => deletions.EndAsync();

    public abstract Task<IReadOnlyList<TableIdent>> ListAsync(CancellationToken cancel);

    public abstract Task<Table?> TryLoadAsync(TableIdent ident, CancellationToken cancel);

    public abstract Task<IReadOnlyDictionary<TableIdent, Table>> LoadAllAsync(
        IReadOnlyCollection<TableIdent> idents, CancellationToken cancel);

    public abstract Task<CatalogSurvey> SurveyAsync(CancellationToken cancel);

    public abstract Task<Table> CreateAsync(TableIdent ident, TableDefinition definition, CancellationToken cancel);

    public abstract Task<int> ForgetAsync(IReadOnlyCollection<TableIdent> idents, CancellationToken cancel);

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

    /// <summary>The newest tables, which a commit is planned on: that they are of one moment is seen when they are moved.</summary>
    protected virtual Task<IReadOnlyDictionary<TableIdent, Table>> LoadBasesAsync(
        IReadOnlyCollection<TableIdent> idents, CancellationToken cancel) => LoadAllAsync(idents, cancel);

    /// <summary>
    /// Moves all tables to their next state, or none. It is not cancelled: the answer would be lost. An outcome that is not known is looked
    /// up.
    /// </summary>
    /// <returns>The tables as they are then, in the order of the changes; null: one is not where it was planned from.</returns>
    /// <exception cref="LakeException">Conflict: a fence does not hold; Unavailable: nothing has moved, or, as
    /// <see cref="LakeException.OutcomeIsUnknown"/> tells, perhaps.</exception>
    protected abstract Task<IReadOnlyList<Table>?> MoveAsync(
        IReadOnlyList<PreparedTable> prepared, IReadOnlyList<Lease> fences, CommitNote? note);

    /// <summary>What the first snapshot of a commit says of it, where the catalog itself has no place for a note.</summary>
    protected virtual TableIntent Noted(TableIntent intent, CommitNote note) => intent;

    protected Task ReachAsync(CommitPoint point) => OnCommitPoint?.Invoke(point) ?? Task.CompletedTask;

    protected static string Names(IEnumerable<TableIdent> tables) => string.Join(", ", tables);

    /// <summary>Tables that should be forgotten are gone.</summary>
    protected static LakeException TakenForDead(CommitNote note) => LakeException.Conflict(
        $"staging tables of the run {note.RunId} are gone: another run took it for dead, and their files with them; nothing was published, so run it again");

    /// <summary>Where a new table's files go.</summary>
    protected static string PlaceOf(string warehouse, TableIdent ident, TableDefinition definition) =>
        definition.Location ?? $"{warehouse}/{ident.Namespace}/{ident.Name}";

    /// <summary>Names become folders and SQL identifiers.</summary>
    protected static void CheckName(TableIdent ident)
    {
        foreach (var name in new[] { ident.Namespace, ident.Name })
            if (name.Length is 0 or > 128
                || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-')
                || name[0] == '-')
                throw LakeException.Invalid($"'{name}' cannot be a name in the lake; use up to 128 lower-case letters, digits, _ and -");
    }

    async Task<IReadOnlyList<Table>> CommitWithRetriesAsync(IReadOnlyList<TableChange> changes, CommitNote? note, CancellationToken cancel)
    {
        var wait = FirstWait;
        var uuids = changes.Where(c => c.Uuid is not null).ToDictionary(c => c.Ident, c => c.Uuid!);
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var written = new List<string>();
            var isSent = false;
            try
            {
                var prepared = await PrepareAsync(changes, note, uuids, attempt, written, cancel);
                await ReachAsync(CommitPoint.FilesWritten);
                isSent = true;
                if (await MoveAsync(prepared, [.. changes.Select(c => c.Fence).OfType<Lease>().Distinct()], note) is { } moved)
                    return moved;
            }
            catch (Exception e) when (!isSent || e is LakeException { OutcomeIsUnknown: false })
            {
                await UnreferencedFiles.DeleteAsync(store, written);
                throw;
            }
            await UnreferencedFiles.DeleteAsync(store, written);
            await Task.Delay(wait * (1 + ids.NewLong() % 1000 / 1000.0), time, cancel);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
        throw LakeException.Conflict($"the commit to {Names(changes.Select(c => c.Ident))} lost {MaxAttempts} races against other writers; try again when they are done");
    }

    /// <param name="changes">To the tables.</param>
    /// <param name="note">Of the commit.</param>
    /// <param name="uuids">By table: which one the commit means, as its caller or its first try saw it.</param>
    /// <param name="attempt">The how manyth.</param>
    /// <param name="written">Gets each file.</param>
    /// <param name="cancel">Ends it.</param>
    async Task<IReadOnlyList<PreparedTable>> PrepareAsync(
        IReadOnlyList<TableChange> changes,
        CommitNote? note,
        Dictionary<TableIdent, string> uuids,
        int attempt,
        List<string> written,
        CancellationToken cancel)
    {
        var bases = await LoadBasesAsync([.. changes.Select(c => c.Ident)], cancel);
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
            if (note is not null && intent.MakesSnapshot)
            {
                intent = Noted(intent, note);
                note = null;
            }
            planned.Add(() => preparation.PrepareAsync(table, intent, attempt, written, cancel));
        }
        var prepared = new List<PreparedTable>();
        foreach (var write in planned)
            prepared.Add(await write());
        return prepared;
    }
}
