using System.Net;
using System.Net.Http.Headers;

namespace Dart.Lake.Lakehouse.Engines.Trino;

/// <summary>What Trino, or the store of its segments, has answered.</summary>
/// <param name="Status">200 and more.</param>
/// <param name="Headers">Changes of the session are among them.</param>
/// <param name="Body">All of it.</param>
/// <param name="Moved">Where it is instead; null: it is here.</param>
sealed record TrinoResponse(HttpStatusCode Status, HttpResponseHeaders Headers, ReadOnlyMemory<byte> Body, Uri? Moved)
{
    /// <exception cref="LakeException">Unavailable: more than is taken.</exception>
    public static async Task<TrinoResponse> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentLength > most)
            throw TooMuch();
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream((int)Math.Min(response.Content.Headers.ContentLength ?? 0, most));
        var buffer = new byte[64 << 10];
        for (var read = await stream.ReadAsync(buffer, cancel); read > 0; read = await stream.ReadAsync(buffer, cancel))
        {
            await body.WriteAsync(buffer.AsMemory(0, read), cancel);
            if (body.Length > most)
                throw TooMuch();
        }
        var isMoved = (int)response.StatusCode is >= 300 and < 400;
        var moved = isMoved && response.Headers.Location is { IsAbsoluteUri: true, Scheme: "http" or "https" } to ? to : null;
        return new(response.StatusCode, response.Headers, body.GetBuffer().AsMemory(0, (int)body.Length), moved);

        LakeException TooMuch() => LakeException.Unavailable(
            $"{response.RequestMessage?.RequestUri?.Host} answers with more than {most >> 20} MiB at once; check Trino:Url");
    }
}
