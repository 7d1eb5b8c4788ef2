using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Proofs;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Proofs;

/// <summary>verify itself is tried: whatever is broken is named by coordinate and file.</summary>
public class VerifierTests
{
    static IEnumerable<long> Range(long from, long to) => Enumerable.Range((int)from, (int)(to - from)).Select(i => (long)i);

    /// <summary>Two partitions, three files, a dead letter at [0]@4 and a marker at [1]@9.</summary>
    static async Task<(DataFile First, DataFile Second, DataFile Other)> FillAsync(ProofLake lake)
    {
        var first = await lake.RowsAsync(0, Range(0, 4));
        var other = await lake.RowsAsync(1, Range(0, 9));
        await lake.CommitAsync(
            [5, 10], rows: [first, other], dead: [await lake.DeadLettersAsync(0, 4)], gaps: [await lake.HolesAsync(1, (9L, 10L))]);
        var second = await lake.RowsAsync(0, Range(5, 20));
        await lake.CommitAsync([20, 10], rows: [second]);
        return (first, second, other);
    }

    static ProofFinding Find(VerifyReport report, ProofFindingKind kind)
    {
        var findings = report.Tables.SelectMany(t => t.Findings).ToList();
        return findings.FirstOrDefault(f => f.Kind == kind)
            ?? throw new InvalidOperationException($"no {kind} among: {string.Join("; ", findings.Select(f => f.Says))}");
    }

    static LogPartition Place(int partition) => new(ProofLake.Log, ProofLake.Topic, partition);

    [Fact]
    public async Task A_table_whose_every_offset_is_there_once_is_proven()
    {
        await using var lake = await ProofLake.OpenAsync();
        await FillAsync(lake);
        var report = await lake.VerifyAsync();
        Assert.True(report.Good, string.Join("; ", report.Tables.SelectMany(t => t.Findings).Select(f => f.Says)));
        var trades = Assert.Single(report.Tables, t => t.Table.Name == "trades");
        Assert.Equal((3, 28L), (trades.Files, trades.Rows));
        Assert.Equal([new(Place(0), 20, 19, 1, 0), new(Place(1), 10, 9, 0, 1)], trades.Partitions);
    }

    [Fact]
    public async Task Holes_that_the_log_had_lost_are_proven_and_named()
    {
        await using var lake = await ProofLake.OpenAsync();
        await lake.CommitAsync(
            [10, 20],
            rows: [await lake.RowsAsync(0, Range(0, 9)), await lake.RowsAsync(1, Range(5, 20))],
            gaps: [await lake.HolesAsync(0, (9L, 10L)), await lake.LostAsync(1, (0L, 5L))]);
        var report = await lake.VerifyAsync();
        Assert.True(report.Good);
        var partitions = report.Tables.SelectMany(t => t.Partitions).ToList();
        Assert.Equal([(0, []), (1, [new(0, 5)])], partitions.Select(p => (p.Partition.Partition, (OffsetRun[])[.. p.Lost])));
    }

    [Fact]
    public async Task A_removed_row_is_a_gap_named_by_coordinate_and_neighbour()
    {
        await using var lake = await ProofLake.OpenAsync();
        var (first, second, other) = await FillAsync(lake);
        var without = await lake.RowsAsync(0, Range(5, 20).Where(o => o != 17));
        await lake.CommitAsync([20, 10], rows: [first, without, other], replace: true);
        var gap = Find(await lake.VerifyAsync(), ProofFindingKind.Gap);
        Assert.Equal((Place(0), new OffsetRun(17, 18)), (gap.Partition!, gap.Offsets!.Value));
        Assert.Equal([without.Path], gap.Files);
        Assert.Contains("trades_raw[0] of log cluster/topic-1: offset 17 is in none of rows, dead letters, holes", gap.Says, StringComparison.Ordinal);
        Assert.DoesNotContain(second.Path, gap.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_are_in_two_files_are_duplicates_named_by_coordinate_and_both_files()
    {
        await using var lake = await ProofLake.OpenAsync();
        var (first, _, _) = await FillAsync(lake);
        var again = await lake.RowsAsync(0, 2, 3);
        await lake.CommitAsync([20, 10], rows: [again]);
        var twice = Find(await lake.VerifyAsync(), ProofFindingKind.Duplicate);
        Assert.Equal((Place(0), new OffsetRun(2, 4)), (twice.Partition!, twice.Offsets!.Value));
        Assert.Equal(new[] { first.Path, again.Path }.Order(StringComparer.Ordinal), twice.Files);
    }

    [Fact]
    public async Task A_file_that_is_listed_twice_is_named_with_its_coordinates()
    {
        await using var lake = await ProofLake.OpenAsync();
        var (first, _, _) = await FillAsync(lake);
        await lake.CommitAsync([20, 10], rows: [first]);
        var report = await lake.VerifyAsync();
        Assert.Equal([first.Path], Find(report, ProofFindingKind.FileTwice).Files);
        var twice = Find(report, ProofFindingKind.Duplicate);
        Assert.Equal((Place(0), new OffsetRun(0, 4)), (twice.Partition!, twice.Offsets!.Value));
    }

    [Fact]
    public async Task A_skipped_offset_is_a_gap()
    {
        await using var lake = await ProofLake.OpenAsync();
        await FillAsync(lake);
        await lake.CommitAsync([20, 13], rows: [await lake.RowsAsync(1, 11, 12)]);
        var gap = Find(await lake.VerifyAsync(), ProofFindingKind.Gap);
        Assert.Equal((Place(1), new OffsetRun(10, 11)), (gap.Partition!, gap.Offsets!.Value));
    }

    [Fact]
    public async Task A_row_that_is_a_dead_letter_too_is_an_overlap_and_one_past_the_position_is_beyond_it()
    {
        await using var lake = await ProofLake.OpenAsync();
        await FillAsync(lake);
        await lake.CommitAsync([20, 10], rows: [await lake.RowsAsync(0, 20)], dead: [await lake.DeadLettersAsync(0, 7)]);
        var report = await lake.VerifyAsync();
        Assert.Equal(new OffsetRun(7, 8), Find(report, ProofFindingKind.Overlap).Offsets);
        Assert.Equal(2, Find(report, ProofFindingKind.Overlap).Files.Count);
        Assert.Equal(new OffsetRun(20, 21), Find(report, ProofFindingKind.BeyondPosition).Offsets);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.0)]
    public async Task A_file_cut_off_anywhere_is_named_in_one_line(double part)
    {
        await using var lake = await ProofLake.OpenAsync();
        var (_, second, _) = await FillAsync(lake);
        var path = ProofLake.PathOf(second);
        using (var file = File.OpenWrite(path))
            file.SetLength((long)(file.Length * part));
        var corrupt = Find(await lake.VerifyAsync(), ProofFindingKind.FileCorrupt);
        Assert.Contains(path, corrupt.Says, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', corrupt.Says);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_named()
    {
        await using var lake = await ProofLake.OpenAsync();
        var (first, _, _) = await FillAsync(lake);
        File.Delete(ProofLake.PathOf(first));
        var report = await lake.VerifyAsync();
        Assert.Equal([first.Path], Find(report, ProofFindingKind.FileMissing).Files);
        Assert.Equal(new OffsetRun(0, 4), Find(report, ProofFindingKind.Gap).Offsets);
    }

    [Fact]
    public async Task A_position_that_names_a_snapshot_off_main_is_corrupt()
    {
        await using var lake = await ProofLake.OpenAsync();
        await FillAsync(lake);
        await lake.CommitAsync([20, 10], positionOf: 4711);
        Assert.Contains("4711", Find(await lake.VerifyAsync(), ProofFindingKind.PositionCorrupt).Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bronze.trades", 1)]
    [InlineData("bronze.dead_letters", 2)]
    [InlineData("ops.log_holes", 2)]
    public async Task A_table_that_cannot_be_read_is_a_finding_and_what_needs_it_is_not_called_proven(string table, int findings)
    {
        await using var lake = await ProofLake.OpenAsync();
        await FillAsync(lake);
        await lake.LoseMetadataAsync(table);
        var report = await lake.VerifyAsync();
        Assert.False(report.Good);
        var found = report.Tables.SelectMany(t => t.Findings).ToList();
        Assert.Equal(findings, found.Count);
        Assert.All(found, f => Assert.Equal(ProofFindingKind.TableUnreadable, f.Kind));
        Assert.All(found, f => Assert.Contains(table, f.Says, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_foreign_table_in_bronze_is_left_out_and_refused_where_it_is_named()
    {
        await using var lake = await ProofLake.OpenAsync();
        await FillAsync(lake);
        await lake.ForeignAsync("bronze.notes");
        var report = await lake.VerifyAsync();
        Assert.True(report.Good);
        Assert.Equal("bronze.notes", Assert.Single(report.LeftOut).ToString());
        Assert.True((await lake.VerifyAsync("bronze.TRADES")).Good);
        Assert.Contains("bronze.notes", (await Assert.ThrowsAsync<LakeException>(() => lake.VerifyAsync("bronze.notes"))).Message, StringComparison.Ordinal);
    }
}
