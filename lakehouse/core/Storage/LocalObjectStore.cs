namespace Dart.Lake.Lakehouse.Storage;

/// <summary>Files of this machine under <c>file:///</c> locations.</summary>
sealed class LocalObjectStore : IObjectStore
{
    const int WriteBuffer = 128 << 10;

    // not cancelled half-way: what began to be written is written
    public Task WriteNewAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        WriteStreamAsync(location, file => file.WriteAsync(content, CancellationToken.None).AsTask(), cancel);

    public Task WriteStreamAsync(string location, Func<Stream, Task> write, CancellationToken cancel) => CreateAsync(location, async path =>
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, WriteBuffer);
        await write(file);
        file.Flush(flushToDisk: true);
        DurableFile.SyncFolder(Path.GetDirectoryName(path)!);
    }, cancel);

    public Task WriteFileAsync(string location, Func<string, Task> write, CancellationToken cancel) => CreateAsync(location, async path =>
    {
        await write(path);
        DurableFile.Sync(path);
    }, cancel);

    static async Task CreateAsync(string location, Func<string, Task> create, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var path = FileLocation.ToPath(location);
        if (File.Exists(path))
            throw LakeException.Conflict($"{path} exists already; a file is never written twice");
        try
        {
            DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
            await create(path);
        }
        catch (Exception e)
        {
            File.Delete(path);
            if (e is IOException or UnauthorizedAccessException)
                throw LakeException.Unavailable($"{path} cannot be written: {e.Message}; check the disk's space and rights", e);
            throw;
        }
    }

    public async Task<byte[]> ReadAsync(string location, long limit, CancellationToken cancel)
    {
        var path = FileLocation.ToPath(location);
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);
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

    public Task DeleteAsync(string location, CancellationToken cancel)
    {
        var path = FileLocation.ToPath(location);
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
}
