using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Dart.Lake.Lakehouse.Storage.S3;

/// <summary>
/// An object by ranges: each read that the window does not hold is a GET of the asked bytes and some after them, more each time that the
/// reader goes straight on. All ranges are of the object that was opened (its ETag); one that was replaced meanwhile is an IOException.
/// </summary>
/// <param name="client">Reads.</param>
/// <param name="location">Of the object.</param>
/// <param name="length">Its bytes.</param>
/// <param name="etag">Its version.</param>
/// <param name="limit">How long nothing may come.</param>
sealed class S3RangeStream(IAmazonS3 client, S3Location location, long length, string etag, TimeSpan limit) : Stream
{
    const int FirstWindow = 64 << 10, LargestWindow = 4 << 20;

    byte[] window = [];
    long windowAt;
    int windowBytes, ahead = FirstWindow;
    long position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position
    {
        get => position;
        set => position = value >= 0 ? value : throw new IOException("a position before the beginning");
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => position + offset,
        _ => length + offset,
    };

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || position >= length)
            return 0;
        if (position < windowAt || position >= windowAt + windowBytes)
            await FetchAsync(buffer.Length, cancellationToken);
        var from = (int)(position - windowAt);
        var count = Math.Min(buffer.Length, windowBytes - from);
        window.AsMemory(from, count).CopyTo(buffer);
        position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Parquet's readers know only this one; they run on threads of their own
#pragma warning disable VSTHRD002
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    async Task FetchAsync(int asked, CancellationToken cancel)
    {
        ahead = position == windowAt + windowBytes && windowBytes > 0 ? Math.Min(ahead * 2, LargestWindow) : FirstWindow;
        var count = (int)Math.Min(Math.Max(asked, ahead), length - position);
        if (window.Length < count)
            window = new byte[count];
        windowBytes = 0;
        try
        {
            using var response = await client.GetObjectAsync(new GetObjectRequest
            {
                BucketName = location.Bucket,
                Key = location.Key,
                ByteRange = new ByteRange(position, position + count - 1),
                EtagToMatch = etag,
            }, cancel);
            S3Range.Check(location, response.ContentRange, position, length);
            await S3Body.FillAsync(response.ResponseStream, window.AsMemory(0, count), limit, cancel);
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound)
        {
            throw new IOException($"{location} was replaced or deleted while it was read", e);
        }
        catch (Exception e) when (S3Failure.Is(e))
        {
            throw new IOException(S3Failure.Says(location, "read", e).Message, e);
        }
        (windowAt, windowBytes) = (position, count);
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
