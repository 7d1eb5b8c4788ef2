namespace Dart.Lake.Lakehouse.Engines.Spark;

/// <summary>Where Spark Connect is, and as whom it is asked.</summary>
public sealed record SparkSettings
{
    const int UsualPort = 15002;

    /// <summary>What compresses answers; the session's property of that name.</summary>
    const string Codec = "spark.sql.execution.arrow.compression.codec";

    /// <summary>Of the server: <c>sc://host:15002</c>, which is <c>http://host:15002</c>, or <c>https://host:port</c> for TLS.</summary>
    public required Uri Url { get; init; }

    /// <summary>Who asks, as Spark's pages show it.</summary>
    public required string User { get; init; }

    /// <summary>Its catalog of the lake's tables.</summary>
    public required string Catalog { get; init; }

    /// <summary>A bearer token, over TLS only. Null: none.</summary>
    public string? Token { get; init; }

    /// <summary>File with the certificates (PEM) of who has signed the server's. Null: the machine knows them.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Properties of every session.</summary>
    public required IReadOnlyDictionary<string, string> Session { get; init; }

    /// <summary>How long one request may take, other than one that waits for an answer's rows.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>How long a server that does not answer is asked again, and an answer whose connection was cut is waited for.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>As HTTP/2 has it.</summary>
    internal Uri Address => Url.Scheme == "sc"
        ? new($"http://{Url.Host}:{(Url.Port < 0 ? UsualPort : Url.Port)}")
        : new(Url.GetLeftPart(UriPartial.Authority));

    /// <summary>The properties with which a session begins; times come in UTC, and what <see cref="Session"/> has wins.</summary>
    internal IReadOnlyDictionary<string, string> SessionProperties
    {
        get
        {
            var all = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["spark.sql.defaultCatalog"] = Catalog,
                ["spark.sql.session.timeZone"] = "UTC",
                [Codec] = "none",
            };
            foreach (var (name, value) in Session)
                all[name] = value;
            return all;
        }
    }

    /// <summary>Whether a server has repeated a secret that is now in a failure.</summary>
    internal bool IsToldIn(Exception failure) =>
        failure is LakeException && Token is { Length: > 0 } && failure.ToString().Contains(Token, StringComparison.Ordinal);

    /// <summary>The same failure without secrets.</summary>
    internal LakeException WithoutSecrets(LakeException failure) =>
        new(failure.Kind, failure.Message.Replace(Token!, "…", StringComparison.Ordinal)) { OutcomeIsUnknown = failure.OutcomeIsUnknown };

    /// <exception cref="LakeException">Invalid: no such URL, a secret would go out in the clear, or answers could not be read.</exception>
    public void Check()
    {
        if (Url.Scheme is not ("sc" or "http" or "https") || Url.Host.Length == 0 || Url.UserInfo.Length > 0
            || Url.PathAndQuery is not ("" or "/"))
            throw LakeException.Invalid("Spark:Url is sc://host:port, http://host:port or https://host:port, and nothing else");
        if (User.Length == 0)
            throw LakeException.Invalid("Spark:User is empty; name who asks");
        if (Token is not null && Url.Scheme != "https" && !Url.IsLoopback)
            throw LakeException.Invalid($"a token would go to {Url} in the clear; use https");
        if (Session.TryGetValue(Codec, out var codec) && codec is not ("none" or "zstd"))
            throw LakeException.Invalid($"Spark:Session has {Codec}={codec}; only none and zstd are read, for Spark's lz4 does not come to an end");
    }
}
