namespace Dart.Lake.Jobs.Runtime.Registry;

/// <summary>How a schema registry is reached that speaks Confluent's protocol.</summary>
public sealed record HttpRegistrySettings
{
    /// <summary>Its URL; several, separated by commas, are asked in turn.</summary>
    public required string Url { get; init; }

    /// <summary>Basic authentication; empty: none.</summary>
    public required string User { get; init; }
    public required string Password { get; init; }

    /// <summary>A bearer token; empty: none.</summary>
    public required string Token { get; init; }

    /// <summary>File with the certificates (PEM) that its own is signed by; empty: those that the machine trusts.</summary>
    public required string CaFile { get; init; }

    /// <summary>How long one request may take.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>How often a request is sent again when the registry is busy or does not answer.</summary>
    public required int Retries { get; init; }

    /// <summary>Nothing secret.</summary>
    public override string ToString() => Url;
}
