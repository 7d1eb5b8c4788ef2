using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs.Served;
using Dart.Lake.Schemas;

namespace Dart.Lake.Serving.Rest;

/// <summary>What a client asks first: which paths there are, and what stands before them.</summary>
static class ConfigRoute
{
    public static Task AnswerAsync(RestRequest request, ServedCatalog catalog, IReadOnlyList<Route> routes) =>
        RestAnswer.WriteAsync(request.Context, json => Write(json, request, catalog, routes));

    static void Write(Utf8JsonWriter json, RestRequest request, ServedCatalog catalog, IReadOnlyList<Route> routes)
    {
        // by which a lake whose tables we name knows that it is this one, and is at its place
        RestAnswer.WriteTexts(json, "defaults", [new(LakeNames.LakeId, catalog.LakeId), new(LakeNames.LakeLocation, catalog.Location)]);
        // there is one warehouse; who names it gets its prefix, who names another gets the one that there is
        RestAnswer.WriteTexts(json, "overrides", request.Query("warehouse") == Route.Prefix ? [new("prefix", Route.Prefix)] : []);
        RestAnswer.WriteNames(json, "endpoints", routes.Where(route => route.IsTold).Select(route => $"{route.Method} {route.Template}"));
    }
}
