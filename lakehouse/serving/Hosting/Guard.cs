using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dart.Lake.Serving.Rest;
using Microsoft.AspNetCore.Http;

namespace Dart.Lake.Serving.Hosting;

/// <summary>
/// Who is let in: with a token whoever sends it; without one who asks for this machine by a name of its own, so that a page in a browser,
/// whose address leads here, is not. Who has the lake's own token is the lake: its jobs and runs.
/// </summary>
/// <param name="token">Of clients; null: none is wanted.</param>
/// <param name="lakeToken">Of the lake itself; null: nobody has it.</param>
sealed class Guard(string? token, string? lakeToken)
{
    const string Scheme = "Bearer ";

    readonly byte[]? expected = HashOf(token), own = HashOf(lakeToken);

    public Task LetInAsync(HttpContext context, RequestDelegate next)
    {
        if (HasToken(context.Request, own))
            RestRequest.Mark(context);
        else if (expected is not null && !HasToken(context.Request, expected))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return RestError.WriteAsync(context, new(
                StatusCodes.Status401Unauthorized, "NotAuthorizedException", "a bearer token is wanted, and this is not the one"));
        }
        if (expected is null && !RestRequest.IsMarked(context) && !IsLocal(context.Request.Host.Host))
            return RestError.WriteAsync(context, new(
                StatusCodes.Status403Forbidden,
                "ForbiddenException",
                $"'{context.Request.Host.Host}' is no name of this machine's own; ask for 127.0.0.1, or serve with a token"));
        if (HttpMethods.IsPost(context.Request.Method)
            && context.Request.ContentLength is not (null or 0)
            && !context.Request.HasJsonContentType())
            return RestError.WriteAsync(context, new(
                StatusCodes.Status415UnsupportedMediaType,
                "BadRequestException",
                "a body is JSON: send it with Content-Type: application/json"));
        return next(context);
    }

    static bool HasToken(HttpRequest request, byte[]? wanted)
    {
        var sent = request.Headers.Authorization.ToString();
        return sent.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Hash(sent[Scheme.Length..].Trim()), wanted);
    }

    static bool IsLocal(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);

    static byte[]? HashOf(string? text) => text is null ? null : Hash(text);

    static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
