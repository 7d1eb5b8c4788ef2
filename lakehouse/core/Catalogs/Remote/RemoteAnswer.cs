using System.Net;
using System.Text;
using System.Text.Json;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>What a catalog has answered.</summary>
/// <param name="Status">200 and more.</param>
/// <param name="Body">Empty when it has none.</param>
/// <param name="Tag">Of the answer's state; null: it has none.</param>
sealed record RemoteAnswer(HttpStatusCode Status, ReadOnlyMemory<byte> Body, string? Tag)
{
    const int LongestText = 300, LongestSecret = 8192;

    /// <summary>What no message shows, should the server repeat what it was sent.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    public bool IsGood => (int)Status < 300;

    /// <summary>The catalog itself says that there is no such thing; a 404 of a proxy says nothing.</summary>
    public bool IsNotThere => Status == HttpStatusCode.NotFound && Error("type") is not null;

    /// <summary>The body as JSON.</summary>
    /// <exception cref="LakeException">Unavailable: it is none.</exception>
    public JsonElement Json(string of)
    {
        try
        {
            using var document = JsonDocument.Parse(Body, new JsonDocumentOptions { MaxDepth = 1000 });
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw LakeException.Unavailable($"{of} has answered with something that is no JSON; is it an Iceberg REST catalog?", e);
        }
    }

    /// <summary>The server's own words for a refusal, as far as a line has room.</summary>
    public string Says()
    {
        var begin = Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, LongestText + LongestSecret)]);
        var text = Error("message") ?? $"status {(int)Status}{(begin.Length == 0 ? "" : ": ")}{begin}";
        foreach (var secret in Secrets)
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        return ShownName.Of(text.Length > LongestText ? text[..LongestText] + "…" : text).TrimEnd('.');
    }

    /// <summary>A field of the protocol's error; null: the answer has none.</summary>
    string? Error(string field)
    {
        try
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.Object
                && error.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
