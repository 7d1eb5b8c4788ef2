using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// The metadata files of a commit. Their names are known before their bytes are there, so they are written at once: on a store that takes a
/// tenth of a second for each, a commit takes one such tenth and not three.
/// </summary>
/// <param name="store">Takes them.</param>
/// <param name="written">Gets the name of each as soon as it is there: what was refused because of its name is somebody else's.</param>
sealed class CommitWrites(IObjectStore store, List<string> written)
{
    readonly List<Task> begun = [];

    public void Begin(string location, ReadOnlyMemory<byte> content, CancellationToken cancel) => begun.Add(WriteAsync(location, content, cancel));

    async Task WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        await store.WriteNewAsync(location, content, cancel);
        lock (written)
            written.Add(location);
    }

    /// <summary>Ends when all are there; throws what the first that failed did, when none is being written any more.</summary>
    public async Task EndAsync()
    {
        await Task.WhenAll(begun);
        begun.Clear();
    }

    /// <summary>Ends when none is being written any more.</summary>
    public Task SettleAsync() => Task.WhenAll(begun).ContinueWith(_ => { }, TaskScheduler.Default);

    /// <summary>Deletes a file that turned out not to be needed.</summary>
    public async Task DropAsync(string location, CancellationToken cancel)
    {
        await EndAsync();
        await store.DeleteAsync(location, cancel);
        written.Remove(location);
    }
}
