using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>
/// Commits of clients to one table that come while another is being written wait, and are then made in one metadata file: each is applied
/// to what the one before it has made of the table. One that cannot be applied there is refused alone.
/// </summary>
sealed class CommitQueue(SqlCatalog catalog)
{
    const int MostAtOnce = 100, MostWaiting = 1000;

    readonly Lock gate = new();
    readonly Dictionary<TableIdent, Queue<Waiting>> queues = [];

    sealed class Waiting(Func<TableMetadata, TableMetadata> edit, Func<TableMetadata> missing)
    {
        public Func<TableMetadata, TableMetadata> Edit => edit;
        public Func<TableMetadata> Missing => missing;
        public TaskCompletionSource<Table> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>It is being made: who has asked for it waits for the outcome, since its edit reads what the request brought.</summary>
        public bool IsTaken { get; set; }
    }

    /// <param name="ident">The table.</param>
    /// <param name="edit">What is changed; throws when it cannot be.</param>
    /// <param name="missing">Throws what is to be said when there is no such table.</param>
    /// <param name="cancel">Ends the waiting; a commit that is being made is made.</param>
    /// <returns>The table as it was committed, with what others have committed with it.</returns>
    /// <exception cref="LakeException">As of <see cref="ICatalog.CommitAsync"/>, and Retry: too many wait.</exception>
    public async Task<Table> CommitAsync(
        TableIdent ident, Func<TableMetadata, TableMetadata> edit, Func<TableMetadata> missing, CancellationToken cancel)
    {
        var mine = new Waiting(edit, missing);
        await using var giveUp = cancel.Register(() => GiveUp(mine, cancel));
        Enqueue(ident, mine);
        return await mine.Outcome.Task;
    }

    void GiveUp(Waiting waiting, CancellationToken cancel)
    {
        lock (gate)
            if (!waiting.IsTaken)
                waiting.Outcome.TrySetCanceled(cancel);
    }

    void Enqueue(TableIdent ident, Waiting mine)
    {
        lock (gate)
        {
            if (queues.TryGetValue(ident, out var queue))
            {
                if (queue.Count >= MostWaiting)
                    throw LakeException.Retry($"{MostWaiting} commits to {ident} wait already; try again later");
                queue.Enqueue(mine);
            }
            else
            {
                queues.Add(ident, queue = new([mine]));
                _ = Task.Run(() => DrainAsync(ident, queue), CancellationToken.None);
            }
        }
    }

    async Task DrainAsync(TableIdent ident, Queue<Waiting> queue)
    {
        while (Next(ident, queue) is { Count: > 0 } next)
            await MakeAsync(ident, next);
    }

    /// <summary>Those who are made next; none: the queue is at its end, and the next commit begins another.</summary>
    List<Waiting> Next(TableIdent ident, Queue<Waiting> queue)
    {
        var next = new List<Waiting>();
        lock (gate)
        {
            while (next.Count < MostAtOnce && queue.TryDequeue(out var waiting))
                if (!waiting.Outcome.Task.IsCompleted)
                {
                    waiting.IsTaken = true;
                    next.Add(waiting);
                }
            if (next.Count == 0)
                queues.Remove(ident);
        }
        return next;
    }

    async Task MakeAsync(TableIdent ident, List<Waiting> batch)
    {
        var refused = new Dictionary<Waiting, Exception>();
        try
        {
            var intent = new TableIntent { Edit = before => Apply(batch, refused, before) };
            var change = new TableChange(ident, _ => intent) { Create = batch[0].Missing };
            var committed = await catalog.CommitAsync([change], null, CancellationToken.None);
            foreach (var waiting in batch)
                if (refused.TryGetValue(waiting, out var why))
                    waiting.Outcome.TrySetException(why);
                else
                    waiting.Outcome.TrySetResult(committed[0]);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid && batch.Count > 1)
        {
            // what all of them make together cannot be, and one of them may be the reason
            foreach (var waiting in batch)
                await MakeAsync(ident, [waiting]);
        }
        catch (Exception e)
        {
            foreach (var waiting in batch)
                waiting.Outcome.TrySetException(e);
        }
    }

    static TableMetadata Apply(List<Waiting> batch, Dictionary<Waiting, Exception> refused, TableMetadata before)
    {
        // the catalog plans again when another process was first
        refused.Clear();
        foreach (var waiting in batch)
        {
            try
            {
                before = waiting.Edit(before);
            }
            catch (Exception e)
            {
                refused.Add(waiting, e);
            }
        }
        return before;
    }
}
