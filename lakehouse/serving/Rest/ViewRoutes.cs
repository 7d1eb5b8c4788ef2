using Dart.Lake.Lakehouse.Catalogs.Served;

namespace Dart.Lake.Serving.Rest;

/// <summary>The endpoints of views.</summary>
sealed class ViewRoutes(ServedViews views)
{
    const string Space = "/v1/{prefix}/namespaces/{namespace}", Here = Space + "/views", One = Here + "/{view}";

    public IReadOnlyList<Route> All =>
    [
        new("GET", Here, request => RestAnswer.WriteAsync(request.Context, request.Namespace, views.List(request.Namespace))),
        new("POST", Here, CreateAsync) { Commits = true },
        new("GET", One, LoadAsync),
        new("HEAD", One, ExistsAsync),
        new("POST", One, CommitAsync) { Commits = true },
        new("DELETE", One, DropAsync),
        new("POST", Space + "/register-view", RegisterAsync) { Commits = true },
        new("POST", "/v1/{prefix}/views/rename", RenameAsync),
    ];

    async Task CreateAsync(RestRequest request)
    {
        var body = await request.BodyAsync();
        await RestAnswer.WriteAsync(request.Context, await views.CreateAsync(request.Namespace, body, request.Cancel));
    }

    async Task RegisterAsync(RestRequest request)
    {
        var body = await request.BodyAsync();
        await RestAnswer.WriteAsync(request.Context, await views.RegisterAsync(request.Namespace, body, request.Cancel));
    }

    async Task LoadAsync(RestRequest request) =>
        await RestAnswer.WriteAsync(request.Context, await views.LoadAsync(request.Ident, request.Cancel));

    async Task CommitAsync(RestRequest request)
    {
        var commit = TableCommit.Read(request.Ident, await request.BodyAsync());
        await RestAnswer.WriteAsync(request.Context, await views.CommitAsync(commit, request.Cancel));
    }

    Task ExistsAsync(RestRequest request) => views.Exists(request.Ident)
        ? RestAnswer.NothingAsync(request.Context)
        : throw new CatalogRefusal(RefusalKind.NoSuchView, $"View does not exist: {request.Ident}");

    async Task DropAsync(RestRequest request)
    {
        await views.DropAsync(request.Ident, request.Cancel);
        await RestAnswer.NothingAsync(request.Context);
    }

    async Task RenameAsync(RestRequest request)
    {
        var body = await request.BodyAsync();
        await views.RenameAsync(body.Ident("source"), body.Ident("destination"), request.Cancel);
        await RestAnswer.NothingAsync(request.Context);
    }
}
