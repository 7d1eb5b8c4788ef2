using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dart.Lake.Serving.Rest;
using Microsoft.AspNetCore.Http;

namespace Dart.Lake.Serving.Hosting;

/// <summary>
/// Who is let in: with a token whoever sends it; without one who asks for this machine by a name of its own, so that a page in a browser,
/// whose address leads here, is not.
/// </summary>
sealed class Guard(string? token)
{
    const string Scheme = "Bearer ";

    readonly byte[]? expected = token is null ? null : Hash(token);

    public Task LetInAsync(HttpContext context, RequestDelegate next)
    {
        if (expected is not null && !HasToken(context.Request))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return RestError.WriteAsync(context, new(
                StatusCodes.Status401Unauthorized, "NotAuthorizedException", "a bearer token is wanted, and this is not the one"));
        }
        if (expected is null && !IsLocal(context.Request.Host.Host))
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

    bool HasToken(HttpRequest request)
    {
        var sent = request.Headers.Authorization.ToString();
        return sent.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Hash(sent[Scheme.Length..].Trim()), expected);
    }

    static bool IsLocal(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);

    static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
