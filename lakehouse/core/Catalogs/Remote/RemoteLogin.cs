using System.Net.Http.Headers;
using System.Text.Json;

namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>
/// The token that requests carry: the settings' own, or one that is asked for with client credentials (RFC 6749, 4.4) and again before it
/// ends. Thread-safe.
/// </summary>
sealed class RemoteLogin(RemoteSettings settings, HttpClient client, TimeProvider time) : IDisposable
{
    const int MostBytes = 1 << 20;

    /// <summary>Of a token that does not say how long it is good for.</summary>
    static readonly TimeSpan Usual = TimeSpan.FromHours(1);

    readonly SemaphoreSlim gate = new(1, 1);
    (string Token, DateTimeOffset Until)? held;

    /// <summary>Whether a refused token can be replaced.</summary>
    public bool Renews => settings.Credential is not null;

    /// <summary>Null: requests carry none.</summary>
    /// <param name="refused">One that the catalog does not take any more; null: none.</param>
    /// <param name="cancel">Ends the asking.</param>
    /// <exception cref="LakeException">Invalid: the credentials are refused; Unavailable: no token is given.</exception>
    public async Task<string?> TokenAsync(string? refused, CancellationToken cancel)
    {
        if (settings.Credential is not { } credential)
            return settings.Token is null || IsToken(settings.Token)
                ? settings.Token
                : throw LakeException.Invalid("Rest:Token has a blank or a character that no token has; set it anew");
        await gate.WaitAsync(cancel);
        try
        {
            if (held is { } known && known.Token != refused && time.GetUtcNow() < known.Until)
                return known.Token;
            held = await AskAsync(credential, cancel);
            return held.Value.Token;
        }
        finally
        {
            gate.Release();
        }
    }

    async Task<(string Token, DateTimeOffset Until)> AskAsync(string credential, CancellationToken cancel)
    {
        var url = settings.TokenUrl ?? new Uri(settings.Url.ToString().TrimEnd('/') + "/v1/oauth/tokens");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = Form(credential) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var asked = time.GetUtcNow();
        using var limit = new CancellationTokenSource(settings.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        RemoteAnswer answer;
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            answer = await RemoteRequests.ReadAsync(response, MostBytes, either.Token);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            throw LakeException.Unavailable($"{url} gives no token for the catalog ({e.Message.TrimEnd('.')}); check Rest:TokenUrl, and that it runs", e);
        }
        // its own words are left out: some servers repeat what they were sent
        if ((int)answer.Status is 400 or 401 or 403)
            throw LakeException.Invalid($"{url} gives no token for Rest:Credential and Rest:Scope (status {(int)answer.Status}); correct them");
        if (!answer.IsGood)
            throw LakeException.Unavailable($"{url} gives no token for the catalog (status {(int)answer.Status})");
        var json = answer.Json(url.ToString());
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("access_token", out var token)
            || token.ValueKind != JsonValueKind.String || token.GetString() is not { Length: > 0 } text || !IsToken(text))
            throw LakeException.Unavailable($"{url} has answered without a token; is it where Rest:Credential is taken?");
        var life = json.TryGetProperty("expires_in", out var seconds) && seconds.ValueKind == JsonValueKind.Number
            && seconds.TryGetInt64(out var told) && told is > 0 and < int.MaxValue ? TimeSpan.FromSeconds(told) : Usual;
        // renewed while there is a fifth left: a request under way must not carry one that ends
        return (text, asked + life * 0.8);
    }

    static bool IsToken(string text) => text.All(c => c is > ' ' and < '\x7f');

    FormUrlEncodedContent Form(string credential)
    {
        var colon = credential.IndexOf(':', StringComparison.Ordinal);
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_secret"] = credential[(colon + 1)..],
            ["scope"] = settings.Scope,
        };
        if (colon > 0)
            form["client_id"] = credential[..colon];
        return new(form);
    }

    public void Dispose() => gate.Dispose();
}
