using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Serving.Tests;

/// <summary>What clients may not do to the lake's own tables, nor to files and folders of others.</summary>
public sealed class OwnTablesTests
{
    static readonly TableIdent trades = new("bronze", "trades");

    static async Task<ServedWorld> StartAsync()
    {
        var world = await ServedWorld.StartAsync();
        await world.WithContractAsync();
        await world.Lake.Catalog.CommitAsync(
            [
                new(trades, _ => new TableIntent
                {
                    AlwaysSnapshot = true,
                    SnapshotId = 7,
                    Tags = ["eod-2026-09-21", "in-run"],
                    Properties = new Dictionary<string, string?> { [LakeNames.Position] = "{}" },
                }),
            ],
            null,
            CancellationToken.None);
        return world;
    }

    [Theory]
    [InlineData("""{"action": "remove-snapshot-ref", "ref-name": "eod-2026-09-21"}""")]
    [InlineData("""{"action": "set-snapshot-ref", "ref-name": "eod-2026-09-21", "type": "branch", "snapshot-id": 7}""")]
    [InlineData("""{"action": "set-snapshot-ref", "ref-name": "eod-2026-09-22", "type": "tag", "snapshot-id": 7}""")]
    [InlineData("""{"action": "set-properties", "updates": {"dartlake.position": "{\"a\":1}"}}""")]
    [InlineData("""{"action": "remove-properties", "removals": ["dartlake.position"]}""")]
    [InlineData("""{"action": "upgrade-format-version", "format-version": 3}""")]
    [InlineData("""{"action": "set-properties", "updates": {"format-version": "3"}}""")]
    [InlineData("""{"action": "remove-snapshot-ref", "ref-name": "main"}""")]
    [InlineData("""
        {"action": "add-schema", "schema": {"type": "struct", "schema-id": 9, "fields": [{"id": 1, "name": "kind", "required": true, "type": "string"}]} },
        {"action": "set-current-schema", "schema-id": -1}
        """)]
    public async Task Tags_of_publications_positions_and_the_format_stay_what_they_are(string update)
    {
        await using var world = await StartAsync();
        var before = (await world.Lake.Catalog.TryLoadAsync(trades, CancellationToken.None))!.MetadataLocation;
        var body = $$"""{"requirements": [], "updates": [{{update}}]}""";
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces/bronze/tables/trades", 400, body));
        Assert.Equal(before, (await world.Lake.Catalog.TryLoadAsync(trades, CancellationToken.None))!.MetadataLocation);
        // what is no matter of ours is theirs to set
        await world.PostAsync("/v1/namespaces/bronze/tables/trades", """
            {"requirements": [], "updates": [{"action": "set-properties", "updates": {"owner": "desk"}},
                {"action": "set-snapshot-ref", "ref-name": "mine", "type": "tag", "snapshot-id": 7}]}
            """);
    }

    [Fact]
    public async Task They_are_neither_purged_nor_renamed_nor_registered_anew()
    {
        await using var world = await StartAsync();
        var location = (await world.Lake.Catalog.TryLoadAsync(trades, CancellationToken.None))!.MetadataLocation;
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Delete, "/v1/namespaces/bronze/tables/trades?purgeRequested=true", 400));
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, "/v1/tables/rename", 400, new
        {
            source = new { @namespace = new[] { "bronze" }, name = "trades" },
            destination = new { @namespace = new[] { "bronze" }, name = "other" },
        }));
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces/bronze/register", 400, new JsonObject
        {
            ["name"] = "trades",
            ["metadata-location"] = location,
            ["overwrite"] = true,
        }));
    }

    [Fact]
    public async Task Their_names_are_taken_by_nobody_else()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        await world.PostAsync("/v1/namespaces", new { @namespace = new[] { "bronze" } });
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(
            HttpMethod.Post, "/v1/namespaces/bronze/tables", 400, new { name = "trades", schema = ServedWorld.Schema }));
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, "/v1/tables/rename", 400, new
        {
            source = new { @namespace = new[] { "desk" }, name = "notes" },
            destination = new { @namespace = new[] { "bronze" }, name = "permit" },
        }));
        await world.PostAsync("/v1/namespaces/bronze/tables", new { name = "notes", schema = ServedWorld.Schema });
    }

    [Fact]
    public async Task A_purged_table_s_files_are_not_registered_again_and_a_table_has_one_name()
    {
        await using var world = await ServedWorld.StartAsync();
        var location = (string)(await world.WithTableAsync())["metadata-location"]!;
        var other = new JsonObject { ["name"] = "other", ["metadata-location"] = location };
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces/desk/register", 400, other));
        await world.DeleteAsync("/v1/namespaces/desk/tables/notes?purgeRequested=true");
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces/desk/register", 400, other));
    }

    [Fact]
    public async Task No_table_lies_within_another()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.PostAsync("/v1/namespaces", new { @namespace = new[] { "x" } });
        await world.PostAsync("/v1/namespaces", new { @namespace = new[] { "x", "a" } });
        var outer = (await world.PostAsync("/v1/namespaces/x/tables", new { name = "a", schema = ServedWorld.Schema }))!;
        var inner = (await world.PostAsync("/v1/namespaces/x%1Fa/tables", new { name = "b", schema = ServedWorld.Schema }))!;
        var folder = (string)outer["metadata"]!["location"]!;
        Assert.DoesNotContain(folder + "/", (string)inner["metadata"]!["location"]!, StringComparison.Ordinal);
        foreach (var place in new[] { folder, folder + "/data", folder[..folder.LastIndexOf('/')], folder + "/../c" })
            Assert.Equal("IllegalArgumentException", await world.RefusedAsync(
                HttpMethod.Post, "/v1/namespaces/x/tables", 400, new { name = "c", schema = ServedWorld.Schema, location = place }));
    }

    [Theory]
    [InlineData("""{"namespace": ["y"], "properties": {"a": "1", "a": "2"}}""", 200)]
    [InlineData("""{"namespace": ["\ud800"]}""", 400)]
    [InlineData("""{"namespace": ["z"], "properties": {"\udc00": "1"}}""", 400)]
    public async Task Odd_texts_are_the_client_s_mistake_or_none(string body, int status)
    {
        await using var world = await ServedWorld.StartAsync();
        await world.AskAsync(HttpMethod.Post, "/v1/namespaces", status, body);
        // an empty part of a path is no name
        await world.PostAsync("/v1/namespaces", new { @namespace = new[] { "tables" } });
        await world.AskAsync(HttpMethod.Get, "/v1/namespaces//tables", 400);
        await world.DeleteAsync("/v1/namespaces//tables", 405);
        await world.GetAsync("/v1/namespaces/tables");
    }

    [Fact]
    public async Task What_could_not_be_read_again_is_not_committed()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", 90)) + "1" + new string('}', 90);
        await world.AskAsync(HttpMethod.Post, "/v1/namespaces/desk/views", 200, $$"""
            {"name": "deep", "schema": {"type": "struct", "fields": []}, "properties": {}, "view-version": {"version-id": 1, "schema-id": -1,
             "timestamp-ms": 1790000000000, "summary": {"engine": "x"}, "default-namespace": ["desk"], "more": {{deep}},
             "representations": [{"type": "sql", "sql": "select 1", "dialect": "x"}]} }
            """);
        await world.GetAsync("/v1/namespaces/desk/views/deep");
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces/desk/tables/notes", 400, """
            {"requirements": [], "updates": [{"action": "add-snapshot", "snapshot": {"snapshot-id": -1, "sequence-number": 1, "timestamp-ms": 1, "manifest-list": "file:///a.avro", "summary": {"operation": "append"} } }]}
            """));
    }
}
