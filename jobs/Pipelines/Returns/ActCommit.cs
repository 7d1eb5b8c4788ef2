using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Jobs.Pipelines.Returns;

/// <summary>Commits an act with all its tables at once. An outcome that is not known is looked up before anything is repeated.</summary>
sealed class ActCommit(ICatalog catalog, IObjectStore store)
{
    /// <summary>False: somebody else was first; nothing of this act is in the tables, and its files are gone.</summary>
    /// <param name="act">Its number fences the commit.</param>
    /// <param name="others">The parts of other tables.</param>
    /// <param name="written">Files that the parts add.</param>
    /// <param name="cancel">Ends it before the commit.</param>
    public async Task<bool> RunAsync(
        ActTable.Prepared act, IEnumerable<TableChange> others, IEnumerable<DataFile> written, CancellationToken cancel)
    {
        try
        {
            await catalog.CommitAsync([act.Change, .. others], null, cancel).ConfigureAwait(false);
            return true;
        }
        catch (LakeException e) when (e.Kind is LakeErrorKind.Conflict or LakeErrorKind.Retry)
        {
            // The answer to a commit that succeeded may have been lost: the act's own snapshot tells.
            var acts = await catalog.TryLoadAsync(ActTable.Ident, CancellationToken.None).ConfigureAwait(false);
            if (acts?.Metadata.FindSnapshot(act.Snapshot) is not null)
                return true;
            foreach (var file in act.Files.Concat(written))
                await store.DeleteAsync(file.Path, CancellationToken.None).ConfigureAwait(false);
            return false;
        }
    }
}
