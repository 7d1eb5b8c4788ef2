using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// The metadata files of a commit. Their names are known before their bytes are there; they are written together, when the commit has all
/// of them: on S3 each takes as long as all of them, while others wait for their turn.
/// </summary>
/// <param name="store">Takes them.</param>
/// <param name="written">Gets the name of each as soon as it is there: what was refused because of its name is somebody else's.</param>
sealed class CommitWrites(IObjectStore store, List<string> written)
{
    const int AtOnce = 8;

    readonly List<(string Location, ReadOnlyMemory<byte> Content)> begun = [];

    public void Begin(string location, ReadOnlyMemory<byte> content) => begun.Add((location, content));

    /// <summary>Ends when all are there, or none is being written any more.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        var files = begun.ToArray();
        begun.Clear();
        // one that fails does not cut the others off: what is half written would be nobody's
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (file, _) =>
        {
            await store.WriteNewAsync(file.Location, file.Content, cancel);
            lock (written)
                written.Add(file.Location);
        });
    }

    /// <summary>Takes a file back that has turned out not to be needed, before it was written.</summary>
    public ReadOnlyMemory<byte> Take(string location)
    {
        var i = begun.FindIndex(file => string.Equals(file.Location, location, StringComparison.Ordinal));
        if (i < 0)
            throw LakeException.Bug($"{location} is not among the files that this commit is about to write");
        var content = begun[i].Content;
        begun.RemoveAt(i);
        return content;
    }
}
