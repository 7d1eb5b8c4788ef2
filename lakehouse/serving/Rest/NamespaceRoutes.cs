using Dart.Lake.Lakehouse.Catalogs.Served;

namespace Dart.Lake.Serving.Rest;

/// <summary>The endpoints of namespaces.</summary>
sealed class NamespaceRoutes(ServedNamespaces namespaces)
{
    const string Here = "/v1/{prefix}/namespaces", One = Here + "/{namespace}";

    public IReadOnlyList<Route> All =>
    [
        new("GET", Here, ListAsync),
        new("POST", Here, CreateAsync),
        new("GET", One, request => AnswerAsync(request, request.Namespace)),
        new("HEAD", One, ExistsAsync),
        new("DELETE", One, DropAsync),
        new("POST", One + "/properties", UpdateAsync),
    ];

    Task ListAsync(RestRequest request)
    {
        var parent = request.Query("parent") is { Length: > 0 } levels ? RestRequest.NamespaceOf(levels) : null;
        var page = Page.Of(request.Context.Request, namespaces.List(parent));
        return RestAnswer.WriteAsync(request.Context, json =>
        {
            json.WriteStartArray("namespaces");
            foreach (var ns in page.Names)
            {
                json.WriteStartArray();
                foreach (var level in ServedNames.Levels(ns))
                    json.WriteStringValue(level);
                json.WriteEndArray();
            }
            json.WriteEndArray();
            page.WriteNext(json);
        });
    }

    async Task CreateAsync(RestRequest request)
    {
        var body = await request.BodyAsync();
        var ns = ServedNames.Namespace(body.Names("namespace"));
        await namespaces.CreateAsync(ns, body.Texts("properties"), request.Cancel);
        await AnswerAsync(request, ns);
    }

    Task AnswerAsync(RestRequest request, string ns)
    {
        var properties = namespaces.Load(ns);
        return RestAnswer.WriteAsync(request.Context, json =>
        {
            RestAnswer.WriteLevels(json, "namespace", ns);
            RestAnswer.WriteTexts(json, "properties", properties);
        });
    }

    Task ExistsAsync(RestRequest request) => namespaces.Exists(request.Namespace)
        ? RestAnswer.NothingAsync(request.Context)
        : throw new CatalogRefusal(RefusalKind.NoSuchNamespace, $"Namespace does not exist: {request.Namespace}");

    async Task DropAsync(RestRequest request)
    {
        await namespaces.DropAsync(request.Namespace, request.Cancel);
        await RestAnswer.NothingAsync(request.Context);
    }

    async Task UpdateAsync(RestRequest request)
    {
        var body = await request.BodyAsync();
        var (removals, updates) = (body.Names("removals"), body.Texts("updates"));
        var missing = await namespaces.UpdateAsync(request.Namespace, removals, updates, request.Cancel);
        await RestAnswer.WriteAsync(request.Context, json =>
        {
            RestAnswer.WriteNames(json, "updated", updates.Keys);
            RestAnswer.WriteNames(json, "removed", removals.Except(missing, StringComparer.Ordinal));
            RestAnswer.WriteNames(json, "missing", missing);
        });
    }
}
