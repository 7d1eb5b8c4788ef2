using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// Writes files and commits them. What ends it is looked up in the tables before it is believed, since the answer to a commit that
/// happened may have been lost. Files of a commit that certainly did not happen are deleted; where that is not known they stay.
/// </summary>
public sealed class FileCommit(ICatalog catalog, IObjectStore store)
{
    /// <param name="write">Writes, and adds each file to the list as soon as it is there; null: there is nothing to commit.</param>
    /// <param name="cancel">Ends it, until the catalog's one transaction has begun.</param>
    /// <returns>Null: it is done. Else the Conflict or Retry for which nothing of it is there: look again, decide anew.</returns>
    /// <exception cref="LakeException">Any other failure; files that are left then are those of which it is not known.</exception>
    public async Task<LakeException?> RunAsync(Func<List<DataFile>, Task<PlannedCommit?>> write, CancellationToken cancel)
    {
        var written = new List<DataFile>();
        Attempt? attempt = null;
        try
        {
            if (await write(written) is not { } planned)
                return null;
            attempt = new(planned);
            await catalog.CommitAsync(attempt.Changes, null, cancel);
            return null;
        }
        catch (Exception e)
        {
            var happened = attempt is null ? false : await attempt.HasHappenedAsync(catalog);
            if (happened is true)
                return null;
            // what is not there yet may come: a server can be about to take a commit whose answer nobody waits for any more
            if (happened is false && e is not LakeException { OutcomeIsUnknown: true })
                await UnreferencedFiles.DeleteAsync(store, written.Select(f => f.Path));
            if (e is LakeException { Kind: LakeErrorKind.Conflict or LakeErrorKind.Retry } refused)
                return refused;
            throw;
        }
    }

    /// <summary>A commit that remembers the state on which it was planned first.</summary>
    sealed class Attempt
    {
        readonly PlannedCommit planned;
        Table? began;

        public Attempt(PlannedCommit planned)
        {
            this.planned = planned;
            var first = planned.Changes[0];
            Changes = [first with { Plan = PlanFirst }, .. planned.Changes.Skip(1)];

            // each attempt plans on the table as it is then; only what was there at the first one is kept
            TableIntent PlanFirst(Table table)
            {
                began ??= table;
                return first.Plan(table);
            }
        }

        public IReadOnlyList<TableChange> Changes { get; }

        /// <summary>Null: that cannot be known.</summary>
        public async Task<bool?> HasHappenedAsync(ICatalog catalog)
        {
            if (began is null)
                return false;
            Table? now;
            try
            {
                // not cancelled: what has ended the commit must not end the question
                now = await catalog.TryLoadAsync(began.Ident, CancellationToken.None);
            }
            catch (LakeException)
            {
                return null;
            }
            if (now?.Metadata.TableUuid != began.Metadata.TableUuid)
                return null;
            return now.Metadata.FindSnapshot(planned.Snapshot) is not null ? true : HasWholeHistory(now.Metadata) ? false : null;
        }

        /// <summary>Whether no snapshot has expired since: one of ours could have.</summary>
        bool HasWholeHistory(TableMetadata now) => (now.CurrentSnapshot, began!.Metadata.CurrentSnapshotId) switch
        {
            (null, var then) => then is null,
            ({ } newest, null) => now.AncestryOf(newest).Any(s => s.ParentSnapshotId is null),
            ({ } newest, { } then) => now.AncestryOf(newest).Any(s => s.SnapshotId == then),
        };
    }
}
