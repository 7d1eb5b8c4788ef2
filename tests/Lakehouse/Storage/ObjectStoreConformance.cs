using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Tests.Storage;

/// <summary>What every object store keeps; a store runs it by deriving from it.</summary>
public abstract class ObjectStoreConformance
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected abstract IObjectStore Store { get; }

    /// <summary>A location that no object has.</summary>
    protected abstract string NewLocation();

    [Fact]
    public async Task A_streamed_object_is_whole_whatever_the_pieces()
    {
        var (location, random) = (NewLocation(), new Random(3));
        var content = new byte[700_001];
        random.NextBytes(content);
        await Store.WriteStreamAsync(location, async stream =>
        {
            for (var at = 0; at < content.Length;)
            {
                var piece = Math.Min(random.Next(1, 90_000), content.Length - at);
                await stream.WriteAsync(content.AsMemory(at, piece), Cancel);
                at += piece;
            }
        }, Cancel);
        Assert.Equal(content, await Store.ReadAsync(location, content.Length, Cancel));
    }

    [Fact]
    public async Task A_program_s_file_becomes_an_object()
    {
        var location = NewLocation();
        await Store.WriteFileAsync(location, path => File.WriteAllTextAsync(path, "rows", Cancel), Cancel);
        Assert.Equal("rows"u8.ToArray(), await Store.ReadAsync(location, 10, Cancel));
    }

    [Fact]
    public async Task An_object_is_never_written_twice()
    {
        var location = NewLocation();
        await Store.WriteNewAsync(location, "first"u8.ToArray(), Cancel);
        await ConflictsAsync(() => Store.WriteNewAsync(location, "second"u8.ToArray(), Cancel));
        await ConflictsAsync(() => Store.WriteStreamAsync(location, stream => stream.WriteAsync("second"u8.ToArray(), Cancel).AsTask(), Cancel));
        await ConflictsAsync(() => Store.WriteFileAsync(location, path => File.WriteAllTextAsync(path, "second", Cancel), Cancel));
        Assert.Equal("first"u8.ToArray(), await Store.ReadAsync(location, 10, Cancel));
    }

    static async Task ConflictsAsync(Func<Task> write) => Assert.Equal(LakeErrorKind.Conflict, (await Assert.ThrowsAsync<LakeException>(write)).Kind);

    [Fact]
    public async Task A_write_that_fails_half_way_leaves_no_object_and_may_be_tried_again()
    {
        var location = NewLocation();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.WriteStreamAsync(location, async stream =>
        {
            await stream.WriteAsync(new byte[300_000], Cancel);
            throw new InvalidOperationException();
        }, Cancel));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.WriteFileAsync(location, async path =>
        {
            await File.WriteAllTextAsync(path, "half", Cancel);
            throw new InvalidOperationException();
        }, Cancel));
        Assert.Null(await Store.TryOpenAsync(location, Cancel));
        await Store.WriteNewAsync(location, "whole"u8.ToArray(), Cancel);
        Assert.Equal("whole"u8.ToArray(), await Store.ReadAsync(location, 10, Cancel));
    }

    [Fact]
    public async Task A_write_whose_store_fails_is_unavailable_and_leaves_no_object()
    {
        var location = NewLocation();
        var failed = await Assert.ThrowsAsync<LakeException>(() => Store.WriteStreamAsync(location, _ => throw new IOException("the disk is full"), Cancel));
        Assert.Equal(LakeErrorKind.Unavailable, failed.Kind);
        Assert.Contains("the disk is full", failed.Message, StringComparison.Ordinal);
        Assert.Null(await Store.TryOpenAsync(location, Cancel));
    }

    [Fact]
    public async Task Ranges_are_read_at_every_edge()
    {
        var location = NewLocation();
        var content = Enumerable.Range(0, 10_000).Select(i => (byte)i).ToArray();
        await Store.WriteNewAsync(location, content, Cancel);
        await using var stream = await Store.TryOpenAsync(location, Cancel);
        Assert.NotNull(stream);
        Assert.True(stream.CanSeek);
        Assert.Equal(content.Length, stream.Length);
        foreach (var (from, count) in ((int, int)[])[(9_992, 8), (0, 1), (0, 10_000), (4_095, 2), (9_999, 1), (5_000, 0)])
        {
            stream.Position = from;
            var read = new byte[count];
            await stream.ReadExactlyAsync(read, Cancel);
            Assert.Equal(content[from..(from + count)], read);
        }
        stream.Position = content.Length;
        Assert.Equal(0, await stream.ReadAsync(new byte[4], Cancel));
    }

    [Fact]
    public async Task Readers_do_not_disturb_each_other()
    {
        var location = NewLocation();
        var content = new byte[200_000];
        new Random(5).NextBytes(content);
        await Store.WriteNewAsync(location, content, Cancel);
        await Parallel.ForEachAsync(Enumerable.Range(0, 16), Cancel, async (i, token) =>
        {
            await using var stream = await Store.TryOpenAsync(location, token);
            var part = new byte[10_000];
            stream!.Position = i * 10_000;
            await stream.ReadExactlyAsync(part, token);
            Assert.True(content.AsSpan(i * 10_000, part.Length).SequenceEqual(part));
        });
    }

    [Fact]
    public async Task What_is_not_there_is_told_in_one_way()
    {
        var location = NewLocation();
        Assert.Null(await Store.TryOpenAsync(location, Cancel));
        var missing = await Assert.ThrowsAsync<LakeException>(() => Store.ReadAsync(location, 10, Cancel));
        Assert.Equal(LakeErrorKind.Unavailable, missing.Kind);
        await Store.DeleteAsync(location, Cancel);
    }

    [Fact]
    public async Task A_cancelled_write_leaves_no_object()
    {
        var location = NewLocation();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.WriteNewAsync(location, new byte[1], new CancellationToken(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.WriteStreamAsync(location, _ => Task.CompletedTask, new CancellationToken(canceled: true)));
        Assert.Null(await Store.TryOpenAsync(location, Cancel));
    }
}

public sealed class LocalObjectStoreConformanceTests : ObjectStoreConformance, IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("store-conformance-").FullName;
    int made;

    private protected override IObjectStore Store { get; } = new LocalObjectStore();

    protected override string NewLocation() => FileLocation.FromPath(Path.Combine(folder, "below", $"{made++}.bin"));

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
