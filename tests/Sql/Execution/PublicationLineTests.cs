using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Orchestration.Publications;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>Snapshot 5 was published by run r; what others have done since.</summary>
public sealed class PublicationLineTests
{
    static readonly PublishedTable published = new(new("gold", "t"), new(2026, 9, 21), "r", "u", 5, 5);

    /// <summary>A snapshot as <c>id parent operation</c>; its sequence number is its id.</summary>
    static Snapshot Snapshot(string text)
    {
        var parts = text.Split(' ');
        var summary = new Dictionary<string, string> { ["operation"] = parts[2].Split(':')[0] };
        if (parts[2].Split(':') is [_, var run])
            summary["dartlake.run"] = run;
        return new()
        {
            SnapshotId = long.Parse(parts[0]),
            SequenceNumber = long.Parse(parts[0]),
            ParentSnapshotId = parts[1] == "-" ? null : long.Parse(parts[1]),
            TimestampMs = 0,
            Summary = summary,
        };
    }

    [Theory]
    [InlineData("it is main", "5 4 overwrite:r", null)]
    [InlineData("compacted since", "5 4 overwrite:r, 6 5 replace", null)]
    [InlineData("another day was published since", "5 4 overwrite:r, 6 5 overwrite:s", null)]
    [InlineData("all of before was expired", "5 - overwrite:r", null)]
    [InlineData("expired after a compaction, as Java does", "7 6 replace", null)]
    [InlineData("expired after a compaction, as PyIceberg does", "7 - replace", null)]
    [InlineData("kept by its tag, what came between expired", "5 4 overwrite:r, 7 6 replace", null)]
    [InlineData("others appended", "5 4 overwrite:r, 6 5 append", "changed by snapshot 6 (append), rows decide")]
    [InlineData("others deleted and expired it", "7 6 delete", "changed by snapshot 7 (delete)")]
    [InlineData("a run that the ledger has not", "5 4 overwrite:r, 6 5 overwrite:x", "changed by snapshot 6 (overwrite), rows decide")]
    [InlineData("what others did before does not count", "3 - append, 4 3 append, 5 4 overwrite:r", null)]
    [InlineData("rolled back", "1 - append, 5 1 overwrite:r; 1", "rolled back: snapshot 1, rows decide")]
    [InlineData("rolled back and expired", "1 - append", "rolled back: snapshot 1")]
    [InlineData("rolled back and compacted", "1 - append, 5 1 overwrite:r, 6 1 replace", "rolled back: snapshot 6, rows decide")]
    [InlineData("rolled back, compacted and expired", "1 - append, 6 1 replace", "rolled back: snapshot 6")]
    [InlineData("rolled back to what others expired before", "4 - append, 5 4 overwrite:r; 4", "rolled back: snapshot 4, rows decide")]
    public void A_day_stands_when_main_descends_from_its_publication_by_ordinary_steps(string what, string snapshots, string? departs)
    {
        var (kept, main) = (snapshots.Split("; ")[0].Split(", ").Select(Snapshot).ToList(), snapshots.Split("; ").ElementAtOrDefault(1));
        var table = Table(kept, main is null ? kept[^1].SnapshotId : long.Parse(main));
        var found = PublicationLine.Find(table, published, ["r", "s"]);
        if (departs is null)
            Assert.True(found is null, $"{what}: {found}");
        else
        {
            Assert.NotNull(found);
            Assert.StartsWith($"was {departs.Replace(", rows decide", "", StringComparison.Ordinal)}", found.Why, StringComparison.Ordinal);
            Assert.Equal(departs.EndsWith("rows decide", StringComparison.Ordinal), found.RowsDecide);
        }
    }

    [Fact]
    public void A_table_that_is_gone_made_again_or_empty_has_departed()
    {
        Assert.Equal(new("was dropped"), PublicationLine.Find(null, published, ["r"]));
        var again = Table([Snapshot("5 - append")], 5) with { TableUuid = "v" };
        Assert.Equal(new("was dropped and made again"), PublicationLine.Find(again, published, ["r"]));
        Assert.StartsWith("has no current snapshot", PublicationLine.Find(Table([], null), published, ["r"])!.Why, StringComparison.Ordinal);
    }

    static TableMetadata Table(IReadOnlyList<Snapshot> snapshots, long? main) => new()
    {
        TableUuid = "u",
        Location = "file:///nowhere",
        LastUpdatedMs = 0,
        LastColumnId = 1,
        LastSequenceNumber = snapshots.Select(s => s.SequenceNumber).DefaultIfEmpty().Max(),
        Schemas = [new(0, [new(1, "x", IcebergType.Int, false)])],
        CurrentSchemaId = 0,
        PartitionSpecs = [],
        DefaultSpecId = 0,
        LastPartitionId = 999,
        Properties = new Dictionary<string, string>(),
        CurrentSnapshotId = main,
        Snapshots = snapshots,
    };
}
