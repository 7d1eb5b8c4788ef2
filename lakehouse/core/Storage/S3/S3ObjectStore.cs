using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace Dart.Lake.Lakehouse.Storage.S3;

/// <summary>
/// Objects of a service that speaks S3, under <c>s3://</c> locations. It reads what it is asked for, and writes and deletes below one
/// folder only. A name is taken with a conditional write (<c>If-None-Match: *</c>); each write leaves a mark of its own on its object, so
/// that one whose answer was lost is looked up before it is believed to have failed.
/// </summary>
/// <param name="client">Disposed with the store.</param>
/// <param name="root">The folder below which it writes.</param>
/// <param name="settings">Of the client.</param>
/// <param name="cacheFolder">Where copies for other programs lie.</param>
sealed class S3ObjectStore(IAmazonS3 client, S3Location root, S3Settings settings, string cacheFolder) : IObjectStore, IDisposable
{
    readonly S3Cache cache = new(client, cacheFolder, settings);

    public S3ObjectStore(string root, S3Settings settings, string cacheFolder)
        : this(S3Clients.Of(settings), S3Location.Parse(root), settings, cacheFolder)
    {
    }

    public Task WriteNewAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        WriteStreamAsync(location, stream => stream.WriteAsync(content, cancel).AsTask(), cancel);

    public async Task WriteStreamAsync(string location, Func<Stream, Task> write, CancellationToken cancel)
    {
        var own = Own(location, "written");
        cancel.ThrowIfCancellationRequested();
        var mark = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await using var upload = new S3Upload(client, own, settings, mark, cancel);
        try
        {
            await write(upload);
            await upload.FinishAsync();
        }
        catch (Exception e)
        {
            var isOurs = S3Failure.Is(e) ? await IsOursAsync(own, mark) : false;
            if (isOurs is true)
                return;
            await upload.AbandonAsync();
            if (S3Failure.IsTaken(e) && isOurs is false)
                throw LakeException.Conflict($"{own} exists already; an object is never written twice", e);
            if (S3Failure.Is(e))
                throw S3Failure.Says(own, "written", e);
            throw;
        }
    }

    public async Task WriteFileAsync(string location, Func<string, Task> write, CancellationToken cancel)
    {
        _ = Own(location, "written");
        cancel.ThrowIfCancellationRequested();
        // not among the copies: who makes room there would take it for one that nobody holds
        var folder = cacheFolder.TrimEnd('/') + "-drafts";
        var draft = Path.Combine(folder, RandomNumberGenerator.GetHexString(32, lowercase: true));
        try
        {
            Directory.CreateDirectory(folder);
            await write(draft);
            await WriteStreamAsync(location, async target =>
            {
                await using var file = new FileStream(draft, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, useAsync: true);
                await file.CopyToAsync(target, 1 << 20, cancel);
            }, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LakeException.Unavailable($"{location} cannot be written: {e.Message}; check the space and rights of {folder}", e);
        }
        finally
        {
            if (Directory.Exists(folder))
                File.Delete(draft);
        }
    }

    public async Task<byte[]> ReadAsync(string location, long limit, CancellationToken cancel)
    {
        var from = S3Location.Parse(location);
        try
        {
            using var response = await client.GetObjectAsync(from.Bucket, from.Key, cancel);
            if (response.ContentLength > limit)
                throw LakeException.Corrupt($"{from} has {response.ContentLength} bytes, more than the {limit} that such a file may have");
            var content = new byte[response.ContentLength];
            await S3Body.FillAsync(response.ResponseStream, content, settings.RequestTimeout, cancel);
            return content;
        }
        catch (Exception e) when (S3Failure.IsMissing(e))
        {
            throw LakeException.Unavailable($"{from} is not there; restore it, or roll the table back to a state before it", new FileNotFoundException(location, e));
        }
        catch (Exception e) when (S3Failure.Is(e))
        {
            throw S3Failure.Says(from, "read", e);
        }
    }

    public async Task<Stream?> TryOpenAsync(string location, CancellationToken cancel)
    {
        var from = S3Location.Parse(location);
        cancel.ThrowIfCancellationRequested();
        try
        {
            var head = await client.GetObjectMetadataAsync(from.Bucket, from.Key, cancel);
            return new S3RangeStream(client, from, head.ContentLength, head.ETag, settings.RequestTimeout);
        }
        catch (Exception e) when (S3Failure.IsMissing(e))
        {
            return null;
        }
        catch (Exception e) when (S3Failure.Is(e))
        {
            throw S3Failure.Says(from, "read", e);
        }
    }

    public Task<LocalFile> AsFileAsync(string location, long length, CancellationToken cancel) =>
        cache.GetAsync(S3Location.Parse(location), length, cancel);

    public async IAsyncEnumerable<StoredObject> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancel)
    {
        var below = S3Location.Parse(folder.TrimEnd('/') + "/");
        var request = new ListObjectsV2Request { BucketName = below.Bucket, Prefix = below.Key, MaxKeys = settings.ListedAtOnce };
        do
        {
            var page = await PageAsync(below, request, cancel);
            // the SDK gives no list for none; what has no time is of no known age
            foreach (var entry in page.S3Objects ?? [])
                if (entry.LastModified is { } changed && !entry.Key.EndsWith('/'))
                    yield return new($"{new S3Location(below.Bucket, entry.Key)}", entry.Size ?? 0, new(changed.ToUniversalTime()));
            request.ContinuationToken = page.IsTruncated is true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    async Task<ListObjectsV2Response> PageAsync(S3Location below, ListObjectsV2Request request, CancellationToken cancel)
    {
        try
        {
            return await client.ListObjectsV2Async(request, cancel);
        }
        catch (Exception e) when (S3Failure.Is(e))
        {
            throw S3Failure.Says(below, "listed", e);
        }
    }

    public async Task DeleteBelowAsync(string folder, Func<string, bool> keep, CancellationToken cancel)
    {
        var needless = new List<string>();
        await foreach (var found in ListAsync(folder, cancel))
            if (!keep(found.Location))
                needless.Add(found.Location);
        foreach (var location in needless)
            await DeleteAsync(location, cancel);
    }

    public async Task DeleteAsync(string location, CancellationToken cancel)
    {
        var own = Own(location, "deleted");
        try
        {
            await client.DeleteObjectAsync(own.Bucket, own.Key, cancel);
        }
        catch (Exception e) when (S3Failure.IsMissing(e))
        {
            // as good as deleted
        }
        catch (Exception e) when (S3Failure.Is(e))
        {
            throw S3Failure.Says(own, "deleted", e);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>
    /// Whether the write happened whose answer was an error: its object then has its mark. Null: the service does not say; nobody refers
    /// to the name, so what may lie there does no harm.
    /// </summary>
    async Task<bool?> IsOursAsync(S3Location location, string mark)
    {
        try
        {
            // not cancelled: what has ended the write must not end the question
            var head = await client.GetObjectMetadataAsync(location.Bucket, location.Key, CancellationToken.None);
            return string.Equals(head.Metadata[S3Upload.Mark], mark, StringComparison.Ordinal);
        }
        catch (Exception e) when (S3Failure.IsMissing(e))
        {
            return false;
        }
        catch (Exception e) when (S3Failure.Is(e))
        {
            return null;
        }
    }

    S3Location Own(string location, string change)
    {
        var own = S3Location.Parse(location);
        return own.IsBelow(root)
            ? own
            : throw LakeException.Invalid($"{own} lies outside of {root}: nothing is {change} there, whatever the table's metadata says");
    }
}
