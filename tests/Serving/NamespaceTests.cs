using System.Text.Json.Nodes;

namespace Dart.Lake.Serving.Tests;

public sealed class NamespaceTests
{
    static string Names(JsonNode? answer, string field) =>
        string.Join(' ', answer![field]!.AsArray().Select(item => item is JsonArray levels ? string.Join('/', levels) : $"{item}"));

    [Fact]
    public async Task A_namespace_is_made_changed_and_dropped()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.PostAsync("/v1/namespaces", new { @namespace = new[] { "desk" }, properties = new { owner = "risk" } });
        Assert.Equal("AlreadyExistsException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces", 409, new { @namespace = new[] { "desk" } }));
        var changed = await world.PostAsync(
            "/v1/namespaces/desk/properties", new { removals = new[] { "owner", "absent" }, updates = new { comment = "notes" } });
        Assert.Equal(("comment", "owner", "absent"), (Names(changed, "updated"), Names(changed, "removed"), Names(changed, "missing")));
        Assert.Equal("""{"namespace":["desk"],"properties":{"comment":"notes"}}""", (await world.GetAsync("/v1/namespaces/desk"))!.ToJsonString());
        await world.AskAsync(HttpMethod.Head, "/v1/namespaces/desk", 204);
        await world.DeleteAsync("/v1/namespaces/desk");
        await world.AskAsync(HttpMethod.Head, "/v1/namespaces/desk", 404);
        Assert.Equal("NoSuchNamespaceException", await world.RefusedAsync(HttpMethod.Get, "/v1/namespaces/desk", 404));
    }

    [Fact]
    public async Task A_key_that_is_set_and_removed_at_once_is_refused_whole()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.PostAsync("/v1/namespaces", new { @namespace = new[] { "desk" } });
        Assert.Equal("UnprocessableEntityException", await world.RefusedAsync(
            HttpMethod.Post, "/v1/namespaces/desk/properties", 422, new { removals = new[] { "a" }, updates = new { a = "1", b = "2" } }));
        Assert.Equal("{}", (await world.GetAsync("/v1/namespaces/desk"))!["properties"]!.ToJsonString());
    }

    [Fact]
    public async Task Levels_are_told_apart_and_a_namespace_with_another_in_it_stays()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.PostAsync("/v1/namespaces", new { @namespace = new[] { "a", "b" } });
        await world.PostAsync("/v1/namespaces", new { @namespace = new[] { "ab" } });
        Assert.Equal("a ab", Names(await world.GetAsync("/v1/namespaces"), "namespaces"));
        Assert.Equal("a/b", Names(await world.GetAsync("/v1/namespaces?parent=a"), "namespaces"));
        await world.GetAsync("/v1/namespaces/a%1Fb");
        Assert.Equal("NamespaceNotEmptyException", await world.RefusedAsync(HttpMethod.Delete, "/v1/namespaces/a", 409));
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces", 400, new { @namespace = new[] { "a.b" } }));
    }

    [Fact]
    public async Task A_long_list_comes_page_by_page_each_name_once()
    {
        await using var world = await ServedWorld.StartAsync();
        foreach (var i in Enumerable.Range(0, 7))
            await world.PostAsync("/v1/namespaces", new { @namespace = new[] { $"n{i}" } });
        var (seen, token) = (new List<string>(), "");
        do
        {
            var page = await world.GetAsync($"/v1/namespaces?pageSize=3&pageToken={token}");
            seen.Add(Names(page, "namespaces"));
            token = (string?)page!["next-page-token"];
        }
        while (token is not null);
        Assert.Equal(["n0 n1 n2", "n3 n4 n5", "n6"], seen);
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Get, "/v1/namespaces?pageSize=none", 400));
    }
}
