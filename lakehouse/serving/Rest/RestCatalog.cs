using Dart.Lake.Lakehouse.Catalogs.Served;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Serving.Rest;

/// <summary>
/// Iceberg's REST catalog protocol (apache/iceberg, rest-catalog-open-api.yaml): the door by which engines use this lake. Finds the
/// endpoint of a request and turns what it throws into the protocol's errors.
/// </summary>
sealed class RestCatalog
{
    const int ClientHasGone = 499;

    const long SmallBody = 1 << 20;
    const int LargeAtOnce = 8;

    readonly SemaphoreSlim large = new(LargeAtOnce);
    readonly Route[] routes;
    readonly ILogger log;

    public RestCatalog(ServedCatalog catalog, ILogger log)
    {
        this.log = log;
        IReadOnlyList<Route> named =
        [
            .. new NamespaceRoutes(catalog.Namespaces).All, .. new TableRoutes(catalog.Tables).All, .. new ViewRoutes(catalog.Views).All,
        ];
        routes = [new("GET", "/v1/config", request => ConfigRoute.AnswerAsync(request, catalog, named)), .. named];
    }

    public async Task AnswerAsync(HttpContext context)
    {
        var path = Route.PathOf(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        var matching = routes.Select(route => (Route: route, Names: route.Match(path))).Where(match => match.Names is not null).ToList();
        if (matching.Count == 0)
        {
            await RestError.WriteAsync(context, new(
                StatusCodes.Status404NotFound, "NotFoundException", $"there is no {context.Request.Path} in the catalog's protocol"));
            return;
        }
        var (route, names) = matching.Find(match => match.Route.Method == context.Request.Method);
        if (route is null)
        {
            context.Response.Headers.Allow = string.Join(", ", matching.Select(match => match.Route.Method));
            await RestError.WriteAsync(context, new(
                StatusCodes.Status405MethodNotAllowed,
                "UnsupportedOperationException",
                $"{context.Request.Method} is not for {context.Request.Path}"));
            return;
        }
        // a large body is some ten times as large once it is read
        var isLarge = HttpMethods.IsPost(route.Method) && context.Request.ContentLength is null or > SmallBody;
        if (isLarge)
            await large.WaitAsync(context.RequestAborted);
        try
        {
            await AnswerAsync(route, new(context, names!));
        }
        finally
        {
            if (isLarge)
                large.Release();
        }
    }

    async Task AnswerAsync(Route route, RestRequest request)
    {
        var context = request.Context;
        try
        {
            await route.AnswerAsync(request);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested && context.Response.HasStarted)
        {
            // nobody hears the rest
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientHasGone;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var error = RestError.Of(e, route.Commits);
            Tell(context.Request, e, error, route.Commits);
            await RestError.WriteAsync(context, error);
        }
    }

    void Tell(HttpRequest request, Exception cause, RestError error, bool commits)
    {
        if (error.Status < StatusCodes.Status500InternalServerError)
            ServingLog.RequestRefused(log, request.Method, request.Path, error.Status, error.Type, error.Message);
        else if (commits && cause is LakeException { Kind: LakeErrorKind.Unavailable })
            ServingLog.OutcomeUnknown(log, request.Method, request.Path, error.Message);
        else
            // what the platform says of itself is said in one line
            ServingLog.RequestFailed(log, cause is LakeException ? null : cause, request.Method, request.Path, error.Message);
    }
}
