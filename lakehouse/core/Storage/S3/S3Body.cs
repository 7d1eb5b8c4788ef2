namespace Dart.Lake.Lakehouse.Storage.S3;

/// <summary>The SDK's limit of time ends with an answer's headers: what follows them has its own, between any two pieces.</summary>
static class S3Body
{
    /// <exception cref="TimeoutException">Nothing came for so long.</exception>
    public static async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, TimeSpan limit, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(limit);
        try
        {
            return await body.ReadAsync(buffer, patience.Token);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {limit.TotalSeconds:0.#} s in the middle of an object", e);
        }
    }

    /// <exception cref="TimeoutException">Nothing came for so long.</exception>
    /// <exception cref="HttpIOException">It ended too early.</exception>
    public static async Task FillAsync(Stream body, Memory<byte> buffer, TimeSpan limit, CancellationToken cancel)
    {
        while (buffer.Length > 0)
        {
            var read = await ReadAsync(body, buffer, limit, cancel);
            if (read == 0)
                throw new HttpIOException(HttpRequestError.ResponseEnded, "the answer ended before its length");
            buffer = buffer[read..];
        }
    }
}
