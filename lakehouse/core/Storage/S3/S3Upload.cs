using System.Buffers;
using System.Runtime.ExceptionServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace Dart.Lake.Lakehouse.Storage.S3;

/// <summary>
/// A new object in order, of a length that shows at its end. What is smaller than a part goes up as one request; more as parts, a few of
/// them at once, so that memory is bounded by their number. The object is there once <see cref="FinishAsync"/> has ended; until then nobody
/// sees any of it. Of two that write a name the first to finish wins.
/// </summary>
sealed class S3Upload(IAmazonS3 client, S3Location location, S3Settings settings, string mark, CancellationToken cancel) : Stream
{
    /// <summary>Metadata of an object: by whose call it was written.</summary>
    public const string Mark = "dartlake-write";

    /// <summary>As the specification has it.</summary>
    const int MaxParts = 10_000;
    const int FirstBuffer = 64 << 10;

    readonly SemaphoreSlim slots = new(settings.PartsAtOnce);
    readonly List<Task<PartETag>> parts = [];
    byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    int filled;
    Task<string>? upload;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => (long)parts.Count * settings.PartBytes + filled;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            if (filled == settings.PartBytes)
            {
                slots.Wait(cancel);
                BeginPart();
            }
            content = content[Take(content)..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (!content.IsEmpty)
        {
            if (filled == settings.PartBytes)
            {
                await slots.WaitAsync(cancellationToken);
                BeginPart();
            }
            content = content[Take(content.Span)..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    int Take(ReadOnlySpan<byte> content)
    {
        var count = Math.Min(content.Length, settings.PartBytes - filled);
        if (buffer.Length < filled + count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(settings.PartBytes, Math.Max(filled + count, buffer.Length * 2)));
            buffer.AsSpan(0, filled).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
        content[..count].CopyTo(buffer.AsSpan(filled));
        filled += count;
        return count;
    }

    /// <summary>Sends what is filled; a slot has been taken for it. A part that failed before ends the upload.</summary>
    void BeginPart()
    {
        if (parts.Find(part => part.IsFaulted || part.IsCanceled) is { } failed)
        {
            slots.Release();
            // as it was: which part has failed by now depends on the moment, and what it says must not
            if (failed.Exception?.InnerException is { } why)
                ExceptionDispatchInfo.Throw(why);
            throw new OperationCanceledException("the upload was stopped", cancel);
        }
        if (parts.Count == MaxParts)
            throw LakeException.Invalid($"{location} is larger than {MaxParts} parts of {settings.PartBytes} bytes");
        upload ??= BeginAsync();
        parts.Add(SendAsync(buffer, filled, parts.Count + 1));
        (buffer, filled) = (ArrayPool<byte>.Shared.Rent(FirstBuffer), 0);
    }

    async Task<string> BeginAsync()
    {
        var request = new InitiateMultipartUploadRequest { BucketName = location.Bucket, Key = location.Key };
        request.Metadata[Mark] = mark;
        return (await client.InitiateMultipartUploadAsync(request, cancel)).UploadId;
    }

    async Task<PartETag> SendAsync(byte[] content, int count, int number)
    {
        try
        {
            using var body = new MemoryStream(content, 0, count, writable: false);
            var sent = await client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = location.Bucket,
                Key = location.Key,
                UploadId = await upload!,
                PartNumber = number,
                PartSize = count,
                InputStream = body,
            }, cancel);
            return new PartETag(number, sent.ETag);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
            slots.Release();
        }
    }

    /// <summary>Sends the rest and gives the object its name.</summary>
    public async Task FinishAsync()
    {
        cancel.ThrowIfCancellationRequested();
        if (upload is null)
        {
            using var body = new MemoryStream(buffer, 0, filled, writable: false);
            var request = new PutObjectRequest
            {
                BucketName = location.Bucket,
                Key = location.Key,
                InputStream = body,
                IfNoneMatch = "*",
                AutoCloseStream = false,
            };
            request.Metadata[Mark] = mark;
            await client.PutObjectAsync(request, cancel);
            return;
        }
        if (filled > 0)
        {
            await slots.WaitAsync(cancel);
            BeginPart();
        }
        var tags = await Task.WhenAll(parts);
        // not cancelled: the answer would be lost
        await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = location.Bucket,
            Key = location.Key,
            UploadId = await upload,
            PartETags = [.. tags],
            IfNoneMatch = "*",
        }, CancellationToken.None);
    }

    /// <summary>Gives the parts up. What cannot be given up stays until the bucket's rules end unfinished uploads.</summary>
    public async Task AbandonAsync()
    {
        try
        {
            await Task.WhenAll(parts).ContinueWith(_ => { }, TaskScheduler.Default);
            if (upload is not null)
                await client.AbortMultipartUploadAsync(location.Bucket, location.Key, await upload, CancellationToken.None);
        }
        catch (Exception e) when (S3Failure.Is(e) || e is OperationCanceledException)
        {
            // what made the write fail is what the caller hears
        }
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
            slots.Dispose();
        }
        base.Dispose(disposing);
    }
}
