using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Storage.S3;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Lakehouse.Tests.Storage;

/// <summary>One S3 service for the tests of a class, started by the first: a test can be skipped, what stands around it cannot.</summary>
public sealed class S3Fixture : IAsyncDisposable
{
    S3Server? server;

    internal async Task<S3Settings> SettingsAsync()
    {
        server ??= await S3Server.StartAsync(TestContext.Current.CancellationToken);
        // parts of the least size, so that the suite's objects of some hundred kilobytes and a test's of more go both ways
        return new()
        {
            Endpoint = server.Endpoint,
            Region = "us-east-1",
            PathStyle = true,
            PartBytes = 5 << 20,
            ListedAtOnce = 7,
            CacheBytes = 1 << 30,
            Retries = 2,
            RequestTimeout = TimeSpan.FromSeconds(10),
        };
    }

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public sealed class S3ObjectStoreConformanceTests(S3Fixture s3) : ObjectStoreConformance, IClassFixture<S3Fixture>, IAsyncLifetime
{
    readonly string cache = Directory.CreateTempSubdirectory("dartlake-s3-cache").FullName;
    S3ObjectStore store = null!;
    int made;

    public async ValueTask InitializeAsync() =>
        store = new S3ObjectStore($"s3://{S3Server.Bucket}/lake", await s3.SettingsAsync(), cache);

    private protected override IObjectStore Store => store;

    protected override string ForeignLocation => "file:///tmp/a";

    protected override string NewLocation() => $"s3://{S3Server.Bucket}/lake/{GetHashCode():x}/{made++}.bin";

    [Fact]
    public async Task An_object_of_several_parts_is_whole_and_is_never_written_twice()
    {
        var (location, cancel) = (NewLocation(), TestContext.Current.CancellationToken);
        var content = new byte[23_456_789];
        new Random(4).NextBytes(content);
        await Store.WriteStreamAsync(location, stream => stream.WriteAsync(content, cancel).AsTask(), cancel);
        Assert.Equal(content, await Store.ReadAsync(location, content.Length, cancel));
        var twice = await Assert.ThrowsAsync<LakeException>(
            () => Store.WriteStreamAsync(location, stream => stream.WriteAsync(content, cancel).AsTask(), cancel));
        Assert.Equal(LakeErrorKind.Conflict, twice.Kind);
        using var file = await Store.AsFileAsync(location, content.Length, cancel);
        Assert.Equal(content, await File.ReadAllBytesAsync(file.Path, cancel));
        var other = await Assert.ThrowsAsync<LakeException>(() => Store.AsFileAsync(location, content.Length - 1, cancel));
        Assert.Equal(LakeErrorKind.Corrupt, other.Kind);
    }

    [Fact]
    public async Task Nothing_is_written_or_deleted_outside_of_the_lake()
    {
        var outside = $"s3://{S3Server.Bucket}/lake-of-others/a";
        Func<Task>[] acts = [() => Store.WriteNewAsync(outside, new byte[1], default), () => Store.DeleteAsync(outside, default)];
        foreach (var act in acts)
            Assert.Contains("outside", (await Assert.ThrowsAsync<LakeException>(act)).Message, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        store?.Dispose();
        Directory.Delete(cache, recursive: true);
        return ValueTask.CompletedTask;
    }
}
