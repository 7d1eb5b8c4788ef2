using System.Collections.Immutable;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Runtime;

public sealed class PositionTests
{
    static readonly LogPartition partition = new("cluster/topic", "trades_raw", 3);

    [Fact]
    public void A_position_is_read_as_it_was_written()
    {
        var position = new TablePosition(42, ImmutableSortedDictionary<LogPartition, PartitionPosition>.Empty
            .Add(partition, new(7, new(6, 1_700_000_000_000_000, "00ff")))
            .Add(partition with { LogId = "older" }, new(9, null)));
        var read = TablePosition.Of(Holding(position.ToProperty()));
        Assert.Equal(42, read.SnapshotId);
        Assert.Equal(position.Partitions.AsEnumerable(), read.Partitions.AsEnumerable());
        Assert.Equal("""{"cluster/topic":{"trades_raw":{"3":7}},"older":{"trades_raw":{"3":9}}}""", position.ToOffsets());
        Assert.Equal("""{"snapshot-id":42,"logs":{"cluster/topic":{"trades_raw":{"3":{"next":7,"anchor":{"offset":6,"timestamp":1700000000000000,"hash":"00ff"}}}},"older":{"trades_raw":{"3":{"next":9}}}}}""", position.ToProperty());
    }

    [Theory]
    [InlineData(null, "3", true)]
    [InlineData(5L, null, true)]
    [InlineData(5L, "5", true)]
    [InlineData(5L, "9", true)]
    [InlineData(5L, "4", false)]
    public void A_main_that_was_cut_and_has_fewer_rows_than_the_position_was_rolled_back(long? records, string? total, bool goesOn)
    {
        var reached = ImmutableSortedDictionary<LogPartition, PartitionPosition>.Empty.Add(partition, new(7, null));
        var position = new TablePosition(1, reached) { Records = records };
        Assert.Equal(records, TablePosition.Of(Holding(position.ToProperty())).Records);
        // others compacted main to snapshot 5 and expired all before it, the position's too
        var table = Holding(position.ToProperty(), current: 5);
        var summary = new Dictionary<string, string> { ["operation"] = "replace" };
        if (total is not null)
            summary["total-records"] = total;
        table = table with
        {
            Metadata = table.Metadata with
            {
                LastSequenceNumber = 9,
                Snapshots = [table.Metadata.CurrentSnapshot! with { ParentSnapshotId = 4, SequenceNumber = 9, Summary = summary }],
            },
        };
        var refused = Record.Exception(() => TablePosition.Of(table).RefuseRollback(table));
        Assert.Equal(goesOn, refused is null);
        Assert.True(goesOn || refused is LakeException { Kind: LakeErrorKind.Corrupt });
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"snapshot-id":1,"logs":{"a":{"t":{"x":{"next":1}}}}}""")]
    [InlineData("""{"snapshot-id":1,"logs":{"a":{"t":{"0":{}}}}}""")]
    public void A_position_that_cannot_be_read_is_corrupt(string text) =>
        Assert.Equal(LakeErrorKind.Corrupt, Assert.Throws<LakeException>(() => TablePosition.Of(Holding(text))).Kind);

    [Fact]
    public void A_plan_from_another_position_is_a_conflict_and_a_right_one_merges()
    {
        var other = partition with { Partition = 0 };
        var table = Holding(new TablePosition(1, ImmutableSortedDictionary<LogPartition, PartitionPosition>.Empty
            .Add(partition, new(7, null))
            .Add(other, new(5, null))).ToProperty());
        foreach (var from in new long?[] { null, 6, 8 })
            Assert.Equal(
                LakeErrorKind.Conflict,
                Assert.Throws<LakeException>(() => BronzeCommit.Plan(table, [], [new(partition, from, new(10, null))], 2, "bronze")).Kind);
        Assert.Equal(
            LakeErrorKind.Conflict,
            Assert.Throws<LakeException>(() => BronzeCommit.Plan(Holding(null), [], [new(partition, 7, new(10, null))], 2, "bronze")).Kind);
        var intent = BronzeCommit.Plan(table, [], [new(partition, 7, new(10, new(9, -1, "aa")))], 2, "bronze");
        Assert.True(intent.AlwaysSnapshot);
        // main is not what the position says, and the first snapshot of the table: nothing has expired
        var rolledBack = Holding(table.Metadata.Properties[LakeNames.Position], current: 5);
        PositionMove move = new(partition, 7, new(10, null));
        Assert.Equal(LakeErrorKind.Corrupt, Assert.Throws<LakeException>(() => BronzeCommit.Plan(rolledBack, [], [move], 2, "bronze")).Kind);
        Assert.Equal(2, BronzeCommit.Plan(rolledBack, [], [move], 2, "bronze", acceptPosition: true).SnapshotId);
        Assert.Equal(2, intent.SnapshotId);
        var next = TablePosition.Of(Holding(intent.Properties[LakeNames.Position]));
        Assert.Equal((2L, 10L, 5L), (next.SnapshotId, next.Next(partition)!.Value, next.Next(other)!.Value));
        Assert.Equal(next.ToOffsets(), intent.Summary[LakeNames.Offsets]);
    }

    [Fact]
    public void Where_reading_begins_is_decided_by_the_ends_of_the_log()
    {
        var anchor = new Anchor(9, -1, "aa");
        Assert.Equal(new StartDecision(0, 0, 0, 0, null), StartDecision.Decide(partition, null, 0, 100, false));
        Assert.Equal(new StartDecision(4, 4, 0, 4, null), StartDecision.Decide(partition, null, 4, 100, false));
        Assert.Equal(new StartDecision(9, 10, 0, 0, anchor), StartDecision.Decide(partition, new(10, anchor), 0, 100, false));
        Assert.Equal(new StartDecision(10, 10, 0, 0, null), StartDecision.Decide(partition, new(10, anchor), 10, 10, false));
        Assert.Equal(new StartDecision(12, 12, 10, 12, null), StartDecision.Decide(partition, new(10, anchor), 12, 100, true));
        Assert.Equal(
            LakeErrorKind.Unavailable,
            Assert.Throws<LakeException>(() => StartDecision.Decide(partition, new(10, anchor), 12, 100, false)).Kind);
        Assert.Equal(
            LakeErrorKind.Corrupt, Assert.Throws<LakeException>(() => StartDecision.Decide(partition, new(10, anchor), 0, 9, true)).Kind);
    }

    static Table Holding(string? property, long current = 1)
    {
        var definition = TableContracts.Get("bronze.trades").ToDefinition();
        return new(TableIdent.Parse("bronze.trades"), "file:///nowhere", new TableMetadata
        {
            TableUuid = "u",
            Location = "file:///nowhere",
            LastUpdatedMs = 0,
            LastColumnId = 1,
            Schemas = [definition.Schema],
            CurrentSchemaId = 0,
            PartitionSpecs = [],
            DefaultSpecId = 0,
            LastPartitionId = 999,
            CurrentSnapshotId = current,
            LastSequenceNumber = 1,
            Snapshots = [new() { SnapshotId = current, SequenceNumber = 1, TimestampMs = 0, Summary = new Dictionary<string, string>() }],
            Properties = property is null
                ? new Dictionary<string, string>()
                : new Dictionary<string, string> { [LakeNames.Position] = property },
        });
    }
}
