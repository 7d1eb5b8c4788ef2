using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace Dart.Lake.Lakehouse.Storage.S3;

/// <summary>What a failed request means for the caller. No message holds a key, a signature or a URL with one.</summary>
static class S3Failure
{
    /// <summary>Failures that the SDK throws for a request; what is none of them passes.</summary>
    public static bool Is(Exception e) =>
        e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or SocketException or TimeoutException;

    /// <summary>The object is not there, though its bucket is. The answer to a HEAD has no code of its own.</summary>
    public static bool IsMissing(Exception e) =>
        e is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchKey" or "NotFound" or "" or null };

    /// <summary>Somebody has the name, or writes it now.</summary>
    public static bool IsTaken(Exception e) =>
        e is AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed } or AmazonS3Exception { ErrorCode: "ConditionalRequestConflict" or "PreconditionFailed" };

    /// <param name="location">Of the object.</param>
    /// <param name="verb">What was not possible: written, read, deleted.</param>
    /// <param name="e">The SDK's.</param>
    public static LakeException Says(S3Location location, string verb, Exception e) =>
        LakeException.Unavailable($"{location} cannot be {verb}: {Reason(location.Bucket, e)}", e);

    static string Reason(string bucket, Exception e) => e switch
    {
        AmazonS3Exception { ErrorCode: "NoSuchBucket" } => $"there is no bucket {bucket}; make it, or name another in the lake's location",
        AmazonS3Exception { ErrorCode: "RequestTimeTooSkewed" or "RequestExpired" or "RequestInTheFuture" } =>
            "the service refuses the time of this machine's clock; set it, then run the same line again",
        AmazonS3Exception { ErrorCode: "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "AuthFailure" or "InvalidToken" or "ExpiredToken" } s3 =>
            RefusesCredentials(s3.ErrorCode),
        // so versitygw says that nobody has the key
        AmazonS3Exception { ErrorCode: "XAdminUserNotFound" } => RefusesCredentials("InvalidAccessKeyId"),
        // the answer to a HEAD, which does not say why
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, ErrorCode: "Forbidden" or "Unauthorized" or "" or null } =>
            $"the service refuses the credentials, or they lack a right in {bucket}; check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile's file, and what they may do",
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } s3 =>
            $"these credentials may not do that (AccessDenied{(s3.ErrorCode is { Length: > 0 } code and not "AccessDenied" ? $", {code}" : "")}); give them the right to read, write and delete in {bucket}",
        AmazonS3Exception { ErrorCode: "QuotaExceeded" or "InsufficientStorage" or "XMinioStorageFull" or "StorageFull" } or AmazonS3Exception { StatusCode: HttpStatusCode.InsufficientStorage } =>
            $"there is no room left in {bucket}; make room",
        AmazonS3Exception { StatusCode: HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests } s3 =>
            $"the service is busy ({(int)s3.StatusCode}) and has refused every attempt; run the same line again later",
        AmazonS3Exception { StatusCode: >= HttpStatusCode.InternalServerError } s3 => $"the service failed ({(int)s3.StatusCode} {FirstLine(s3)}); see its log",
        AmazonS3Exception { StatusCode: >= HttpStatusCode.MultipleChoices } s3 => $"the service says {(int)s3.StatusCode} {s3.ErrorCode}: {FirstLine(s3)}",
        AmazonClientException when NoCredentials(e) =>
            "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write a profile's file (AWS_SHARED_CREDENTIALS_FILE)",
        AmazonClientException when NoProfile(e) is { } why =>
            $"there are no credentials ({why}); check AWS_PROFILE and the profile's file (AWS_SHARED_CREDENTIALS_FILE)",
        _ => $"the service does not answer ({FirstLine(Innermost(e))}); check the endpoint and that it runs",
    };

    static string RefusesCredentials(string code) =>
        $"the service refuses the credentials ({code}); check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile's file";

    /// <summary>A profile was named that is not there.</summary>
    static string? NoProfile(Exception e) => Innermost(e) is AmazonClientException inner && IsOf(inner, "profile") ? FirstLine(inner) : null;

    static bool NoCredentials(Exception e) => IsOf(e, "credentials") || e.InnerException is AmazonClientException inner && NoCredentials(inner);

    static bool IsOf(Exception e, string word) => e.Message.Contains(word, StringComparison.OrdinalIgnoreCase);

    static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;

    static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim().TrimEnd('.');
}
