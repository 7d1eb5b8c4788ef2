using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Redrive;

public sealed class LetterPartsTests
{
    static readonly Signature signature = new("ann", "the registry is right now");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Parts_of_any_size_move_what_can_be_released_and_name_once_what_cannot(int rows)
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        foreach (var reason in RedriveWorld.Mendable)
            await world.MendAsync(reason, Cancel);
        // what a commit of its own set aside is another file
        world.Send(Cancel, "no frame either"u8.ToArray());
        await world.StreamAsync(Cancel);

        var report = await world.Office(rows: rows).ReleaseAsync(new(), NewFields.Evolve, signature, Cancel);

        Assert.Equal(
            (RedriveWorld.Mendable.Count, "NOT_FRAMED NOT_FRAMED NULL_VALUE"),
            (report.Count, string.Join(' ', report.Stays.Select(s => s.Reason).Order(StringComparer.Ordinal))));
        Assert.Empty((await world.VerifyAsync(Cancel)).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        Assert.Equal([0, 1, .. Enumerable.Range(10, 6)], await world.SequencesAsync(Cancel));
        Assert.Equal(3, (await world.Office().ListAsync(new(), 100, Cancel)).Count);
        var acts = await world.RowsAsync(LakeNames.Acts, "SELECT count(*), max(act) FROM it", Cancel);
        Assert.Equal([(long)RedriveWorld.Mendable.Count, rows == 1 ? 6L : rows == 3 ? 3L : 1L], acts[0]);

        Assert.Equal(3, (await world.Office(rows: rows).DropAsync(new(), signature, Cancel)).Count);
        Assert.Empty(await world.Office().ListAsync(new(), 100, Cancel));
        Assert.Equal(3, (await world.Office().ListAsync(new() { Dropped = true }, 100, Cancel)).Count);
    }

    [Fact]
    public void Small_files_are_read_together_and_one_that_is_too_large_is_gone_on_with_where_it_was_left()
    {
        var cursor = new LetterCursor(new(Rows: 10, Bytes: 1000));
        var files = new[] { File("a", 4), File("b", 5), File("c", 30), File("d", 1) };
        Assert.Equal(["a", "b"], Names(cursor.Next(files)));
        Pass(cursor, cursor.Next(files)!, whole: true, []);
        var step = cursor.Next(files)!;
        Assert.Equal(["c"], Names(step));
        Assert.Null(step.After);

        // of c something was released: c2 stands in its place
        Pass(cursor, step, whole: false, [File("c2", 25)], last: 7);
        files = [files[0], files[1], File("c2", 25), files[3]];
        step = cursor.Next(files)!;
        Assert.Equal(["c2"], Names(step));
        Assert.Equal(Place(7), step.After);
        Pass(cursor, step, whole: true, []);
        Assert.Equal(["d"], Names(cursor.Next(files)));
        Pass(cursor, cursor.Next(files)!, whole: true, []);
        Assert.Null(cursor.Next(files));
    }

    static void Pass(LetterCursor cursor, LetterCursor.Step step, bool whole, IReadOnlyList<DataFile> written, long last = 0) =>
        cursor.Pass(new(step, [new(Place(last), null, 0, null, "", "", null, null, false)], [step.Files[0]], whole), written);

    static string[] Names(LetterCursor.Step? step) => [.. step!.Files.Select(f => f.Path)];

    static LogPosition Place(long offset) => new(new("log", "topic", 0), offset);

    static DataFile File(string path, long rows) =>
        new() { Path = path, Partition = PartitionKey.Unpartitioned, RecordCount = rows, FileSizeInBytes = rows };
}
