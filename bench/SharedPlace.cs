using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Storage.S3;

namespace Dart.Lake.Bench;

/// <summary>The Postgres and the S3 service that the script has started, as it names them in the environment.</summary>
static class SharedPlace
{
    /// <summary>Npgsql's connection string of an empty database of the name's own.</summary>
    public static string? Catalog(string name) =>
        Environment.GetEnvironmentVariable("BENCH_CATALOG") is { Length: > 0 } server ? $"{server};Database={name}" : null;

    public static Uri Endpoint => new(Environment.GetEnvironmentVariable("BENCH_S3")!);

    public static string Location(string name) => $"s3://lake/{name}";

    public static S3Settings S3 => new()
    {
        Endpoint = Endpoint,
        Region = "us-east-1",
        PathStyle = true,
        PartBytes = 8 << 20,
        CacheBytes = 10L << 30,
        Retries = 4,
        RequestTimeout = TimeSpan.FromMinutes(1),
    };

    /// <summary>The settings of <c>dartlake</c> for a lake there.</summary>
    public static Dictionary<string, string> Settings(string name) => new()
    {
        ["DARTLAKE__Lake__Catalog"] = Catalog(name)!,
        ["DARTLAKE__Lake__Location"] = Location(name),
        ["DARTLAKE__Lake__S3Endpoint"] = Endpoint.AbsoluteUri,
        ["DARTLAKE__Lake__S3PathStyle"] = "true",
    };

    /// <summary>The lake that a run of the bronze job writes to; null: one in the folder.</summary>
    public static LakePlace? OfEnvironment(string folder) =>
        Environment.GetEnvironmentVariable("BENCH_LAKE") is { Length: > 0 } name
            ? new()
            {
                DataDir = folder,
                Catalog = Catalog($"{name}_{Path.GetFileName(folder).Replace('-', '_')}"),
                Location = Location($"{name}-{Path.GetFileName(folder)}"),
                S3 = S3,
            }
            : null;
}
