using System.Text.Json.Nodes;

namespace Dart.Lake.Serving.Tests;

public sealed class ViewTests
{
    const string Open = "/v1/namespaces/desk/views/open";

    static object View(string name, string sql, string dialect = "spark") => new Dictionary<string, object>
    {
        ["name"] = name,
        ["schema"] = ServedWorld.Schema,
        ["view-version"] = Version(sql, dialect),
        ["properties"] = new { comment = "of the desk" },
    };

    static JsonNode Version(string sql, string dialect = "spark") => JsonNode.Parse($$"""
        {"version-id": 1, "schema-id": -1, "timestamp-ms": 1790000000000, "summary": {"engine": "{{dialect}}"}, "default-namespace": ["desk"],
         "representations": [{"type": "sql", "sql": "{{sql}}", "dialect": "{{dialect}}"}]}
        """)!;

    static object Replace(string sql, string dialect = "spark", string? uuid = null) => new
    {
        requirements = uuid is null ? [] : new object[] { new { type = "assert-view-uuid", uuid } },
        updates = new JsonNode[]
        {
            JsonNode.Parse($$"""{"action": "add-view-version", "view-version": {{Version(sql, dialect).ToJsonString().Replace("\"schema-id\":-1", "\"schema-id\":0", StringComparison.Ordinal)}}}""")!,
            JsonNode.Parse("""{"action": "set-current-view-version", "view-version-id": -1}""")!,
        },
    };

    [Fact]
    public async Task A_view_is_made_replaced_renamed_and_dropped()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        var made = (await world.PostAsync("/v1/namespaces/desk/views", View("open", "select 1")))!["metadata"]!;
        Assert.Equal((1, 0), ((int)made["current-version-id"]!, (int)made["versions"]![0]!["schema-id"]!));
        var uuid = (string)made["view-uuid"]!;
        var replaced = (await world.PostAsync(Open, Replace("select 2", uuid: uuid)))!["metadata"]!;
        Assert.Equal((2, 2, 2), ((int)replaced["current-version-id"]!, replaced["versions"]!.AsArray().Count, replaced["version-log"]!.AsArray().Count));
        var back = (await world.PostAsync(Open, Replace("select 1")))!["metadata"]!;
        Assert.Equal(1, (int)back["current-version-id"]!);
        Assert.Equal("CommitFailedException", await world.RefusedAsync(
            HttpMethod.Post, Open, 409, Replace("select 3", uuid: "b1f6ffde-0bd4-4a1c-97b9-3e9f4b5d2c10")));
        await world.AskAsync(HttpMethod.Post, "/v1/views/rename", 204, new
        {
            source = new { @namespace = new[] { "desk" }, name = "open" },
            destination = new { @namespace = new[] { "desk" }, name = "shut" },
        });
        Assert.Equal(["shut"], (await world.GetAsync("/v1/namespaces/desk/views"))!["identifiers"]!.AsArray().Select(i => (string)i!["name"]!));
        await world.DeleteAsync("/v1/namespaces/desk/views/shut");
        Assert.Equal("NoSuchViewException", await world.RefusedAsync(HttpMethod.Get, "/v1/namespaces/desk/views/shut", 404));
    }

    [Fact]
    public async Task A_name_is_of_a_table_or_of_a_view()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        Assert.Equal("AlreadyExistsException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces/desk/views", 409, View("notes", "select 1")));
        await world.PostAsync("/v1/namespaces/desk/views", View("open", "select 1"));
        Assert.Equal("AlreadyExistsException", await world.RefusedAsync(
            HttpMethod.Post, "/v1/namespaces/desk/tables", 409, new { name = "open", schema = ServedWorld.Schema }));
        Assert.Equal("NoSuchTableException", await world.RefusedAsync(HttpMethod.Get, "/v1/namespaces/desk/tables/open", 404));
        Assert.Equal("NamespaceNotEmptyException", await world.RefusedAsync(HttpMethod.Delete, "/v1/namespaces/desk", 409));
    }

    [Fact]
    public async Task An_engine_does_not_lose_its_view_to_another_one()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        await world.PostAsync("/v1/namespaces/desk/views", View("open", "select 1"));
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, Open, 400, Replace("select 2", "trino")));
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(
            HttpMethod.Post, Open, 400, """{"requirements": [], "updates": [{"action": "add-snapshot"}]}"""));
    }

    [Fact]
    public async Task A_view_keeps_its_newest_ten_versions()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        await world.PostAsync("/v1/namespaces/desk/views", View("open", "select 0"));
        JsonNode? last = null;
        for (var i = 1; i < 13; i++)
            last = await world.PostAsync(Open, Replace($"select {i}"));
        Assert.Equal(Enumerable.Range(4, 10), last!["metadata"]!["versions"]!.AsArray().Select(v => (int)v!["version-id"]!));
        Assert.Equal(10, last["metadata"]!["version-log"]!.AsArray().Count);
    }
}
