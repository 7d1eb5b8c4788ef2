using System.Text;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Tests.Storage;

/// <summary>What every object store keeps; a store runs it by deriving from it.</summary>
public abstract class ObjectStoreConformance
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected abstract IObjectStore Store { get; }

    /// <summary>A location that no object has.</summary>
    protected abstract string NewLocation();

    /// <summary>A location that this store cannot have.</summary>
    protected abstract string ForeignLocation { get; }

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
        await ConflictsAsync(() => Store.WriteStreamAsync(location, stream => WriteAsync(stream, "second"), Cancel));
        await ConflictsAsync(() => Store.WriteFileAsync(location, path => File.WriteAllTextAsync(path, "second", Cancel), Cancel));
        Assert.Equal("first"u8.ToArray(), await Store.ReadAsync(location, 10, Cancel));
    }

    [Fact]
    public async Task Of_two_that_write_a_name_at_once_one_wins_and_the_other_conflicts()
    {
        var location = NewLocation();
        await ConflictsAsync(() => Store.WriteStreamAsync(location, async stream =>
        {
            await WriteAsync(stream, "begun first");
            await Store.WriteNewAsync(location, "whole first"u8.ToArray(), Cancel);
        }, Cancel));
        Assert.Equal("whole first"u8.ToArray(), await Store.ReadAsync(location, 100, Cancel));
    }

    [Fact]
    public async Task Of_many_that_write_a_name_in_the_same_instant_one_wins()
    {
        const int writers = 8;
        for (var round = 0; round < 50; round++)
        {
            var location = NewLocation();
            using var start = new Barrier(writers);
            var wins = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Factory.StartNew(async () =>
            {
                start.SignalAndWait(Cancel);
                try
                {
                    await Store.WriteNewAsync(location, new[] { (byte)writer }, Cancel);
                    return writer;
                }
                catch (LakeException e) when (e.Kind == LakeErrorKind.Conflict)
                {
                    return -1;
                }
            }, Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
            var winner = Assert.Single(wins, writer => writer >= 0);
            Assert.Equal([(byte)winner], await Store.ReadAsync(location, 1, Cancel));
        }
    }

    [Fact]
    public async Task Nothing_is_there_while_it_is_written()
    {
        var location = NewLocation();
        await Store.WriteStreamAsync(location, async stream =>
        {
            await stream.WriteAsync(new byte[300_000], Cancel);
            await stream.FlushAsync(Cancel);
            Assert.Null(await Store.TryOpenAsync(location, Cancel));
        }, Cancel);
        var other = NewLocation();
        await Store.WriteFileAsync(other, async path =>
        {
            await File.WriteAllTextAsync(path, "half", Cancel);
            Assert.Null(await Store.TryOpenAsync(other, Cancel));
        }, Cancel);
        await using var stream = await Store.TryOpenAsync(other, Cancel);
        Assert.Equal(4, stream!.Length);
    }

    static Task WriteAsync(Stream stream, string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text), Cancel).AsTask();

    static async Task ConflictsAsync(Func<Task> write) =>
        Assert.Equal(LakeErrorKind.Conflict, (await Assert.ThrowsAsync<LakeException>(write)).Kind);

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
        var failed = await Assert.ThrowsAsync<LakeException>(
            () => Store.WriteStreamAsync(location, _ => throw new IOException("the disk is full"), Cancel));
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
        foreach (var end in (long[])[content.Length, content.Length + 1, 1L << 40])
        {
            stream.Position = end;
            Assert.Equal(0, await stream.ReadAsync(new byte[4], Cancel));
        }
        stream.Position = content.Length - 2;
        Assert.Equal(2, await stream.ReadAtLeastAsync(new byte[4], 4, throwOnEndOfStream: false, Cancel));
    }

    [Fact]
    public async Task An_object_may_be_empty_and_is_read_within_a_limit()
    {
        var (empty, small) = (NewLocation(), NewLocation());
        await Store.WriteStreamAsync(empty, _ => Task.CompletedTask, Cancel);
        Assert.Empty(await Store.ReadAsync(empty, 0, Cancel));
        await using var stream = await Store.TryOpenAsync(empty, Cancel);
        Assert.Equal(0, stream!.Length);
        await Store.WriteNewAsync(small, new byte[3], Cancel);
        Assert.Equal(3, (await Store.ReadAsync(small, 3, Cancel)).Length);
        var large = await Assert.ThrowsAsync<LakeException>(() => Store.ReadAsync(small, 2, Cancel));
        Assert.Equal(LakeErrorKind.Corrupt, large.Kind);
    }

    /// <summary>More than a page of them; one whose name begins as the folder's does lies beside it.</summary>
    [Fact]
    public async Task What_lies_below_a_folder_is_deleted_but_for_what_is_wanted()
    {
        var folder = NewLocation();
        string[] all = [$"{folder}/a", $"{folder}/b/c", $"{folder}/b/d/e", $"{folder}beside"];
        foreach (var location in all)
            await Store.WriteNewAsync(location, new byte[] { 1 }, Cancel);
        await Store.DeleteBelowAsync(folder, location => location.EndsWith("/d/e", StringComparison.Ordinal), Cancel);
        var left = new List<string>();
        await foreach (var found in Store.ListAsync(folder, Cancel))
            left.Add(found.Location);
        Assert.EndsWith("/b/d/e", Assert.Single(left), StringComparison.Ordinal);
        Assert.NotNull(await Store.TryOpenAsync($"{folder}beside", Cancel));
        await Store.DeleteBelowAsync(folder, _ => false, Cancel);
        await Store.DeleteBelowAsync(folder, _ => false, Cancel);
        await foreach (var found in Store.ListAsync(folder, Cancel))
            Assert.Fail(found.Location);
        await Assert.ThrowsAsync<LakeException>(() => Store.DeleteBelowAsync(ForeignLocation, _ => false, Cancel));
    }

    [Fact]
    public async Task What_lies_below_a_folder_is_listed_with_length_and_time()
    {
        var folder = NewLocation();
        string[] names = [.. Enumerable.Range(0, 25).Select(i => $"{i % 3}/deeper {i % 2}/object-{i}+é.parquet")];
        var before = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        foreach (var (i, name) in names.Index())
            await Store.WriteNewAsync($"{folder}/{name}", new byte[i], Cancel);
        await Store.WriteNewAsync($"{folder}2/beside.parquet", new byte[1], Cancel);
        var listed = new List<StoredObject>();
        await foreach (var found in Store.ListAsync(folder, Cancel))
            listed.Add(found);
        Assert.Equal(
            names.Select((name, i) => ($"{folder}/{name}", (long)i)).Order(), listed.Select(found => (found.Location, found.Bytes)).Order());
        Assert.All(listed, found => Assert.InRange(found.Changed, before, before.AddMinutes(10)));
        await foreach (var found in Store.ListAsync(NewLocation(), Cancel))
            Assert.Fail($"{found} in a folder that is not there");
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
        Assert.Contains("is not there", missing.Message, StringComparison.Ordinal);
        await Store.DeleteAsync(location, Cancel);
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_its_name_is_free()
    {
        var location = NewLocation();
        await Store.WriteNewAsync(location, new byte[1], Cancel);
        await Store.DeleteAsync(location, Cancel);
        await Store.DeleteAsync(location, Cancel);
        Assert.Null(await Store.TryOpenAsync(location, Cancel));
        await Store.WriteNewAsync(location, new byte[2], Cancel);
        Assert.Equal(2, (await Store.ReadAsync(location, 2, Cancel)).Length);
    }

    [Fact]
    public async Task A_location_of_another_store_is_refused()
    {
        foreach (var act in (Func<Task>[])
        [
            () => Store.WriteNewAsync(ForeignLocation, new byte[1], Cancel),
            () => Store.WriteStreamAsync(ForeignLocation, _ => Task.CompletedTask, Cancel),
            () => Store.WriteFileAsync(ForeignLocation, _ => Task.CompletedTask, Cancel),
            () => Store.ReadAsync(ForeignLocation, 1, Cancel),
            () => Store.TryOpenAsync(ForeignLocation, Cancel),
            () => Store.DeleteAsync(ForeignLocation, Cancel),
        ])
            Assert.Equal(LakeErrorKind.Invalid, (await Assert.ThrowsAsync<LakeException>(act)).Kind);
    }

    [Fact]
    public async Task A_cancelled_write_leaves_no_object()
    {
        var location = NewLocation();
        var cancelled = new CancellationToken(canceled: true);
        await CancelsAsync(() => Store.WriteNewAsync(location, new byte[1], cancelled));
        await CancelsAsync(() => Store.WriteStreamAsync(location, _ => Task.CompletedTask, cancelled));
        await CancelsAsync(() => Store.WriteFileAsync(location, _ => Task.CompletedTask, cancelled));
        using var later = new CancellationTokenSource();
        await CancelsAsync(() => Store.WriteStreamAsync(location, async stream =>
        {
            await stream.WriteAsync(new byte[300_000], later.Token);
            await later.CancelAsync();
            await stream.WriteAsync(new byte[1], later.Token);
        }, later.Token));
        Assert.Null(await Store.TryOpenAsync(location, Cancel));
    }

    [Fact]
    public async Task A_cancelled_read_ends()
    {
        var location = NewLocation();
        await Store.WriteNewAsync(location, new byte[100], Cancel);
        var cancelled = new CancellationToken(canceled: true);
        await CancelsAsync(() => Store.ReadAsync(location, 100, cancelled));
        await CancelsAsync(() => Store.TryOpenAsync(location, cancelled));
    }

    static Task CancelsAsync(Func<Task> act) => Assert.ThrowsAnyAsync<OperationCanceledException>(act);
}

public sealed class LocalObjectStoreConformanceTests : ObjectStoreConformance, IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("store-conformance-").FullName;
    int made;

    private protected override IObjectStore Store { get; } = new LocalObjectStore("/");

    protected override string ForeignLocation => "s3://bucket/a";

    protected override string NewLocation() => FileLocation.FromPath(Path.Combine(folder, "below", $"{made++}.bin"));

    [Fact]
    public async Task A_write_that_failed_leaves_no_file_of_any_name()
    {
        using var cancel = new CancellationTokenSource();
        var taken = NewLocation();
        await Store.WriteNewAsync(taken, "taken"u8.ToArray(), CancellationToken.None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.WriteStreamAsync(NewLocation(), async stream =>
        {
            await stream.WriteAsync(new byte[300_000]);
            throw new InvalidOperationException();
        }, CancellationToken.None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.WriteFileAsync(NewLocation(), async path =>
        {
            await File.WriteAllTextAsync(path, "half");
            throw new InvalidOperationException();
        }, CancellationToken.None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.WriteStreamAsync(NewLocation(), async stream =>
        {
            await stream.WriteAsync(new byte[300_000]);
            await cancel.CancelAsync();
            await stream.WriteAsync(new byte[300_000], cancel.Token);
        }, cancel.Token));
        // one that finds its name taken only at its end
        var lost = NewLocation();
        await Assert.ThrowsAsync<LakeException>(() => Store.WriteStreamAsync(lost, async stream =>
        {
            await stream.WriteAsync(new byte[300_000]);
            await Store.WriteNewAsync(lost, "won"u8.ToArray(), CancellationToken.None);
        }, CancellationToken.None));
        Assert.Equal(
            new[] { taken, lost }.Select(FileLocation.ToPath).Order(StringComparer.Ordinal),
            Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
