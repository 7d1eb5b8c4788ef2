using System.Net;
using System.Net.Http.Headers;

namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>
/// Sends requests to a REST catalog. What asks is sent again, with limits, when no answer comes; what changes only when the server cannot
/// have taken it. Thread-safe.
/// </summary>
sealed class RemoteRequests : IDisposable
{
    /// <summary>A table's metadata at most, and any other answer.</summary>
    public const int MostMetadata = 256 << 20, MostBytes = 16 << 20;

    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100), LongestWait = TimeSpan.FromSeconds(10);

    readonly RemoteSettings settings;
    readonly TimeProvider time;
    readonly HttpClient client;
    readonly RemoteLogin login;
    readonly string root;

    public RemoteRequests(RemoteSettings settings, TimeProvider time)
    {
        (this.settings, this.time) = (settings, time);
        client = new HttpClient(new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.All,
            AllowAutoRedirect = false,
            ConnectTimeout = settings.RequestTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = 16,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        login = new RemoteLogin(settings, client, time);
        root = settings.Url.ToString().TrimEnd('/') + "/v1/";
    }

    /// <summary>How the catalog is named in messages.</summary>
    public string Shown => $"the catalog {settings.Url}";

    /// <summary>A question.</summary>
    /// <param name="path">After <c>/v1/</c>.</param>
    /// <param name="tag">Of the answer that is known; null: none.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="most">Bytes of an answer.</param>
    /// <exception cref="LakeException">Unavailable: no answer, or too large a one; Invalid: not let in.</exception>
    public Task<RemoteAnswer> GetAsync(string path, string? tag, CancellationToken cancel, int most = MostBytes) =>
        AskAsync(HttpMethod.Get, path, tag, most, cancel);

    /// <summary>A deletion: what is gone already is gone, so it is sent again like a question.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<RemoteAnswer> DeleteAsync(string path, CancellationToken cancel) =>
        AskAsync(HttpMethod.Delete, path, null, MostBytes, cancel);

    async Task<RemoteAnswer> AskAsync(HttpMethod method, string path, string? tag, int most, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            var sent = await TrySendAsync(method, path, null, tag, most, cancel);
            if (sent.Answer is { } answer && (int)answer.Status < 500 && answer.Status != HttpStatusCode.TooManyRequests)
                return answer;
            if (attempt >= settings.Retries || sent.IsTooLarge)
                throw Failed(sent);
            await WaitAsync(attempt, sent, cancel);
        }
    }

    /// <summary>
    /// A change. It is not cancelled, and sent again only as long as the server cannot have taken it: there was no connection, or it asks
    /// for patience (429). A 503 says less: proxies answer so when the server's own answer is lost.
    /// </summary>
    /// <param name="path">After <c>/v1/</c>.</param>
    /// <param name="body">JSON.</param>
    /// <param name="lost">Takes why there is no answer.</param>
    /// <returns>Null: it may have been taken.</returns>
    /// <exception cref="LakeException">Unavailable: the server has certainly not taken it; Invalid: not let in.</exception>
    public async Task<RemoteAnswer?> PostAsync(string path, ReadOnlyMemory<byte> body, Action<string> lost)
    {
        for (var attempt = 0; ; attempt++)
        {
            var sent = await TrySendAsync(HttpMethod.Post, path, body, null, MostMetadata, CancellationToken.None);
            if (sent.Answer is { } answer && answer.Status != HttpStatusCode.TooManyRequests && (int)answer.Status < 500)
                return answer;
            if (!sent.IsUntaken)
            {
                lost(sent.Why);
                return null;
            }
            if (attempt >= settings.Retries)
                throw Failed(sent);
            await WaitAsync(attempt, sent, CancellationToken.None);
        }
    }

    /// <summary>Waits before what was lost is sent again.</summary>
    /// <param name="attempt">How often it was sent before, less one.</param>
    /// <param name="why">It is sent again.</param>
    public Task WaitAsync(int attempt, string why) => WaitAsync(attempt, new(null, why, IsUntaken: false, null), CancellationToken.None);

    public int Retries => settings.Retries;

    Task WaitAsync(int attempt, Sent sent, CancellationToken cancel)
    {
        settings.Tell?.Invoke($"{Shown} does not answer as it should ({sent.Why}); trying again, {attempt + 1} of {settings.Retries}");
        var wait = sent.After ?? FirstWait * Math.Pow(2, Math.Min(attempt, 10));
        return Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancel);
    }

    LakeException Failed(Sent sent) =>
        LakeException.Unavailable($"{Shown} does not answer: {sent.Why}; check Rest:Url, and that it runs");

    /// <summary>One sending, and a second one with a new token when the first one's was refused.</summary>
    async Task<Sent> TrySendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body, string? tag, int most, CancellationToken cancel)
    {
        string? refused = null;
        while (true)
        {
            string? token = await login.TokenAsync(refused, cancel);
            var sent = await SendAsync(method, path, body, tag, token, most, cancel);
            if (sent.Answer is not { } answer)
                return sent;
            if ((int)answer.Status is 401 or 419 && login.Renews && refused is null)
            {
                refused = token;
                continue;
            }
            return (int)answer.Status is 401 or 403 or 419
                ? throw LakeException.Invalid($"{Shown} does not let us in: {answer.Says()}; set DARTLAKE__Rest__Token, or DARTLAKE__Rest__Credential")
                : sent;
        }
    }

    async Task<Sent> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body, string? tag, string? token, int most, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, root + path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        if (body is { } content)
        {
            request.Content = new ReadOnlyMemoryContent(content);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        using var limit = new CancellationTokenSource(settings.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var answer = await ReadAsync(response, most, either.Token) with { Secrets = Secrets(token) };
            return new(answer, answer.IsGood ? "" : answer.Says(), answer.Status == HttpStatusCode.TooManyRequests, Later(response));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(null, $"no answer within {settings.RequestTimeout.TotalSeconds:0.#} s", IsUntaken: false, null);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            return new(null, e.Message.TrimEnd('.'), IsUntaken: true, null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // whatever is wrong with an answer, the request may have been taken
            return new(null, e.Message.TrimEnd('.'), IsUntaken: false, null) { IsTooLarge = e is LakeException };
        }
    }

    IReadOnlyList<string> Secrets(string? token) =>
        [.. new[] { token, settings.Credential, settings.Credential?.Split(':', 2)[^1] }.OfType<string>().Where(text => text.Length > 0)];

    TimeSpan? Later(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } wait } => wait,
        { Date: { } at } when at > time.GetUtcNow() => at - time.GetUtcNow(),
        _ => null,
    };

    /// <summary>The whole answer.</summary>
    /// <exception cref="LakeException">Unavailable: it is larger than any should be.</exception>
    public static async Task<RemoteAnswer> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancel)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream();
        var buffer = new byte[32 << 10];
        for (var read = await stream.ReadAsync(buffer, cancel); read > 0; read = await stream.ReadAsync(buffer, cancel))
        {
            await body.WriteAsync(buffer.AsMemory(0, read), cancel);
            if (body.Length > most)
                throw LakeException.Unavailable($"{response.RequestMessage?.RequestUri} answers with more than {most >> 20} MiB");
        }
        return new(response.StatusCode, body.GetBuffer().AsMemory(0, (int)body.Length), response.Headers.ETag?.ToString());
    }

    public void Dispose()
    {
        login.Dispose();
        client.Dispose();
    }

    /// <param name="Answer">Null: none came.</param>
    /// <param name="Why">There is none that counts.</param>
    /// <param name="IsUntaken">The server has certainly done nothing.</param>
    /// <param name="After">How long the server wants to be left alone.</param>
    sealed record Sent(RemoteAnswer? Answer, string Why, bool IsUntaken, TimeSpan? After)
    {
        /// <summary>There was one of more bytes than are taken: another would be like it.</summary>
        public bool IsTooLarge { get; init; }
    }
}
