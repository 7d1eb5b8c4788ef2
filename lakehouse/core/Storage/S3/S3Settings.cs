namespace Dart.Lake.Lakehouse.Storage.S3;

/// <summary>
/// How a service is reached that speaks S3. Keys are no setting: the SDK finds them in the environment (<c>AWS_ACCESS_KEY_ID</c>,
/// <c>AWS_SECRET_ACCESS_KEY</c>, <c>AWS_SESSION_TOKEN</c>), in a profile's file, or asks the instance, in this order.
/// </summary>
public sealed record S3Settings
{
    /// <summary>Null: Amazon's, by the region.</summary>
    public Uri? Endpoint { get; init; }
    public required string Region { get; init; }

    /// <summary>Buckets in the path, as services other than Amazon's want it, instead of in the host's name.</summary>
    public bool PathStyle { get; init; }

    /// <summary>Bytes of a part of an upload, at least 5 MiB; an object that is smaller goes up in one piece.</summary>
    public required int PartBytes { get; init; }

    /// <summary>Parts of one object that are on their way at once.</summary>
    public int PartsAtOnce { get; init; } = 2;

    /// <summary>Bytes of the copies that this machine keeps of objects for the embedded engine.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Objects that one page of a listing tells of, at most 1,000.</summary>
    public int ListedAtOnce { get; init; } = 1000;

    /// <summary>How often one request is sent again when the service is busy or does not answer.</summary>
    public required int Retries { get; init; }

    /// <summary>How long one request may take.</summary>
    public required TimeSpan RequestTimeout { get; init; }
}
