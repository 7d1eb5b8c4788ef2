using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs.Served;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Microsoft.AspNetCore.Http;

namespace Dart.Lake.Serving.Rest;

/// <summary>The endpoints of tables.</summary>
sealed class TableRoutes(ServedTables tables)
{
    const string Space = "/v1/{prefix}/namespaces/{namespace}", Here = Space + "/tables", One = Here + "/{table}";

    /// <summary>Tables of one transaction, each of which is locked until it ends.</summary>
    const int MostTables = 1000;

    public IReadOnlyList<Route> All =>
    [
        new("GET", Here, request => RestAnswer.WriteAsync(request.Context, request.Namespace, tables.List(request.Namespace))),
        new("POST", Here, CreateAsync) { Commits = true },
        new("GET", One, LoadAsync),
        new("HEAD", One, ExistsAsync),
        new("POST", One, CommitAsync) { Commits = true },
        new("DELETE", One, DropAsync),
        new("POST", Space + "/register", RegisterAsync) { Commits = true },
        new("POST", One + "/metrics", ReportAsync),
        new("POST", "/v1/{prefix}/tables/rename", RenameAsync),
        new("POST", "/v1/{prefix}/transactions/commit", CommitAllAsync) { Commits = true },
    ];

    async Task CreateAsync(RestRequest request)
    {
        var body = await request.BodyAsync();
        await RestAnswer.WriteAsync(request.Context, await tables.CreateAsync(request.Namespace, body, request.Cancel));
    }

    async Task RegisterAsync(RestRequest request)
    {
        var body = await request.BodyAsync();
        await RestAnswer.WriteAsync(request.Context, await tables.RegisterAsync(request.Namespace, body, request.Cancel));
    }

    /// <summary>
    /// The tag of an answer is of its metadata's place and of what was asked for, so that a table that has not moved is not sent again.
    /// </summary>
    async Task LoadAsync(RestRequest request)
    {
        var onlyRefs = request.Query("snapshots") switch
        {
            "" or "all" => false,
            "refs" => true,
            var other => throw LakeException.Invalid($"snapshots is all or refs, not '{other}'"),
        };
        var tag = Tag(await tables.FindAsync(request.Ident, request.Cancel), onlyRefs);
        request.Context.Response.Headers.ETag = tag;
        if (request.Context.Request.Headers.IfNoneMatch.Any(sent => sent?.Contains(tag, StringComparison.Ordinal) is true))
        {
            request.Context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        var loaded = await tables.LoadAsync(request.Ident, onlyRefs, request.Cancel);
        // it may have moved in between
        request.Context.Response.Headers.ETag = Tag(loaded.MetadataLocation!, onlyRefs);
        await RestAnswer.WriteAsync(request.Context, loaded);
    }

    static string Tag(string location, bool onlyRefs) =>
        $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{location} {onlyRefs}")))[..32]}\"";

    Task ExistsAsync(RestRequest request) => tables.Exists(request.Ident)
        ? RestAnswer.NothingAsync(request.Context)
        : throw new CatalogRefusal(RefusalKind.NoSuchTable, $"Table does not exist: {request.Ident}");

    async Task CommitAsync(RestRequest request)
    {
        var body = await request.BodyAsync();
        if (body.TryGetProperty("identifier", out var named) && named.ValueKind != JsonValueKind.Null && body.Ident("identifier") != request.Ident)
            throw LakeException.Invalid($"the path names {request.Ident}, the body {body.Ident("identifier")}");
        var committed = await tables.CommitAsync([Commit(request, request.Ident, body)], request.Cancel);
        await RestAnswer.WriteAsync(request.Context, committed[0]);
    }

    async Task CommitAllAsync(RestRequest request)
    {
        var body = await request.BodyAsync();
        var changes = body.Items("table-changes") ?? throw LakeException.Invalid("the field 'table-changes' is missing");
        if (changes.Count > MostTables)
            throw LakeException.Invalid($"a transaction has at most {MostTables} tables, not {changes.Count}");
        await tables.CommitAsync([.. changes.Select(change => Commit(request, change.Ident("identifier"), change))], request.Cancel);
        await RestAnswer.NothingAsync(request.Context);
    }

    static TableCommit Commit(RestRequest request, TableIdent ident, JsonElement body) =>
        TableCommit.Read(ident, body) with { IsOfTheLake = request.IsOfTheLake };

    async Task DropAsync(RestRequest request)
    {
        var purge = request.Query("purgeRequested").Equals("true", StringComparison.OrdinalIgnoreCase);
        await tables.DropAsync(request.Ident, purge, request.Cancel);
        await RestAnswer.NothingAsync(request.Context);
    }

    async Task RenameAsync(RestRequest request)
    {
        var body = await request.BodyAsync();
        await tables.RenameAsync(body.Ident("source"), body.Ident("destination"), request.Cancel);
        await RestAnswer.NothingAsync(request.Context);
    }

    /// <summary>Reports of scans and commits are taken and not kept.</summary>
    static async Task ReportAsync(RestRequest request)
    {
        _ = await request.BodyAsync();
        await RestAnswer.NothingAsync(request.Context);
    }
}
