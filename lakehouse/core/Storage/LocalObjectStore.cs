namespace Dart.Lake.Lakehouse.Storage;

/// <summary>Files of this machine under <c>file:///</c> locations.</summary>
sealed class LocalObjectStore : IObjectStore
{
    public async Task WriteNewAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var path = FileLocation.ToPath(location);
        var created = false;
        try
        {
            DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            created = true;
            // not cancelled half-way: a torn file would stay
            await file.WriteAsync(content, CancellationToken.None);
            file.Flush(flushToDisk: true);
            DurableFile.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (IOException) when (!created && File.Exists(path))
        {
            throw LakeException.Conflict($"{path} exists already; a file is never written twice");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (created)
                File.Delete(path);
            throw LakeException.Unavailable($"{path} cannot be written: {e.Message}; check the disk's space and rights", e);
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

    public Task<bool> ExistsAsync(string location, CancellationToken cancel) => Task.FromResult(File.Exists(FileLocation.ToPath(location)));

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
