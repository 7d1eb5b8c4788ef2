using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Win32.SafeHandles;

namespace Dart.Lake.Lakehouse.Storage.S3;

/// <summary>
/// Copies of immutable objects in a folder of this machine, of a bounded size, shared by processes. A copy gets its name when it is whole:
/// its length is the manifest's, and all its ranges are of one object (its ETag). Who uses a copy holds its file open; who makes room takes
/// the least recently used that nobody holds. Two that fill it with one object at once both succeed.
/// </summary>
/// <param name="client">Reads objects.</param>
/// <param name="folder">Absolute; made when it is needed.</param>
/// <param name="settings">Bytes of all copies (what is in use at once may be more), and how long nothing may come.</param>
sealed class S3Cache(IAmazonS3 client, string folder, S3Settings settings)
{
    const int RangeBytes = 16 << 20, RangesAtOnce = 4, FilesAtOnce = 8;

    /// <summary>Drafts that are older were left by processes that died.</summary>
    static readonly TimeSpan DraftAge = TimeSpan.FromHours(1);

    readonly Dictionary<string, Task> filling = new(StringComparer.Ordinal);
    readonly SemaphoreSlim files = new(FilesAtOnce);
    readonly Lock sweeping = new();
    readonly long limit = settings.CacheBytes;
    long added = long.MaxValue;

    public async Task<LocalFile> GetAsync(S3Location location, long length, CancellationToken cancel)
    {
        var path = PathOf(location, length);
        for (var attempt = 0; attempt < 8; attempt++)
        {
            if (TryHold(path) is { } held)
                return new(path, held);
            await FillOnceAsync(location, length, path).WaitAsync(cancel);
        }
        throw LakeException.Unavailable($"the copy of {location} below {folder} is taken away as soon as it is there; make the cache larger");
    }

    string PathOf(S3Location location, long length)
    {
        var named = string.Create(CultureInfo.InvariantCulture, $"{location}\n{length}");
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(named)));
        return Path.Combine(folder, name[..2], name + Path.GetExtension(location.Key));
    }

    /// <summary>Opens the copy; null when it is not there, or is being taken away.</summary>
    static FileStream? TryHold(string path)
    {
        FileStream held;
        try
        {
            // a shared lock (flock), which who makes room respects
            held = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return null;
        }
        // it may have been taken away between the opening and the lock
        if (FileId.TryOf(path) is { } now && FileId.TryOf($"/proc/self/fd/{held.SafeFileHandle.DangerousGetHandle()}") == now)
        {
            Touch(path);
            return held;
        }
        held.Dispose();
        return null;
    }

    static void Touch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // it is only taken for older than it is
        }
    }

    /// <summary>One filling of an object at a time in this process; who waits for it can be cancelled, it goes on.</summary>
    Task FillOnceAsync(S3Location location, long length, string path)
    {
        lock (filling)
            return filling.TryGetValue(path, out var begun) ? begun : filling[path] = FillInTurnAsync();

        async Task FillInTurnAsync()
        {
            await files.WaitAsync();
            try
            {
                await Task.Yield();
                await FillAsync(location, length, path);
            }
            finally
            {
                files.Release();
                lock (filling)
                    filling.Remove(path);
            }
        }
    }

    async Task FillAsync(S3Location location, long length, string path)
    {
        var draft = $"{path}.draft-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            MakeRoom(length);
            await FetchAsync(location, length, draft);
            // a length that is right tells nothing after a power loss, unless the bytes came first
            DurableFile.Sync(draft);
            Name(draft, path);
        }
        catch (Exception e) when (S3Failure.IsMissing(e))
        {
            throw LakeException.Unavailable($"{location} is not there; restore it, or roll the table back to a state before it", e);
        }
        catch (AmazonS3Exception e) when (S3Failure.IsTaken(e))
        {
            throw LakeException.Corrupt($"{location} was replaced while it was read; data files are never written twice, so see who writes there", e);
        }
        catch (Exception e) when (e is AmazonS3Exception or HttpRequestException or HttpIOException or TimeoutException
            or IOException { InnerException: System.Net.Sockets.SocketException })
        {
            throw S3Failure.Says(location, "read", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LakeException.Unavailable($"the copy of {location} cannot be written: {e.Message}; check the space and rights of {folder}", e);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Another process's copy stays: somebody may hold it, and who makes room would not see that any more.</summary>
    static void Name(string draft, string path)
    {
        try
        {
            DurableFile.Name(draft, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            // it is the same
        }
    }

    async Task FetchAsync(S3Location location, long length, string draft)
    {
        using var file = File.OpenHandle(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        var etag = await FetchRangeAsync(location, length, file, 0, null, CancellationToken.None);
        var ranges = Enumerable.Range(1, (int)Math.Max(0, (length - 1) / RangeBytes)).Select(i => (long)i * RangeBytes);
        await Parallel.ForEachAsync(ranges, new ParallelOptions { MaxDegreeOfParallelism = RangesAtOnce }, async (from, cancel) =>
            await FetchRangeAsync(location, length, file, from, etag, cancel));
    }

    /// <param name="etag">Of the object that it must be; null: of the first range, which tells.</param>
    async Task<string> FetchRangeAsync(
        S3Location location, long length, SafeFileHandle file, long from, string? etag, CancellationToken cancel)
    {
        var to = Math.Min(from + RangeBytes, length);
        var request = new GetObjectRequest { BucketName = location.Bucket, Key = location.Key, EtagToMatch = etag };
        if (length > 0)
            request.ByteRange = new ByteRange(from, to - 1);
        using var response = await client.GetObjectAsync(request, cancel);
        if (length > 0)
            S3Range.Check(location, response.ContentRange, from, length);
        else if (response.ContentLength > 0)
            throw LakeException.Corrupt($"{location} has {response.ContentLength} bytes, its manifest says 0: it is not the file that was committed; restore it from a backup");
        var buffer = new byte[1 << 20];
        for (var at = from; at < to;)
        {
            var room = buffer.AsMemory(0, (int)Math.Min(buffer.Length, to - at));
            var read = await S3Body.ReadAsync(response.ResponseStream, room, settings.RequestTimeout, cancel);
            if (read == 0)
                throw new HttpIOException(HttpRequestError.ResponseEnded, "the answer ended before its length");
            await RandomAccess.WriteAsync(file, buffer.AsMemory(0, read), at, cancel);
            at += read;
        }
        return response.ETag;
    }

    /// <summary>
    /// Takes copies away until so many bytes have room. The folder is looked at again when a sixteenth of the limit has been added, since
    /// other processes fill it, too.
    /// </summary>
    void MakeRoom(long bytes)
    {
        lock (sweeping)
        {
            added = added > limit / 16 ? long.MaxValue : added + bytes;
            if (added <= limit / 16)
                return;
            added = bytes;
            var copies = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
                .Select(Seen).OfType<(FileInfo File, long Length, DateTime Used)>().ToList();
            var held = copies.Sum(copy => copy.Length) + bytes;
            foreach (var copy in copies.OrderBy(copy => copy.Used).TakeWhile(_ => held > limit - limit / 16))
                if (TryTake(copy.File.FullName))
                    held -= copy.Length;
            var old = TimeProvider.System.GetUtcNow().UtcDateTime - DraftAge;
            foreach (var draft in copies.Where(c => c.File.Name.Contains(".draft-", StringComparison.Ordinal) && c.Used < old))
                _ = TryTake(draft.File.FullName);
        }
    }

    /// <summary>Null: it has got another name, or has gone, since it was listed.</summary>
    static (FileInfo File, long Length, DateTime Used)? Seen(FileInfo file)
    {
        try
        {
            return (file, file.Length, file.LastWriteTimeUtc);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    static bool TryTake(string path)
    {
        try
        {
            // alone with it, or not at all
            using var alone = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 0);
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
