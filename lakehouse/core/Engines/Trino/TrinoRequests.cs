using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Dart.Lake.Lakehouse.Engines.Trino;

/// <summary>
/// Sends requests to Trino and to the store of its spooled segments. What asks is asked again while the server is away or busy, up to a
/// limit; a statement is sent once, for it may have begun. Thread-safe.
/// </summary>
sealed class TrinoRequests : IDisposable
{
    /// <summary>Of one answer: servers make pages of 16 MB.</summary>
    const int MostBytes = 256 << 20;

    static readonly TimeSpan firstWait = TimeSpan.FromMilliseconds(50), longestWait = TimeSpan.FromSeconds(2);

    readonly TrinoSettings settings;
    readonly TimeProvider time;
    readonly HttpClient client, store;

    public TrinoRequests(TrinoSettings settings, TimeProvider time)
    {
        settings.Check();
        (this.settings, this.time) = (settings, time);
        // what is trusted for Trino says nothing of another host
        (client, store) = (Client(settings.CertificateAuthorityFile), Client(null));
    }

    HttpClient Client(string? authorityFile)
    {
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.GZip,
            AllowAutoRedirect = false,
            ConnectTimeout = settings.RequestTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        };
        if (authorityFile is not null)
            handler.SslOptions.CertificateChainPolicy = TrustOnly(authorityFile);
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    string Shown => $"Trino {settings.Url}";

    /// <summary>Sends a statement.</summary>
    /// <exception cref="LakeException">Unavailable: it was certainly not begun, or, as <see cref="LakeException.OutcomeIsUnknown"/> tells,
    /// perhaps; Invalid: not let in.</exception>
    public async Task<TrinoResponse> PostAsync(string sql, TrinoSession session, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(settings.Url, "/v1/statement"))
            {
                Content = new StringContent(sql, Encoding.UTF8, "text/plain"),
            };
            session.Write(request.Headers);
            request.Headers.Authorization = settings.Authorization;
            if (settings.Encoding.Length > 0)
                request.Headers.TryAddWithoutValidation("X-Trino-Query-Data-Encoding", settings.Encoding);
            var sent = await TrySendAsync(request, cancel);
            if (sent.Response is { Status: HttpStatusCode.OK } response)
                return response;
            if (sent.Response is { } refusal && (int)refusal.Status is >= 300 and < 500 and not 429)
                throw Refused(refusal);
            if (!sent.IsUntaken)
                throw LakeException.Unknown(
                    $"whether {Shown} has begun the statement is not known ({sent.Why}); look at its query history before you repeat it");
            if (sent.IsFinal || time.GetElapsedTime(began) >= settings.Patience)
                throw Away(Shown, sent);
            await WaitAsync(attempt, cancel);
        }
    }

    /// <summary>The next answer of a query. The server keeps the last one, so it can be asked for again.</summary>
    public async Task<TrinoResponse> GetAsync(Uri at, CancellationToken cancel)
    {
        CheckOrigin(at);
        var response = await AskAsync(() => RequestOf(HttpMethod.Get, at), Shown, cancel);
        return response.Status switch
        {
            HttpStatusCode.OK => response,
            HttpStatusCode.NotFound or HttpStatusCode.Gone => throw LakeException.Unavailable(
                $"{Shown} does not know the query any more: it was restarted, or nobody asked for rows too long; run it again"),
            _ => throw Refused(response),
        };
    }

    /// <summary>A spooled segment. It is at another host perhaps, to which nothing of ours goes but what the segment says.</summary>
    public async Task<ReadOnlyMemory<byte>> FetchAsync(TrinoSegment segment, CancellationToken cancel)
    {
        var at = segment.At!.Value.Fetch;
        for (var hops = 0; hops < 3; hops++)
        {
            var response = await AskAsync(() => RequestOf(at, segment.Headers), $"the store of Trino's answers {at.Authority}", cancel);
            if (response.Status == HttpStatusCode.OK)
                return response.Body;
            if (response.Moved is not { } to)
                throw LakeException.Unavailable(
                    $"the store of Trino's answers {at.Authority} does not give a part of this one (status {(int)response.Status}): it may have expired; run the query again, and read it sooner");
            at = to;
        }
        throw LakeException.Unavailable("a segment of Trino's answer is moved from place to place");
    }

    /// <summary>Tells that a segment was read; nothing depends on it but the store's room.</summary>
    public async Task AcknowledgeAsync(TrinoSegment segment, CancellationToken cancel)
    {
        using var request = RequestOf(segment.At!.Value.Acknowledge, segment.Headers);
        await TrySendAsync(request, cancel);
    }

    /// <summary>Ends a query in Trino. An answer is not waited for beyond the limit; the server gives such a query up by itself.</summary>
    public async Task EndAsync(Uri next, TimeSpan limit)
    {
        using var request = RequestOf(HttpMethod.Delete, next);
        using var end = new CancellationTokenSource(limit, time);
        try
        {
            CheckOrigin(next);
            await TrySendAsync(request, end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or LakeException)
        {
            // the query ends all the same when nobody asks for its rows any more
        }
    }

    /// <summary>Asks until there is an answer that another try would not change.</summary>
    /// <param name="make">The request, anew for each time.</param>
    /// <param name="whom">As messages name it.</param>
    /// <param name="cancel">Ends it.</param>
    async Task<TrinoResponse> AskAsync(Func<HttpRequestMessage> make, string whom, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            using var request = make();
            var sent = await TrySendAsync(request, cancel);
            if (sent is { IsFinal: true, Response: { } response })
                return response;
            if (sent.IsFinal || time.GetElapsedTime(began) >= settings.Patience)
                throw Away(whom, sent);
            await WaitAsync(attempt, cancel);
        }
    }

    Task WaitAsync(int attempt, CancellationToken cancel)
    {
        var wait = firstWait * Math.Pow(2, Math.Min(attempt, 10));
        return Task.Delay(wait < longestWait ? wait : longestWait, time, cancel);
    }

    static LakeException Away(string whom, Sent sent) => LakeException.Unavailable(
        $"{whom} does not answer: {sent.Why}; check {(sent.IsOfTls ? "Trino:CertificateAuthorityFile, the name in Trino:Url, and that it speaks TLS there" : "Trino:Url, and that it runs")}");

    /// <summary>It has taken nothing.</summary>
    LakeException Refused(TrinoResponse response) => LakeException.Invalid(response switch
    {
        { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } =>
            $"{Shown} does not let {settings.User} in ({(int)response.Status}); set DARTLAKE__Trino__Password or DARTLAKE__Trino__Token, or another Trino:User",
        { Moved: { } to } => $"{Shown} sends its callers to {to.GetLeftPart(UriPartial.Authority)}; set Trino:Url to that",
        _ => $"{Shown} answers with status {(int)response.Status}, which Trino does not; check Trino:Url",
    });

    /// <summary>A request to Trino itself.</summary>
    HttpRequestMessage RequestOf(HttpMethod method, Uri at)
    {
        var request = new HttpRequestMessage(method, at);
        request.Headers.TryAddWithoutValidation("X-Trino-User", settings.User);
        request.Headers.Authorization = settings.Authorization;
        return request;
    }

    static HttpRequestMessage RequestOf(Uri at, IReadOnlyList<(string Name, string Value)> headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, at);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    /// <summary>Where a server sends us with a user and a password is its own host.</summary>
    void CheckOrigin(Uri at)
    {
        if (!IsOfTrino(at))
            throw LakeException.Invalid(
                $"{Shown} names {at.GetLeftPart(UriPartial.Authority)} for its next answer; set Trino:Url to that, or let Trino take what its proxy says (http-server.process-forwarded)");
    }

    bool IsOfTrino(Uri at) =>
        Uri.Compare(at, settings.Url, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    async Task<Sent> TrySendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(settings.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            var sender = IsOfTrino(request.RequestUri!) ? client : store;
            using var response = await sender.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await TrinoResponse.ReadAsync(response, MostBytes, either.Token);
            // busy, or a proxy that does not reach it
            var isBusy = (int)body.Status is 429 or 502 or 503 or 504;
            return new(body, $"status {(int)body.Status}", (int)body.Status is 429 or 503, IsFinal: !isBusy);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(null, $"no answer within {settings.RequestTimeout.TotalSeconds:0.#} s", IsUntaken: false, IsFinal: false);
        }
        catch (HttpRequestException e)
        {
            var isOfTls = e.HttpRequestError == HttpRequestError.SecureConnectionError;
            var isUntaken = isOfTls || e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError;
            // the outer message only names the inner one
            return new(null, (isOfTls && e.InnerException is { } inner ? inner : e).Message.TrimEnd('.'), isUntaken, isOfTls, isOfTls);
        }
        catch (IOException e)
        {
            return new(null, e.Message.TrimEnd('.'), IsUntaken: false, IsFinal: false);
        }
    }

    static X509ChainPolicy TrustOnly(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw LakeException.Invalid($"Trino:CertificateAuthorityFile {file} cannot be read: {e.Message}", e);
        }
        return policy.CustomTrustStore.Count > 0 ? policy
            : throw LakeException.Invalid($"Trino:CertificateAuthorityFile {file} has no certificate; name a file with some in PEM form");
    }

    public void Dispose()
    {
        client.Dispose();
        store.Dispose();
    }

    /// <param name="Response">Null: none came.</param>
    /// <param name="Why">There is none that counts.</param>
    /// <param name="IsUntaken">The server has certainly done nothing.</param>
    /// <param name="IsFinal">Asking again would bring the same.</param>
    /// <param name="IsOfTls">The certificate is not what was expected.</param>
    sealed record Sent(TrinoResponse? Response, string Why, bool IsUntaken, bool IsFinal, bool IsOfTls = false);
}
