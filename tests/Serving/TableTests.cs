using System.Net;
using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Serving.Tests;

public sealed class TableTests
{
    const string Notes = "/v1/namespaces/desk/tables/notes";

    [Fact]
    public async Task A_table_is_made_in_the_warehouse_with_ids_from_1_on_and_our_own_catalog_has_it()
    {
        await using var world = await ServedWorld.StartAsync();
        var made = await world.WithTableAsync();
        Assert.Equal($"file://{world.Lake.DataDir}/warehouse/desk/notes", (string)made["metadata"]!["location"]!);
        var ours = await world.Lake.Catalog.TryLoadAsync(new("desk", "notes"), CancellationToken.None);
        Assert.Equal([(1, "id"), (2, "text")], ours!.Metadata.Schema.Fields.Select(f => (f.Id, f.Name)));
        Assert.Equal(ours.MetadataLocation, (string)made["metadata-location"]!);
        Assert.Equal("AlreadyExistsException", await world.RefusedAsync(
            HttpMethod.Post, "/v1/namespaces/desk/tables", 409, new { name = "notes", schema = ServedWorld.Schema }));
        Assert.Equal("NoSuchNamespaceException", await world.RefusedAsync(
            HttpMethod.Post, "/v1/namespaces/none/tables", 404, new { name = "notes", schema = ServedWorld.Schema }));
    }

    [Fact]
    public async Task A_partition_and_an_order_follow_the_ids_that_the_server_gives()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        var made = (await world.PostAsync("/v1/namespaces/desk/tables", new Dictionary<string, object>
        {
            ["name"] = "parted",
            ["schema"] = ServedWorld.Schema,
            ["partition-spec"] = JsonNode.Parse("""{"fields": [{"source-id": 9, "transform": "truncate[2]", "name": "head"}]}""")!,
            ["write-order"] = JsonNode.Parse("""{"order-id": 1, "fields": [{"source-id": 7, "transform": "identity", "direction": "asc", "null-order": "nulls-first"}]}""")!,
        }))!["metadata"]!;
        Assert.Equal("""[{"name":"head","transform":"truncate[2]","source-id":2,"field-id":1000}]""", made["partition-specs"]![0]!["fields"]!.ToJsonString());
        Assert.Equal(1, (int)made["sort-orders"]![0]!["fields"]![0]!["source-id"]!);
        Assert.Equal(1, (int)made["default-sort-order-id"]!);
    }

    [Fact]
    public async Task A_staged_table_is_there_once_it_is_committed()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        var staged = (await world.PostAsync("/v1/namespaces/desk/tables", new Dictionary<string, object>
        {
            ["name"] = "staged",
            ["schema"] = ServedWorld.Schema,
            ["stage-create"] = true,
        }))!;
        Assert.Null(staged["metadata-location"]);
        await world.AskAsync(HttpMethod.Head, "/v1/namespaces/desk/tables/staged", 404);
        var commit = new
        {
            requirements = new[] { new { type = "assert-create" } },
            updates = JsonNode.Parse($$"""
                [{"action": "assign-uuid", "uuid": "{{staged["metadata"]!["table-uuid"]}}"}, {"action": "upgrade-format-version", "format-version": 2},
                 {"action": "add-schema", "schema": {{staged["metadata"]!["schemas"]![0]!.ToJsonString()}}}, {"action": "set-current-schema", "schema-id": -1},
                 {"action": "set-location", "location": "{{staged["metadata"]!["location"]}}"}]
                """),
        };
        var made = (await world.PostAsync("/v1/namespaces/desk/tables/staged", commit))!;
        Assert.Equal((string)staged["metadata"]!["table-uuid"]!, (string)made["metadata"]!["table-uuid"]!);
        Assert.Equal("CommitFailedException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces/desk/tables/staged", 409, commit));
    }

    [Fact]
    public async Task A_table_that_has_not_moved_is_not_sent_again()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        using var first = await world.SendAsync(HttpMethod.Get, Notes);
        var tag = first.Headers.ETag!;
        using var again = await world.SendAsync(HttpMethod.Get, Notes, headers: h => h.IfNoneMatch.Add(tag));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using var refs = await world.SendAsync(HttpMethod.Get, $"{Notes}?snapshots=refs", headers: h => h.IfNoneMatch.Add(tag));
        Assert.Equal(HttpStatusCode.OK, refs.StatusCode);
        await world.PostAsync(Notes, """{"requirements": [], "updates": [{"action": "set-properties", "updates": {"a": "1"}}]}""");
        using var moved = await world.SendAsync(HttpMethod.Get, Notes, headers: h => h.IfNoneMatch.Add(tag));
        Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("two words", "two+words")]
    [InlineData("two words", "two%20words")]
    [InlineData("a+b", "a%2Bb")]
    [InlineData("Größe 🤪", "Gr%C3%B6%C3%9Fe%20%F0%9F%A4%AA")]
    [InlineData("50%", "50%25")]
    [InlineData("..", null)]
    [InlineData("a.b", null)]
    [InlineData("", null)]
    public async Task Names_are_kept_to_the_letter_or_refused(string name, string? path)
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        var made = await world.AskAsync(HttpMethod.Post, "/v1/namespaces/desk/tables", path is null ? 400 : 200, new { name, schema = ServedWorld.Schema });
        if (path is null)
            return;
        var location = (string)made!["metadata"]!["location"]!;
        Assert.Matches("^file://[A-Za-z0-9_./-]+$", location);
        Assert.StartsWith($"file://{world.Lake.Warehouse}/desk/", location, StringComparison.Ordinal);
        Assert.Equal(location, (string)(await world.GetAsync($"/v1/namespaces/desk/tables/{path}"))!["metadata"]!["location"]!);
        Assert.NotNull(await world.Lake.Catalog.TryLoadAsync(new TableIdent("desk", name), CancellationToken.None));
        await world.DeleteAsync($"/v1/namespaces/desk/tables/{path}");
    }

    [Fact]
    public async Task A_renamed_table_keeps_its_folder_to_itself()
    {
        await using var world = await ServedWorld.StartAsync();
        var before = await world.WithTableAsync();
        object To(string ns, string name) => new
        {
            source = new { @namespace = new[] { "desk" }, name = "notes" },
            destination = new { @namespace = new[] { ns }, name },
        };
        Assert.Equal("NoSuchNamespaceException", await world.RefusedAsync(HttpMethod.Post, "/v1/tables/rename", 404, To("none", "old")));
        Assert.Equal("AlreadyExistsException", await world.RefusedAsync(HttpMethod.Post, "/v1/tables/rename", 409, To("desk", "notes")));
        await world.AskAsync(HttpMethod.Post, "/v1/tables/rename", 204, To("desk", "old"));
        Assert.Equal("NoSuchTableException", await world.RefusedAsync(HttpMethod.Get, Notes, 404));
        var next = (await world.PostAsync("/v1/namespaces/desk/tables", new { name = "notes", schema = ServedWorld.Schema }))!;
        Assert.NotEqual((string)before["metadata"]!["location"]!, (string)next["metadata"]!["location"]!);
        Assert.Equal(["notes", "old"], (await world.GetAsync("/v1/namespaces/desk/tables"))!["identifiers"]!.AsArray().Select(i => (string)i!["name"]!));
    }

    [Fact]
    public async Task A_dropped_table_is_registered_again_and_a_purged_one_waits_for_its_deletion()
    {
        await using var world = await ServedWorld.StartAsync();
        var location = (string)(await world.WithTableAsync())["metadata-location"]!;
        await world.DeleteAsync(Notes);
        await world.DeleteAsync(Notes, 404);
        Assert.Empty(world.Lake.WaitingDeletions());
        await world.PostAsync("/v1/namespaces/desk/register", new Dictionary<string, string> { ["name"] = "notes", ["metadata-location"] = location });
        await world.DeleteAsync($"{Notes}?purgeRequested=true");
        Assert.Equal([location], world.Lake.WaitingDeletions());
        Assert.True(File.Exists(location["file://".Length..]));
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("s3://bucket/table/metadata/00000-a.metadata.json")]
    [InlineData("WAREHOUSE/../../outside.metadata.json")]
    [InlineData("WAREHOUSE/nothing.metadata.json")]
    public async Task A_place_outside_of_the_lake_is_refused_and_nothing_of_it_is_told(string place)
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        place = place.Replace("WAREHOUSE", $"file://{world.Lake.Warehouse}", StringComparison.Ordinal);
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(
            HttpMethod.Post, "/v1/namespaces/desk/register", 400, new Dictionary<string, string> { ["name"] = "other", ["metadata-location"] = place }));
        if (!place.Contains("nothing", StringComparison.Ordinal))
            Assert.Equal("IllegalArgumentException", await world.RefusedAsync(
                HttpMethod.Post, "/v1/namespaces/desk/tables", 400, new { name = "other", schema = ServedWorld.Schema, location = place }));
    }

    [Fact]
    public async Task A_folder_that_the_server_was_told_of_may_hold_tables()
    {
        var other = Directory.CreateTempSubdirectory("other-");
        await using var world = await ServedWorld.StartAsync(null, other.FullName);
        await world.WithTableAsync();
        var made = (await world.PostAsync(
            "/v1/namespaces/desk/tables", new { name = "there", schema = ServedWorld.Schema, location = $"file:{other.FullName}/there" }))!;
        Assert.StartsWith($"file:{other.FullName}/there/metadata/", (string)made["metadata-location"]!, StringComparison.Ordinal);
        other.Delete(recursive: true);
    }
}
