using System.Net.Http.Headers;

namespace Dart.Lake.Lakehouse.Engines.Trino;

/// <summary>Where Trino is, and as whom it is asked.</summary>
public sealed record TrinoSettings
{
    /// <summary>Of its coordinator, <c>http://host:8080</c>.</summary>
    public required Uri Url { get; init; }

    /// <summary>Who asks, as Trino's query history shows it.</summary>
    public required string User { get; init; }

    /// <summary>Its catalog of the lake's tables.</summary>
    public required string Catalog { get; init; }

    /// <summary>With the user: basic authentication, over TLS only. Null: none.</summary>
    public string? Password { get; init; }

    /// <summary>A bearer token, over TLS only. Null: none.</summary>
    public string? Token { get; init; }

    /// <summary>File with the certificates (PEM) of who has signed the server's. Null: the machine knows them.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Session properties of every query.</summary>
    public required IReadOnlyDictionary<string, string> Session { get; init; }

    /// <summary>How answers may be encoded when the server offers spooling; empty: rows in its own answers.</summary>
    public string Encoding { get; init; } = "json+zstd,json+lz4,json";

    /// <summary>How long one request may take.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>How long a server that does not answer is asked again.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>What authenticates, as the header has it; null: nothing does.</summary>
    internal AuthenticationHeaderValue? Authorization =>
        Token is not null ? new("Bearer", Token)
        : Password is not null ? new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{User}:{Password}")))
        : null;

    string[] Secrets => [.. new[] { Token, Password, Authorization?.Parameter }.OfType<string>().Where(secret => secret.Length > 0)];

    /// <summary>Whether a server has repeated a secret that is now in a failure.</summary>
    internal bool IsToldIn(Exception failure) => failure is LakeException && failure.ToString() is var all && Secrets.Any(all.Contains);

    /// <summary>The same failure without secrets.</summary>
    internal LakeException WithoutSecrets(LakeException failure) =>
        new(failure.Kind, Secrets.Aggregate(failure.Message, (text, secret) => text.Replace(secret, "…", StringComparison.Ordinal)))
        {
            OutcomeIsUnknown = failure.OutcomeIsUnknown,
        };

    /// <exception cref="LakeException">Invalid: no such URL, or a secret would go out in the clear.</exception>
    public void Check()
    {
        if (Url.Scheme is not ("http" or "https") || Url.UserInfo.Length > 0 || Url.Query.Length > 0)
            throw LakeException.Invalid("Trino:Url is http://host:port or https://host:port, and nothing else");
        if (User.Length == 0)
            throw LakeException.Invalid("Trino:User is empty; name who asks");
        if (Password is not null && Token is not null)
            throw LakeException.Invalid("Trino:Password and Trino:Token are both set; keep the one that the server wants");
        if ((Password ?? Token) is not null && Url.Scheme == "http" && !Url.IsLoopback)
            throw LakeException.Invalid($"a password or token would go to {Url} in the clear; use https");
    }
}
