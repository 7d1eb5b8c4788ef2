using System.Runtime.CompilerServices;

namespace Dart.Lake.Lakehouse.Storage;

/// <summary>
/// Files of this machine under <c>file:///</c> locations. It reads what it is asked for, and writes and
/// deletes below one folder, and others if it is told of them: metadata that names other places moves nothing there.
/// </summary>
/// <param name="folder">Absolute.</param>
/// <param name="others">Absolute.</param>
sealed class LocalObjectStore(string folder, params IReadOnlyList<string> others) : IObjectStore
{
    readonly string[] roots = [.. others.Prepend(folder).Select(root => root.TrimEnd('/') + "/")];

    // Files of tables are written in many small pieces; 64 KiB still lie outside of the heap of large objects.
    const int StreamBuffer = 64 << 10;

    /// <summary>Links are passed over: what they lead to is not of this store.</summary>
    static readonly EnumerationOptions within = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
    };

    static long drafts;

    /// <summary>Called before each change of a file, with its path; tests let the store fail there.</summary>
    internal Action<string>? OnChange { get; set; }

    public Task WriteNewAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        CreateAsync(location, draft => WriteAsync(draft, 0, file => file.WriteAsync(content, cancel).AsTask()), cancel);

    public Task WriteStreamAsync(string location, Func<Stream, Task> write, CancellationToken cancel) =>
        CreateAsync(location, draft => WriteAsync(draft, StreamBuffer, write), cancel);

    public Task WriteFileAsync(string location, Func<string, Task> write, CancellationToken cancel) =>
        CreateAsync(location, async draft =>
        {
            await write(draft);
            DurableFile.Sync(draft);
        }, cancel);

    static async Task WriteAsync(string path, int buffer, Func<Stream, Task> write)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, buffer);
        await write(file);
        file.Flush(flushToDisk: true);
    }

    /// <summary>An object gets its name when its bytes are on the disk: nobody sees half of one, whenever the machine stops.</summary>
    async Task CreateAsync(string location, Func<string, Task> create, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var path = Own(location, "written");
        if (File.Exists(path))
            throw Exists(path);
        var ours = $"{path}.draft-{Environment.ProcessId}-{Interlocked.Increment(ref drafts)}";
        try
        {
            DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
            await create(ours);
            DurableFile.Name(ours, path);
            ours = path;
            DurableFile.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception e)
        {
            Discard(ours);
            if (e is not (IOException or UnauthorizedAccessException))
                throw;
            throw ours != path && File.Exists(path)
                ? Exists(path)
                : LakeException.Unavailable($"{path} cannot be written: {e.Message}; check the disk's space and rights", e);
        }
    }

    /// <summary>The path of a location that may be changed.</summary>
    string Own(string location, string change)
    {
        var path = Path.GetFullPath(FileLocation.ToPath(location));
        OnChange?.Invoke(path);
        return roots.Any(root => path.StartsWith(root, StringComparison.Ordinal))
            ? path
            : throw LakeException.Invalid($"{path} lies outside of {folder}: nothing is {change} there, whatever the table's metadata says");
    }

    static LakeException Exists(string path) => LakeException.Conflict($"{path} exists already; a file is never written twice");

    /// <summary>What cannot be deleted stays, under a name that nothing refers to.</summary>
    static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // what made the write fail is what the caller hears
        }
    }

    public async Task<byte[]> ReadAsync(string location, long limit, CancellationToken cancel)
    {
        var path = FileLocation.ToPath(location);
        try
        {
            const FileShare share = FileShare.Read | FileShare.Delete;
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, share, FileOptions.Asynchronous);
            var length = RandomAccess.GetLength(file);
            if (length > limit)
                throw LakeException.Corrupt($"{path} has {length} bytes, more than the {limit} that such a file may have");
            var content = new byte[length];
            for (var done = 0; done < content.Length;)
            {
                var read = await RandomAccess.ReadAsync(file, content.AsMemory(done), done, cancel);
                done += read > 0 ? read : throw LakeException.Corrupt($"{path} became shorter while it was read");
            }
            return content;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw LakeException.Unavailable($"{path} is not there; restore it, or roll the table back to a state before it", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LakeException.Unavailable($"{path} cannot be read: {e.Message}", e);
        }
    }

    public Task<Stream?> TryOpenAsync(string location, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var path = FileLocation.ToPath(location);
        try
        {
            return Task.FromResult<Stream?>(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LakeException.Unavailable($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>No look at the file: who reads it says what is wrong with it.</summary>
    public Task<LocalFile> AsFileAsync(string location, long length, CancellationToken cancel) =>
        Task.FromResult(new LocalFile(FileLocation.ToPath(location), null));

    public async IAsyncEnumerable<StoredObject> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        var top = new DirectoryInfo(FileLocation.ToPath(folder));
        if (!top.Exists)
            yield break;
        foreach (var file in top.EnumerateFiles("*", within))
        {
            cancel.ThrowIfCancellationRequested();
            if (Look(file) is { } found)
                yield return found;
        }
    }

    /// <summary>Null: deleted since it was listed.</summary>
    static StoredObject? Look(FileInfo file)
    {
        try
        {
            return new(FileLocation.FromPath(file.FullName), file.Length, new DateTimeOffset(file.LastWriteTimeUtc));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public Task DeleteAsync(string location, CancellationToken cancel)
    {
        var path = Own(location, "deleted");
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // as good as deleted
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LakeException.Unavailable($"{path} cannot be deleted: {e.Message}", e);
        }
        return Task.CompletedTask;
    }

    public async Task DeleteBelowAsync(string folder, Func<string, bool> keep, CancellationToken cancel)
    {
        var needless = new List<string>();
        await foreach (var found in ListAsync(folder, cancel))
            if (!keep(found.Location))
                needless.Add(found.Location);
        foreach (var location in needless)
            await DeleteAsync(location, cancel);
        Prune(new DirectoryInfo(Own(folder, "deleted")));
    }

    /// <summary>Takes away folders that have nothing in them; those that somebody still fills stay.</summary>
    static void Prune(DirectoryInfo folder)
    {
        if (!folder.Exists)
            return;
        foreach (var inner in folder.EnumerateDirectories().Where(d => d.LinkTarget is null).ToList())
            Prune(inner);
        try
        {
            if (!folder.EnumerateFileSystemInfos().Any())
                folder.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // an empty folder is nobody's loss
        }
    }
}
