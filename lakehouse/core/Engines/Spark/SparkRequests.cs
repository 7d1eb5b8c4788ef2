using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dart.Lake.Lakehouse.Engines.Spark.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace Dart.Lake.Lakehouse.Engines.Spark;

/// <summary>
/// Sends requests to Spark Connect. What has one answer and may be asked twice is asked again while the server is away, up to a limit; what
/// streams is opened once for each call. Thread-safe.
/// </summary>
sealed class SparkRequests : IDisposable
{
    /// <summary>Of one message: servers are asked for pieces that are smaller, and old ones send batches whole.</summary>
    const int MostBytes = 128 << 20;

    static readonly TimeSpan firstWait = TimeSpan.FromMilliseconds(50), longestWait = TimeSpan.FromSeconds(2);

    readonly SparkSettings settings;
    readonly TimeProvider time;
    readonly GrpcChannel channel;
    readonly SparkConnectService.SparkConnectServiceClient client;
    readonly Metadata headers = [];
    object? lost;

    public SparkRequests(SparkSettings settings, TimeProvider time)
    {
        settings.Check();
        (this.settings, this.time) = (settings, time);
        if (settings.Token is not null)
            headers.Add("authorization", $"Bearer {settings.Token}");
        channel = GrpcChannel.ForAddress(settings.Address, new GrpcChannelOptions
        {
            HttpHandler = Handler(settings),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MostBytes,
            MaxSendMessageSize = null,
            DisableResolverServiceConfig = true,
        });
        client = new(channel);
    }

    public string Shown => $"Spark {settings.Url.GetLeftPart(UriPartial.Authority)}";

    public TimeSpan Patience => settings.Patience;

    /// <summary>Whether the server has said that it does not know the session any more.</summary>
    public bool HasLost(SparkSession session) => session.Id.Equals(lost);

    static SocketsHttpHandler Handler(SparkSettings settings)
    {
        // no pings: the server hangs up on who sends more than one in five minutes
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = settings.RequestTimeout,
            EnableMultipleHttp2Connections = true,
            AllowAutoRedirect = false,
            UseCookies = false,
        };
        if (settings.CertificateAuthorityFile is { } file)
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TrustOnly(file) };
        return handler;
    }

    public AsyncServerStreamingCall<ExecutePlanResponse> Execute(ExecutePlanRequest request) => client.ExecutePlan(request, headers);

    public AsyncServerStreamingCall<ExecutePlanResponse> Reattach(ReattachExecuteRequest request) =>
        client.ReattachExecute(request, headers);

    public Task<AnalyzePlanResponse> AnalyzeAsync(SparkSession session, AnalyzePlanRequest request, CancellationToken cancel) =>
        AskAsync(options => client.AnalyzePlanAsync(request, options), session, cancel);

    public Task<ConfigResponse> ConfigAsync(SparkSession session, ConfigRequest request, CancellationToken cancel) =>
        AskAsync(options => client.ConfigAsync(request, options), session, cancel);

    public Task<FetchErrorDetailsResponse> DetailsAsync(FetchErrorDetailsRequest request, CancellationToken cancel) =>
        OnceAsync(options => client.FetchErrorDetailsAsync(request, options), cancel);

    public Task<InterruptResponse> InterruptAsync(InterruptRequest request, CancellationToken cancel) =>
        OnceAsync(options => client.InterruptAsync(request, options), cancel);

    public Task<ReleaseExecuteResponse> ReleaseAsync(ReleaseExecuteRequest request, CancellationToken cancel) =>
        OnceAsync(options => client.ReleaseExecuteAsync(request, options), cancel);

    public Task<ReleaseSessionResponse> ReleaseAsync(ReleaseSessionRequest request, CancellationToken cancel) =>
        OnceAsync(options => client.ReleaseSessionAsync(request, options), cancel);

    /// <summary>What the server has said of an error, with what it says when it is asked for more.</summary>
    /// <param name="e">Of a call.</param>
    /// <param name="failure">Read from it; null: it is not of Spark.</param>
    /// <param name="session">In which it happened.</param>
    /// <param name="operation">Its id in Spark; null: it is of none.</param>
    public async Task<LakeException> TellAsync(RpcException e, SparkFailure? failure, SparkSession session, string? operation)
    {
        if (failure is null)
            return Refused(e);
        if (failure.IsLostSession)
            lost = session.Id;
        if (failure.Id is not { } id)
            return failure.ToLake(operation);
        using var limit = new CancellationTokenSource(settings.RequestTimeout, time);
        try
        {
            failure = failure.With(await DetailsAsync(session.Details(id), limit.Token));
        }
        catch (Exception other) when (other is RpcException or OperationCanceledException)
        {
            // the trailer has said enough
        }
        return failure.ToLake(operation);
    }

    /// <summary>Waits before the next try.</summary>
    /// <param name="attempt">From 0 on.</param>
    /// <param name="cancel">Ends it.</param>
    public Task WaitAsync(int attempt, CancellationToken cancel)
    {
        var wait = firstWait * Math.Pow(2, Math.Min(attempt, 10));
        return Task.Delay(wait < longestWait ? wait : longestWait, time, cancel);
    }

    /// <summary>Whether the connection has failed, and not what was asked.</summary>
    public static bool IsCut(RpcException e, SparkFailure? failure) => failure is not null ? failure.IsCut
        : e.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.DeadlineExceeded
            || e.StatusCode == StatusCode.Internal && e.Status.DebugException is not null;

    /// <summary>Whether the server has certainly not got the request.</summary>
    public static bool IsUntaken(RpcException e) => e.Status.DebugException is HttpRequestException
    {
        HttpRequestError:
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    };

    /// <summary>Why a connection failed, in one line.</summary>
    public static string Why(RpcException e)
    {
        Exception? inner = e.Status.DebugException;
        while (inner?.InnerException is { } next)
            inner = next;
        return (inner?.Message ?? e.Status.Detail).ReplaceLineEndings(" ").TrimEnd('.');
    }

    /// <summary>Nobody answers.</summary>
    public LakeException Away(RpcException e)
    {
        var what = IsOfTls(e) ? "Spark:CertificateAuthorityFile, the name in Spark:Url, and that it speaks TLS there" : "Spark:Url, and that it runs";
        return LakeException.Unavailable($"{Shown} does not answer: {Why(e)}; check {what}");
    }

    static bool IsOfTls(RpcException e) =>
        e.Status.DebugException is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError };

    LakeException Refused(RpcException e) => e.StatusCode switch
    {
        StatusCode.Unauthenticated or StatusCode.PermissionDenied => LakeException.Invalid(
            $"{Shown} does not let {settings.User} in ({e.StatusCode}); set DARTLAKE__Spark__Token, or another Spark:User"),
        StatusCode.Unimplemented => LakeException.Invalid($"what answers at {Shown} is not Spark Connect ({Why(e)}); check Spark:Url"),
        StatusCode.ResourceExhausted => LakeException.Unavailable(
            $"{Shown} has sent or refused a message that is too large ({Why(e)}); lower spark.connect.grpc.arrow.maxBatchSize there"),
        _ => LakeException.Unavailable($"{Shown} fails: {Why(e)} ({e.StatusCode}); run it again, and see Spark's log if it fails again"),
    };

    async Task<T> AskAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, SparkSession session, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await OnceAsync(call, cancel);
            }
            catch (RpcException e)
            {
                var failure = SparkFailure.Read(e);
                if (!IsCut(e, failure))
                    throw await TellAsync(e, failure, session, operation: null);
                if (IsOfTls(e) || time.GetElapsedTime(began) >= settings.Patience)
                    throw Away(e);
            }
            await WaitAsync(attempt, cancel);
        }
    }

    async Task<T> OnceAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> send, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(settings.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        using var call = send(new CallOptions(headers, cancellationToken: either.Token));
        try
        {
            return await call.ResponseAsync;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled && cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancel);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled && limit.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.DeadlineExceeded, $"no answer within {settings.RequestTimeout.TotalSeconds:0.#} s"));
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
            throw LakeException.Invalid($"Spark:CertificateAuthorityFile {file} cannot be read: {e.Message}", e);
        }
        return policy.CustomTrustStore.Count > 0 ? policy
            : throw LakeException.Invalid($"Spark:CertificateAuthorityFile {file} has no certificate; name a file with some in PEM form");
    }

    public void Dispose() => channel.Dispose();
}
