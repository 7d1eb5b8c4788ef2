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
    const int LongestText = 300;

    public bool IsGood => (int)Status < 300;

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
        string? text = null;
        try
        {
            using var document = JsonDocument.Parse(Body);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error", out var error))
                text = error.ValueKind == JsonValueKind.String ? error.GetString()
                    : error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message) ? message.ToString()
                    : null;
        }
        catch (JsonException)
        {
            // what is no JSON says nothing of the protocol's
        }
        text ??= $"status {(int)Status}{(Body.Length == 0 ? "" : ": " + Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, LongestText)]))}";
        return ShownName.Of(text.Length > LongestText ? text[..LongestText] + "…" : text).TrimEnd('.');
    }
}
