using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

/// <summary>Commits to a bucket on bad days: each is made once, or not at all and told in one line.</summary>
public sealed class BucketFaultTests(SharedLakes lakes) : IClassFixture<SharedLakes>
{
    static readonly TableIdent trades = new("bronze", "trades");

    static readonly TableIntent one = new() { Add = [TempLake.File(1, "a")] };

    static bool IsMetadata(string line) => line.StartsWith("PUT ", StringComparison.Ordinal) && line.Contains("/metadata/", StringComparison.Ordinal);

    [Theory]
    [InlineData("busy")]
    [InlineData("failed")]
    [InlineData("request lost")]
    [InlineData("answer lost")]
    public async Task What_a_service_does_to_a_request_once_changes_nothing(string kind)
    {
        var fault = kind switch
        {
            "busy" => new Fault { Answer = 503, Code = "SlowDown" },
            "failed" => new Fault { Answer = 500, Code = "InternalError" },
            "request lost" => new Fault { IsLost = true },
            _ => new Fault { AnswerIsLost = true },
        };
        await using var behind = await lakes.BehindProxyAsync(_ => Fault.None);
        await using var lake = await TempLake.OpenAsync(behind.NewPlace(), seed: 1, time: null);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        // each metadata file of a commit in turn, whichever goes first
        for (var nth = 1; nth <= 3; nth++)
        {
            var (seen, target) = (0, nth);
            behind.Proxy.OnRequest = line => IsMetadata(line) && Interlocked.Increment(ref seen) == target ? fault : Fault.None;
            await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, $"{kind}-{nth}".Replace(' ', '-'))] });
            Assert.True(seen > 3, "a request was sent again");
        }
        behind.Proxy.OnRequest = _ => Fault.None;
        var table = await lake.LoadAsync(trades);
        Assert.Equal((3, 3), (table.Metadata.Snapshots.Count, (await lake.PlanAsync(table)).Files.Count));
    }

    [Theory]
    [InlineData(503, "SlowDown", "busy")]
    [InlineData(507, "InsufficientStorage", "no room left")]
    [InlineData(403, "RequestTimeTooSkewed", "clock")]
    [InlineData(403, "SignatureDoesNotMatch", "refuses the credentials")]
    [InlineData(403, "AccessDenied", "may not do that")]
    [InlineData(404, "NoSuchBucket", "there is no bucket")]
    public async Task A_service_that_goes_on_refusing_ends_the_commit_in_one_line_and_changes_nothing(int status, string code, string says)
    {
        await using var behind = await lakes.BehindProxyAsync(_ => Fault.None);
        var place = behind.NewPlace();
        await using var lake = await TempLake.OpenAsync(place with { S3 = place.S3! with { Retries = 1 } }, seed: 1, time: null);
        var before = await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        behind.Proxy.OnRequest = line => IsMetadata(line) ? new() { Answer = status, Code = code } : Fault.None;
        var failure = await Assert.ThrowsAsync<LakeException>(() => lake.CommitAsync(trades, one));
        Assert.Equal(LakeErrorKind.Unavailable, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        behind.Proxy.OnRequest = _ => Fault.None;
        Assert.Equal(before.MetadataLocation, (await lake.LoadAsync(trades)).MetadataLocation);
        await lake.CommitAsync(trades, one);
        Assert.Single((await lake.PlanAsync(await lake.LoadAsync(trades))).Files);
    }

    /// <summary>
    /// The first parts are taken, and then the disk is full: of four parts the third one is refused while the last is already on its way,
    /// or, of many, long before it.
    /// </summary>
    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    public async Task An_upload_that_finds_no_room_half_way_leaves_no_object_and_no_parts(int megabytes)
    {
        await using var behind = await lakes.BehindProxyAsync(_ => Fault.None);
        var place = behind.NewPlace();
        var small = place.S3! with { Retries = 1, PartBytes = 5 << 20 };
        await using var lake = await TempLake.OpenAsync(place with { S3 = small }, seed: 1, time: null);
        var location = $"{lake.Lake.WarehouseLocation}/large";
        var abandoned = 0;
        behind.Proxy.OnRequest = line =>
        {
            if (line.StartsWith("DELETE ", StringComparison.Ordinal) && line.Contains("uploadId=", StringComparison.Ordinal))
                Interlocked.Increment(ref abandoned);
            return line.Contains("partNumber=3", StringComparison.Ordinal) ? new() { Answer = 507, Code = "InsufficientStorage" } : Fault.None;
        };
        Task WriteAsync() => lake.Lake.Store.WriteNewAsync(location, new byte[megabytes << 20], CancellationToken.None);
        var failure = await Assert.ThrowsAsync<LakeException>(WriteAsync);
        Assert.Equal(LakeErrorKind.Unavailable, failure.Kind);
        Assert.Contains("no room left", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, abandoned);
        Assert.Null(await lake.Lake.Store.TryOpenAsync(location, CancellationToken.None));
        behind.Proxy.OnRequest = _ => Fault.None;
        await WriteAsync();
    }

    [Fact]
    public async Task A_service_that_hangs_is_given_up()
    {
        await using var behind = await lakes.BehindProxyAsync(_ => Fault.None);
        var place = behind.NewPlace();
        var impatient = place.S3! with { Retries = 0, RequestTimeout = TimeSpan.FromSeconds(1) };
        await using var lake = await TempLake.OpenAsync(place with { S3 = impatient }, seed: 1, time: null);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        behind.Proxy.OnRequest = line => IsMetadata(line) ? new() { Delay = TimeSpan.FromSeconds(30) } : Fault.None;
        var failure = await Assert.ThrowsAsync<LakeException>(() => lake.CommitAsync(trades, one));
        Assert.Equal(LakeErrorKind.Unavailable, failure.Kind);
    }

    /// <summary>The SDK's own limit ends with the headers.</summary>
    [Fact]
    public async Task A_service_that_stops_in_the_middle_of_an_object_is_given_up()
    {
        await using var behind = await lakes.BehindProxyAsync(_ => Fault.None);
        var place = behind.NewPlace();
        await using var lake = await TempLake.OpenAsync(
            place with { S3 = place.S3! with { Retries = 0, RequestTimeout = TimeSpan.FromSeconds(1) } }, seed: 1, time: null);
        var location = $"{lake.Lake.Location}/warehouse/large";
        await lake.Lake.Store.WriteNewAsync(location, new byte[3 << 20], CancellationToken.None);
        behind.Proxy.OnRequest = line => line.StartsWith("GET ", StringComparison.Ordinal) ? new() { StopsAfter = 1 << 20 } : Fault.None;
        Func<Task>[] reads =
        [
            () => lake.Lake.Store.ReadAsync(location, 4 << 20, CancellationToken.None),
            async () => (await lake.Lake.Store.AsFileAsync(location, 3 << 20, CancellationToken.None)).Dispose(),
        ];
        foreach (var read in reads)
            Assert.Contains("does not answer", (await Assert.ThrowsAsync<LakeException>(read)).Message, StringComparison.Ordinal);
        await using var stream = (await lake.Lake.Store.TryOpenAsync(location, CancellationToken.None))!;
        await Assert.ThrowsAsync<IOException>(() => stream.ReadExactlyAsync(new byte[3 << 20], CancellationToken.None).AsTask());
        // and when it goes on, so do they
        behind.Proxy.OnRequest = _ => Fault.None;
        foreach (var read in reads)
            await read();
    }
}
