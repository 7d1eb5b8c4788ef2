using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Dart.Lake.Serving.Rest;

/// <summary>
/// A part of an ordered list of names. Its token is the last name that was given, so that names that come and go meanwhile move no page.
/// </summary>
sealed record Page(IReadOnlyList<string> Names, string? Next)
{
    /// <summary>The page that the query asks for; all names when it asks for no size.</summary>
    /// <exception cref="LakeException">Invalid: a size or token that is none.</exception>
    public static Page Of(HttpRequest request, IReadOnlyList<string> names)
    {
        var token = request.Query["pageToken"].ToString();
        IReadOnlyList<string> rest = names;
        if (token.Length > 0 && Read(token) is var last)
            rest = [.. names.SkipWhile(name => string.CompareOrdinal(name, last) <= 0)];
        var text = request.Query["pageSize"].ToString();
        if (text.Length == 0)
            return new(rest, null);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size == 0)
            throw LakeException.Invalid($"pageSize is a whole number from 1, not '{text}'");
        return rest.Count <= size ? new(rest, null) : new([.. rest.Take(size)], Write(rest[size - 1]));
    }

    public void WriteNext(Utf8JsonWriter json) => json.WriteString("next-page-token", Next);

    static string Write(string name) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(name));

    static string Read(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(token));
        }
        catch (FormatException e)
        {
            throw LakeException.Invalid($"'{token}' is no token of a page", e);
        }
    }
}
