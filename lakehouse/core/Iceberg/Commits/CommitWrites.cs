using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// The metadata files of a commit. Their names are known before their bytes are there; they are written when the commit has all of them, or
/// needs one of them itself.
/// </summary>
/// <param name="store">Takes them.</param>
/// <param name="written">Gets the name of each as soon as it is there: what was refused because of its name is somebody else's.</param>
sealed class CommitWrites(IObjectStore store, List<string> written)
{
    readonly Queue<(string Location, ReadOnlyMemory<byte> Content)> begun = new();

    public void Begin(string location, ReadOnlyMemory<byte> content) => begun.Enqueue((location, content));

    /// <summary>Ends when all are there.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        while (begun.TryDequeue(out var file))
        {
            await store.WriteNewAsync(file.Location, file.Content, cancel);
            written.Add(file.Location);
        }
    }

    /// <summary>Deletes a file that turned out not to be needed.</summary>
    public async Task DropAsync(string location, CancellationToken cancel)
    {
        await EndAsync(cancel);
        await store.DeleteAsync(location, cancel);
        written.Remove(location);
    }
}
