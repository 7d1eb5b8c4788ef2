using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Serving.Tests;

/// <summary>Commits of clients: through the same rows as ours, with requirements, all or nothing, and with a clear answer.</summary>
public sealed class CommitTests
{
    const string Notes = "/v1/namespaces/desk/tables/notes";
    static readonly TableIdent ident = new("desk", "notes");

    static object Set(string key, string value, params object[] requirements) => new
    {
        requirements,
        updates = new[] { new { action = "set-properties", updates = new Dictionary<string, string> { [key] = value } } },
    };

    static object AtSchema(int id) => new Dictionary<string, object> { ["type"] = "assert-current-schema-id", ["current-schema-id"] = id };

    [Fact]
    public async Task A_commit_whose_requirements_hold_moves_the_table_by_one_metadata_file()
    {
        await using var world = await ServedWorld.StartAsync();
        var before = await world.WithTableAsync();
        var after = (await world.PostAsync(Notes, Set("comment", "theirs", AtSchema(0))))!;
        var ours = (await world.Lake.Catalog.TryLoadAsync(ident, CancellationToken.None))!;
        Assert.Equal((string)after["metadata-location"]!, ours.MetadataLocation);
        Assert.Equal("theirs", ours.Metadata.Properties["comment"]);
        Assert.Equal((string)before["metadata-location"]!, Assert.Single(ours.Metadata.MetadataLog).MetadataFile);
        Assert.Equal("CommitFailedException", await world.RefusedAsync(HttpMethod.Post, Notes, 409, Set("comment", "late", AtSchema(5))));
        Assert.Equal("theirs", (await world.Lake.Catalog.TryLoadAsync(ident, CancellationToken.None))!.Metadata.Properties["comment"]);
    }

    [Theory]
    [InlineData("""{"requirements": [], "updates": [{"action": "set-properties", "updates": {"a": "1"}}, {"action": "make-coffee"}]}""")]
    [InlineData("""{"requirements": [{"type": "assert-weather"}], "updates": [{"action": "set-properties", "updates": {"a": "1"}}]}""")]
    [InlineData("""{"requirements": [], "updates": [{"action": "set-properties", "updates": {"a": 1}}]}""")]
    [InlineData("""{"requirements": [], "updates": [{"action": "set-current-schema", "schema-id": 9}]}""")]
    [InlineData("""{"requirements": [], "updates": [{"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": 9}]}""")]
    [InlineData("""{"requirements": [], "updates": [{"action": "assign-uuid", "uuid": "b1f6ffde-0bd4-4a1c-97b9-3e9f4b5d2c10"}]}""")]
    [InlineData("""{"requirements": [], "updates": [{"action": "upgrade-format-version", "format-version": 1}]}""")]
    [InlineData("""{"requirements": [], "updates": [{"action": "upgrade-format-version", "format-version": 4}]}""")]
    [InlineData("""{"requirements": [], "updates": [{"action": "remove-schemas", "schema-ids": [0]}]}""")]
    [InlineData("""{"requirements": [], "updates": [{"action": "add-spec", "spec": {"fields": [{"source-id": 99, "transform": "identity", "name": "x"}]}}]}""")]
    [InlineData("""{"requirements": [], "updates": [{"action": "set-location", "location": "file:///elsewhere"}]}""")]
    [InlineData("""{"requirements": [], "updates": [{"action": "set-properties", "updates": {"write.metadata.path": "file:///elsewhere"}}]}""")]
    [InlineData("""{"requirements": {}, "updates": []}""")]
    [InlineData("""{"requirements": [], "updates": ["set"]}""")]
    public async Task What_is_not_known_or_cannot_be_is_refused_and_changes_nothing(string body)
    {
        await using var world = await ServedWorld.StartAsync();
        var before = await world.WithTableAsync();
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, Notes, 400, body));
        Assert.Equal((string)before["metadata-location"]!, (await world.Lake.Catalog.TryLoadAsync(ident, CancellationToken.None))!.MetadataLocation);
        Assert.Single(Directory.GetFiles($"{world.Lake.Warehouse}/desk/notes/metadata"));
    }

    [Fact]
    public async Task A_commit_of_theirs_that_meets_one_of_ours_ends_with_one_winner_and_a_clear_answer()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        var mine = new TableIntent { AlwaysSnapshot = true };
        // theirs has its files written when ours comes; theirs wanted main to be without a snapshot
        world.Sql.OnCommitPoint = async _ =>
        {
            world.Sql.OnCommitPoint = null;
            await using var other = await Lake.OpenAsync(world.Lake.DataDir, TimeProvider.System, IdSource.System, CancellationToken.None);
            await other.Catalog.CommitAsync([new(ident, _ => mine)], null, CancellationToken.None);
        };
        var noSnapshot = JsonNode.Parse("""{"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": null}""")!;
        Assert.Equal("CommitFailedException", await world.RefusedAsync(HttpMethod.Post, Notes, 409, Set("comment", "theirs", noSnapshot)));
        var table = (await world.Lake.Catalog.TryLoadAsync(ident, CancellationToken.None))!;
        Assert.Single(table.Metadata.Snapshots);
        Assert.DoesNotContain("comment", table.Metadata.Properties.Keys);
    }

    [Fact]
    public async Task A_commit_of_theirs_that_does_not_contradict_ours_is_made_again_on_top_of_it()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        world.Sql.OnCommitPoint = async _ =>
        {
            world.Sql.OnCommitPoint = null;
            await using var other = await Lake.OpenAsync(world.Lake.DataDir, TimeProvider.System, IdSource.System, CancellationToken.None);
            await other.Catalog.CommitAsync([new(ident, _ => new TableIntent { AlwaysSnapshot = true })], null, CancellationToken.None);
        };
        await world.PostAsync(Notes, Set("comment", "theirs", AtSchema(0)));
        var table = (await world.Lake.Catalog.TryLoadAsync(ident, CancellationToken.None))!;
        Assert.Single(table.Metadata.Snapshots);
        Assert.Equal("theirs", table.Metadata.Properties["comment"]);
    }

    [Fact]
    public async Task Eight_clients_at_once_lose_no_commit()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
        {
            for (var i = 0; i < 5; i++)
                await world.PostAsync(Notes, Set($"key-{client}-{i}", "set"));
        })));
        var table = (await world.Lake.Catalog.TryLoadAsync(ident, CancellationToken.None))!;
        Assert.Equal(40, table.Metadata.Properties.Keys.Count(key => key.StartsWith("key-", StringComparison.Ordinal)));
        Assert.InRange(table.Metadata.MetadataLog.Count, 1, 40);
    }

    [Fact]
    public async Task Commits_that_wait_for_another_are_made_in_one_metadata_file_and_one_that_cannot_be_is_refused_alone()
    {
        await using var world = await ServedWorld.StartAsync();
        var (first, goOn) = await HeldAsync(world);
        var others = Enumerable.Range(0, 12).Select(client => client switch
        {
            5 => world.RefusedAsync(HttpMethod.Post, Notes, 409, Set("key-late", "set", AtSchema(7))),
            6 => world.RefusedAsync(HttpMethod.Post, Notes, 400, """{"requirements": [], "updates": [{"action": "fly"}]}"""),
            _ => SetAsync(client),
        }).ToList();
        // time for all of them to arrive
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);
        goOn.SetResult();
        await first;
        await Task.WhenAll(others);
        var table = (await world.Lake.Catalog.TryLoadAsync(ident, CancellationToken.None))!;
        Assert.Equal(11, table.Metadata.Properties.Keys.Count(key => key.StartsWith("key-", StringComparison.Ordinal)));
        Assert.InRange(table.Metadata.MetadataLog.Count, 2, 6);

        async Task<string> SetAsync(int client)
        {
            // who has committed finds its own in the answer
            var answer = (await world.PostAsync(Notes, Set($"key-{client}", "set")))!;
            Assert.Equal("set", (string?)answer["metadata"]!["properties"]![$"key-{client}"]);
            return "";
        }
    }

    /// <summary>A commit that has written its files, and goes on when it may.</summary>
    static async Task<(Task First, TaskCompletionSource GoOn)> HeldAsync(ServedWorld world)
    {
        await world.WithTableAsync();
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        world.Sql.OnCommitPoint = point => point == CommitPoint.FilesWritten && reached.TrySetResult() ? goOn.Task : Task.CompletedTask;
        var first = world.PostAsync(Notes, Set("key-first", "set"));
        await reached.Task;
        return (first, goOn);
    }

    [Fact]
    public async Task A_client_that_leaves_while_its_commit_waits_has_not_committed()
    {
        await using var world = await ServedWorld.StartAsync();
        var (first, goOn) = await HeldAsync(world);
        using (var leaves = new CancellationTokenSource(TimeSpan.FromMilliseconds(500)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => world.SendAsync(HttpMethod.Post, Notes, Set("key-gone", "set"), cancel: leaves.Token));
        // the server hears of it
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, CancellationToken.None);
        goOn.SetResult();
        await first;
        await world.PostAsync(Notes, Set("key-last", "set"));
        var table = (await world.Lake.Catalog.TryLoadAsync(ident, CancellationToken.None))!;
        var keys = table.Metadata.Properties.Keys.Where(key => key.StartsWith("key-", StringComparison.Ordinal));
        Assert.Equal(["key-first", "key-last"], keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Several_tables_are_committed_together_or_not_at_all()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        await world.PostAsync("/v1/namespaces/desk/tables", new { name = "more", schema = ServedWorld.Schema });
        object Change(string name, int schema) => new Dictionary<string, object>
        {
            ["identifier"] = new { @namespace = new[] { "desk" }, name },
            ["requirements"] = new[] { AtSchema(schema) },
            ["updates"] = new[] { new { action = "set-properties", updates = new { together = $"{schema}" } } },
        };
        object All(params object[] changes) => new Dictionary<string, object> { ["table-changes"] = changes };
        Assert.Equal("CommitFailedException", await world.RefusedAsync(
            HttpMethod.Post, "/v1/transactions/commit", 409, All(Change("notes", 0), Change("more", 1))));
        Assert.Equal("NoSuchTableException", await world.RefusedAsync(
            HttpMethod.Post, "/v1/transactions/commit", 404, All(Change("notes", 0), Change("none", 0))));
        Assert.DoesNotContain("together", (await world.Lake.Catalog.TryLoadAsync(ident, CancellationToken.None))!.Metadata.Properties.Keys);
        await world.AskAsync(HttpMethod.Post, "/v1/transactions/commit", 204, All(Change("notes", 0), Change("more", 0)));
        foreach (var name in new[] { "notes", "more" })
            Assert.Equal("0", (await world.Lake.Catalog.TryLoadAsync(new("desk", name), CancellationToken.None))!.Metadata.Properties["together"]);
    }

    [Fact]
    public async Task An_answer_to_COMMIT_that_was_lost_is_looked_up()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        world.Sql.OnCommitPoint = point => point == CommitPoint.Committed ? throw new IOException("the answer was lost") : Task.CompletedTask;
        var after = (await world.PostAsync(Notes, Set("comment", "theirs")))!;
        Assert.Equal("theirs", (string)after["metadata"]!["properties"]!["comment"]!);
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_looked_up_is_never_called_a_conflict()
    {
        await using var world = await ServedWorld.StartAsync();
        await world.WithTableAsync();
        world.Sql.OnCommitPoint = async point =>
        {
            if (point != CommitPoint.Committed)
                return;
            // neither the answer nor the state can be had
            await NameTableAsync(world, "iceberg_tables", "gone");
            throw new IOException("the answer was lost");
        };
        Assert.Equal("CommitStateUnknownException", await world.RefusedAsync(HttpMethod.Post, Notes, 500, Set("comment", "theirs")));
        await NameTableAsync(world, "gone", "iceberg_tables");
    }

    static async Task NameTableAsync(ServedWorld world, string from, string to)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={world.Lake.CatalogFile}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"ALTER TABLE {from} RENAME TO {to}";
        await command.ExecuteNonQueryAsync();
    }
}
