namespace Dart.Lake.Lakehouse.Storage;

/// <summary>Files that were written for a commit that has not happened.</summary>
static class UnreferencedFiles
{
    /// <summary>Deletes them, only ever after a definite failure. What cannot be deleted is left to the search for orphans.</summary>
    public static async Task DeleteAsync(IObjectStore store, IEnumerable<string> locations)
    {
        foreach (var location in locations)
        {
            try
            {
                await store.DeleteAsync(location, CancellationToken.None);
            }
            catch (LakeException)
            {
                // an unreferenced file does no harm, and the failure that led here is the one to report
            }
        }
    }
}
