namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>How a REST catalog is reached, which names the tables of a lake.</summary>
public sealed record RemoteSettings : CatalogSource
{
    /// <summary>What stands before <c>/v1</c>.</summary>
    public required Uri Url { get; init; }

    /// <summary>Which of the server's warehouses; null: the one that it takes itself.</summary>
    public string? Warehouse { get; init; }

    /// <summary>A bearer token; null: none.</summary>
    public string? Token { get; init; }

    /// <summary>OAuth2 client credentials, <c>ID:SECRET</c> or a secret alone, which tokens are asked for with; null: none.</summary>
    public string? Credential { get; init; }

    /// <summary>Where tokens are asked for; null: the catalog's own <c>/v1/oauth/tokens</c>.</summary>
    public Uri? TokenUrl { get; init; }

    /// <summary>What the token shall be good for.</summary>
    public required string Scope { get; init; }

    /// <summary>Of one request.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>How often a request that may be sent again is.</summary>
    public required int Retries { get; init; }

    /// <summary>Told why an answer is waited for again: a server that is slow or away must not look like a program that hangs.</summary>
    public Action<string>? Tell { get; init; }

    internal override async Task<CatalogConnection> OpenAsync(TimeProvider time, CancellationToken cancel) =>
        new RemoteConnection(await RemoteDoor.OpenAsync(this, time, cancel));

    /// <summary>Nothing secret.</summary>
    public override string ToString() => Url.ToString();
}
