using Amazon.Runtime;
using Amazon.S3;

namespace Dart.Lake.Lakehouse.Storage.S3;

/// <summary>The SDK's client by our settings.</summary>
static class S3Clients
{
    public static IAmazonS3 Of(S3Settings settings)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = settings.Region,
            ForcePathStyle = settings.PathStyle,
            MaxErrorRetry = settings.Retries,
            RetryMode = RequestRetryMode.Standard,
            Timeout = settings.RequestTimeout,
            // metrics and logs of the SDK would hold requests
            LogResponse = false,
            DisableLogging = true,
        };
        if (settings.Endpoint is { } endpoint)
            config.ServiceURL = endpoint.AbsoluteUri;
        else
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(settings.Region);
        return new AmazonS3Client(config);
    }
}
