using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Updates;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

/// <summary>What updates of clients make of a table's metadata.</summary>
public sealed class TableEditTests
{
    const string Schema = """{"type": "struct", "fields": [{"id": 1, "name": "id", "required": true, "type": "long"}, {"id": 2, "name": "at", "required": false, "type": "timestamptz"}]}""";

    static IReadOnlyList<JsonElement> Updates(params string[] texts) => [.. texts.Select(text => JsonDocument.Parse(text).RootElement)];

    static TableMetadata Create(params string[] more) => TableEdit.Create(
        Updates([.. more, $$"""{"action": "add-schema", "schema": {{Schema}}}""", """{"action": "set-current-schema", "schema-id": -1}"""]),
        "file:///lake/t", Guid.Empty, 1_000);

    static TableMetadata Apply(TableMetadata table, params string[] texts) => TableEdit.Apply(table, Updates(texts), 5_000);

    static string Snapshot(long id, long sequence, long? parent = null, string more = "") => $$"""
        {"action": "add-snapshot", "snapshot": {"snapshot-id": {{id}}, {{(parent is null ? "" : $"\"parent-snapshot-id\": {parent},")}} "sequence-number": {{sequence}},
         "timestamp-ms": {{1_000 + id}}, "manifest-list": "file:///lake/t/metadata/{{id}}.avro", "summary": {"operation": "append"}{{more}} } }
        """;

    static string MainAt(long id) => $$"""{"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": {{id}}}""";

    static LakeErrorKind Refused(Action act) => Assert.Throws<LakeException>(act).Kind;

    [Fact]
    public void A_new_table_has_a_spec_and_an_order_whether_or_not_they_were_given()
    {
        var table = Create();
        Assert.Equal(
            (2, 0, 0, 0, 999),
            (table.FormatVersion, table.CurrentSchemaId, table.DefaultSpecId, table.DefaultSortOrderId, table.LastPartitionId));
        TableMetadataCheck.Check(table);
        Assert.Equal(LakeErrorKind.Invalid, Refused(() => TableEdit.Create(Updates(), "file:///lake/t", Guid.Empty, 0)));
    }

    [Fact]
    public void Ids_of_a_new_table_count_level_by_level()
    {
        var request = JsonDocument.Parse("""
            {"schema": {"type": "struct", "identifier-field-ids": [30], "fields": [
                {"id": 10, "name": "a", "required": false, "type": {"type": "struct", "fields": [{"id": 11, "name": "b", "required": false, "type": "int"}]}},
                {"id": 20, "name": "l", "required": false, "type": {"type": "list", "element-id": 21, "element": "int", "element-required": false}},
                {"id": 30, "name": "c", "required": true, "type": "int"}]}}
            """).RootElement;
        var schema = TableCreation.Of(request, "file:///lake/t", Guid.Empty, 0).Schema;
        Assert.Equal([("a", 1), ("b", 4), ("l", 2), ("element", 5), ("c", 3)], schema.AllFields.Select(f => (f.Name, f.Id)));
        Assert.Equal([3], schema.IdentifierFieldIds);
    }

    [Fact]
    public void What_is_added_again_is_found_again()
    {
        var table = Apply(
            Create(),
            """{"action": "add-spec", "spec": {"fields": [{"source-id": 2, "transform": "day", "name": "day"}]}}""",
            """{"action": "set-default-spec", "spec-id": -1}""");
        Assert.Equal((1, 1000), (table.DefaultSpecId, table.LastPartitionId));
        var again = Apply(
            table,
            $$"""{"action": "add-schema", "schema": {{Schema}}}""",
            """{"action": "set-current-schema", "schema-id": -1}""",
            """{"action": "add-spec", "spec": {"fields": [{"source-id": 2, "transform": "day", "name": "day"}]}}""",
            """{"action": "set-default-spec", "spec-id": -1}""",
            """{"action": "set-properties", "updates": {}}""");
        Assert.Same(table, again);
        // the same source and transform under another name keep their field id
        var renamed = Apply(table, """{"action": "add-spec", "spec": {"fields": [{"source-id": 2, "transform": "day", "name": "of_day"}, {"source-id": 1, "transform": "bucket[4]", "name": "b"}]}}""");
        Assert.Equal([1000, 1001], renamed.PartitionSpecs[^1].Fields.Select(f => f.FieldId));
    }

    [Fact]
    public void A_snapshot_that_was_superseded_in_the_same_commit_is_in_no_history()
    {
        var table = Apply(Create(), Snapshot(1, 1), MainAt(1), Snapshot(2, 2, parent: 1), MainAt(2));
        Assert.Equal([2L], table.SnapshotLog.Select(e => e.SnapshotId));
        Assert.Equal((2, 2), (table.CurrentSnapshotId, table.LastSequenceNumber));
        TableMetadataCheck.Check(table with { LastUpdatedMs = 5_000 });
    }

    [Fact]
    public void A_snapshot_that_is_removed_takes_the_history_before_it_and_no_branch_or_tag()
    {
        var table = Apply(Create(), Snapshot(1, 1), MainAt(1));
        table = Apply(table, Snapshot(2, 2, parent: 1), MainAt(2), """{"action": "set-snapshot-ref", "ref-name": "kept", "type": "tag", "snapshot-id": 1}""");
        Assert.Equal([1L, 2L], table.SnapshotLog.Select(e => e.SnapshotId));
        const string removed = """{"action": "remove-snapshots", "snapshot-ids": [1]}""", untagged = """{"action": "remove-snapshot-ref", "ref-name": "kept"}""";
        Assert.Equal(LakeErrorKind.Conflict, Refused(() => Apply(table, removed)));
        foreach (var left in new[] { Apply(table, removed, untagged), Apply(table, untagged, removed) })
        {
            Assert.Equal([2L], left.SnapshotLog.Select(e => e.SnapshotId));
            Assert.Equal(["main"], left.Refs.Keys);
        }
        // somebody has rolled back to it since the client looked
        Assert.Equal(LakeErrorKind.Conflict, Refused(() => Apply(Apply(table, untagged, MainAt(1)), removed)));
        Assert.Null(Apply(table, """{"action": "remove-snapshot-ref", "ref-name": "main"}""").CurrentSnapshotId);
        // a rollback is an entry of its own, at the time of the commit
        Assert.Equal(new(5_000, 1), Apply(table, MainAt(1)).SnapshotLog[^1]);
    }

    [Fact]
    public void What_was_made_for_an_older_state_is_a_conflict()
    {
        var table = Apply(Create(), Snapshot(1, 1), MainAt(1));
        Assert.Equal(LakeErrorKind.Conflict, Refused(() => Apply(table, Snapshot(2, 1, parent: 1))));
        Assert.Equal(LakeErrorKind.Invalid, Refused(() => Apply(table, Snapshot(1, 2, parent: 1))));
        var v3 = Apply(
            Create("""{"action": "upgrade-format-version", "format-version": 3}"""),
            Snapshot(1, 1, more: ", \"first-row-id\": 0, \"added-rows\": 10"), MainAt(1));
        Assert.Equal(10, FormatVersions.NextRowIdOf(v3));
        Assert.Equal(LakeErrorKind.Conflict, Refused(() => Apply(v3, Snapshot(2, 2, parent: 1, more: ", \"first-row-id\": 5, \"added-rows\": 1"))));
        Assert.Equal(LakeErrorKind.Invalid, Refused(() => Apply(v3, Snapshot(2, 2, parent: 1))));
    }

    [Fact]
    public void Numbers_that_no_commit_could_go_on_from_are_refused()
    {
        var table = Apply(Create(), Snapshot(1, 1), MainAt(1));
        Assert.Equal(LakeErrorKind.Conflict, Refused(() => Apply(table, Snapshot(2, long.MaxValue, parent: 1))));
        Assert.Equal(LakeErrorKind.Conflict, Refused(() => Apply(table, Snapshot(2, 3, parent: 1))));
        Assert.Equal(LakeErrorKind.Invalid, Refused(() => Apply(table, Snapshot(-1, 2, parent: 1))));
        // microseconds in place of milliseconds: the id makes the time here
        Assert.Equal(LakeErrorKind.Invalid, Refused(() => Apply(table, Snapshot(1_790_000_000_000_000, 2, parent: 1))));
        var v3 = Create("""{"action": "upgrade-format-version", "format-version": 3}""");
        Assert.Equal(LakeErrorKind.Invalid, Refused(() => Apply(v3, Snapshot(1, 1, more: ", \"first-row-id\": 10, \"added-rows\": -10"))));
    }

    [Fact]
    public void Statistics_are_one_file_for_each_snapshot()
    {
        var table = Apply(Create(), Snapshot(1, 1), MainAt(1));
        string Set(string path) => $$"""{"action": "set-statistics", "statistics": {"snapshot-id": 1, "statistics-path": "{{path}}", "file-size-in-bytes": 1, "file-footer-size-in-bytes": 1, "blob-metadata": [] } }""";
        table = Apply(table, Set("file:///a"), Set("file:///b"));
        Assert.Equal("file:///b", Assert.Single(table.Statistics).GetProperty("statistics-path").GetString());
        Assert.Empty(Apply(table, """{"action": "remove-statistics", "snapshot-id": 1}""").Statistics);
    }

    [Theory]
    [InlineData("""{"type": "assert-create"}""", false)]
    [InlineData("""{"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": 1}""", true)]
    [InlineData("""{"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": null}""", false)]
    [InlineData("""{"type": "assert-ref-snapshot-id", "ref": "other", "snapshot-id": null}""", true)]
    [InlineData("""{"type": "assert-ref-snapshot-id", "ref": "other", "snapshot-id": 1}""", false)]
    [InlineData("""{"type": "assert-table-uuid", "uuid": "00000000-0000-0000-0000-000000000000"}""", true)]
    [InlineData("""{"type": "assert-last-assigned-field-id", "last-assigned-field-id": 3}""", false)]
    [InlineData("""{"type": "assert-last-assigned-partition-id", "last-assigned-partition-id": 999}""", true)]
    [InlineData("""{"type": "assert-default-spec-id", "default-spec-id": 0}""", true)]
    [InlineData("""{"type": "assert-default-sort-order-id", "default-sort-order-id": 1}""", false)]
    public void A_requirement_holds_or_is_a_conflict(string requirement, bool holds)
    {
        var table = Apply(Create(), Snapshot(1, 1), MainAt(1));
        void Check() => TableRequirements.Check(table, Updates(requirement));
        if (holds)
            Check();
        else
            Assert.Equal(LakeErrorKind.Conflict, Refused(Check));
    }
}
