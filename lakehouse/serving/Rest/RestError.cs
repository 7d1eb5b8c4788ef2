using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs.Served;
using Microsoft.AspNetCore.Http;

namespace Dart.Lake.Serving.Rest;

/// <summary>A failure as the protocol has it (REST specification, "ErrorModel"). Clients go by status and type.</summary>
/// <param name="Status">HTTP's.</param>
/// <param name="Type">The name of the exception that Java's client makes of it.</param>
/// <param name="Message">For people.</param>
sealed record RestError(int Status, string Type, string Message)
{
    /// <summary>What a request that has thrown is answered.</summary>
    /// <param name="cause">What was thrown.</param>
    /// <param name="commits">
    /// Whether the request commits: then 500 says that its outcome is not known, and the client keeps its files; 409 that it certainly did
    /// not happen. One is never said for the other.
    /// </param>
    public static RestError Of(Exception cause, bool commits) => cause switch
    {
        CatalogRefusal refusal => Of(refusal),
        LakeException { Kind: LakeErrorKind.Conflict } => new(StatusCodes.Status409Conflict, "CommitFailedException", cause.Message),
        LakeException { Kind: LakeErrorKind.Invalid } => new(StatusCodes.Status400BadRequest, "IllegalArgumentException", cause.Message),
        LakeException { Kind: LakeErrorKind.Retry } => Unavailable(cause),
        LakeException { Kind: LakeErrorKind.Unavailable } when !commits => Unavailable(cause),
        BadHttpRequestException bad => new(bad.StatusCode, "BadRequestException", bad.StatusCode == StatusCodes.Status413PayloadTooLarge
            ? $"a request has at most {ServerSettings.MaxBody >> 20} MiB" : bad.Message),
        JsonException => new(StatusCodes.Status400BadRequest, "BadRequestException", $"the body is not JSON: {cause.Message}"),
        _ when commits => new(StatusCodes.Status500InternalServerError, "CommitStateUnknownException", cause.Message),
        _ => new(StatusCodes.Status500InternalServerError, "InternalServerError", cause.Message),
    };

    static RestError Unavailable(Exception cause) =>
        new(StatusCodes.Status503ServiceUnavailable, "ServiceUnavailableException", cause.Message);

    static RestError Of(CatalogRefusal refusal) => refusal.Kind switch
    {
        RefusalKind.NoSuchNamespace => new(StatusCodes.Status404NotFound, "NoSuchNamespaceException", refusal.Message),
        RefusalKind.NoSuchTable => new(StatusCodes.Status404NotFound, "NoSuchTableException", refusal.Message),
        RefusalKind.NoSuchView => new(StatusCodes.Status404NotFound, "NoSuchViewException", refusal.Message),
        RefusalKind.NoSuchFile => new(StatusCodes.Status404NotFound, "NotFoundException", refusal.Message),
        RefusalKind.AlreadyExists => new(StatusCodes.Status409Conflict, "AlreadyExistsException", refusal.Message),
        RefusalKind.NamespaceNotEmpty => new(StatusCodes.Status409Conflict, "NamespaceNotEmptyException", refusal.Message),
        RefusalKind.Unprocessable => new(StatusCodes.Status422UnprocessableEntity, "UnprocessableEntityException", refusal.Message),
        _ => throw LakeException.Bug($"{refusal.Kind} has no answer"),
    };

    /// <summary>Answers with the failure; nothing was written before.</summary>
    public static Task WriteAsync(HttpContext context, RestError error)
    {
        context.Response.StatusCode = error.Status;
        if (error.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        return RestAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject("error");
            json.WriteString("message", error.Message);
            json.WriteString("type", error.Type);
            json.WriteNumber("code", error.Status);
            json.WriteEndObject();
        });
    }
}
