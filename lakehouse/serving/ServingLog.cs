using Microsoft.Extensions.Logging;

namespace Dart.Lake.Serving;

/// <summary>Every message that serving logs.</summary>
static partial class ServingLog
{
    [LoggerMessage(2001, LogLevel.Error, "{Method} {Path} failed and the client was told so: {Message}")]
    public static partial void RequestFailed(ILogger log, Exception? cause, string method, string path, string message);

    [LoggerMessage(2002, LogLevel.Warning, "{Method} {Path}: whether it was committed is not known, and the client was told so: {Message}")]
    public static partial void OutcomeUnknown(ILogger log, string method, string path, string message);

    [LoggerMessage(2003, LogLevel.Information, "{Method} {Path}: {Status} {Type}: {Message}")]
    public static partial void RequestRefused(ILogger log, string method, string path, int status, string type, string message);
}
