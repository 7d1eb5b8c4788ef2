namespace Dart.Lake.Lakehouse.Storage.S3;

/// <summary>
/// An object's bucket and key. We write <c>s3://bucket/key</c>; <c>s3a://</c> and <c>s3n://</c>, which other engines write, mean the same.
/// Characters are taken as they are: no engine percent-decodes locations.
/// </summary>
readonly record struct S3Location(string Bucket, string Key)
{
    static readonly string[] Schemes = ["s3://", "s3a://", "s3n://"];

    /// <summary>Longest key that S3 takes, in bytes of UTF-8.</summary>
    const int MaxKeyBytes = 1024;

    public static bool Is(string location) => Schemes.Any(scheme => location.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="LakeException">Invalid: no such location.</exception>
    public static S3Location Parse(string location)
    {
        var scheme = Schemes.FirstOrDefault(s => location.StartsWith(s, StringComparison.OrdinalIgnoreCase))
            ?? throw LakeException.Invalid($"'{location}' is no object on S3; this lake holds locations that begin with s3://");
        var rest = location[scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (bucket, key) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
        if (bucket.Length == 0 || bucket.AsSpan().IndexOfAny("?#@:\0 ") >= 0)
            throw LakeException.Invalid($"'{location}' names no bucket; write s3://BUCKET/FOLDER");
        // other programs would take the parts of such a key for a way up, or for a name without them
        if (key.Split('/').Any(part => part is "." or "..") || key.Contains('\0', StringComparison.Ordinal))
            throw LakeException.Invalid($"'{location}' has a part that is . or .., which names no object");
        if (System.Text.Encoding.UTF8.GetByteCount(key) > MaxKeyBytes)
            throw LakeException.Invalid($"'{location}' is longer than the {MaxKeyBytes} bytes that S3 takes");
        return new(bucket, key);
    }

    /// <summary>The same location in the scheme that we write; whether it is one of an object is not asked.</summary>
    public static string Normal(string location) => Schemes[0] + location[(location.IndexOf("://", StringComparison.Ordinal) + 3)..];

    /// <summary>Whether this lies below that folder; a folder is not below itself.</summary>
    public bool IsBelow(S3Location folder) => string.Equals(Bucket, folder.Bucket, StringComparison.Ordinal)
        && Key.StartsWith(folder.Key.Length == 0 ? "" : folder.Key.TrimEnd('/') + "/", StringComparison.Ordinal)
        && Key.Length > folder.Key.Length;

    public override string ToString() => $"s3://{Bucket}/{Key}";
}
