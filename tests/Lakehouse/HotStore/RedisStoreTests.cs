using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Hot;

public class RedisStoreTests
{
    static readonly IdSource ids = IdSource.Seeded(7);

    static HotMeta Meta(long epoch) => new("hot", epoch, 1_700_000_000_000_000, 3, 1234.5, 1_700_000_000_000_001, new(2026, 11, 24));

    static HotHash Hash(string key, params (string Name, string? Value)[] fields) =>
        new(key, [.. fields.Select(f => KeyValuePair.Create(f.Name, f.Value))]);

    [Theory, InlineData("garnet"), InlineData("redis")]
    public async Task What_is_flushed_is_read_again_and_expires_in_an_hour(string kind)
    {
        using var server = await RedisServer.StartAsync(kind);
        await using var store = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        var hashes = Enumerable.Range(0, 1000).Select(i => Hash(HotKeys.Position("A", $"I{i}"), ("quantity", $"{i}.0000"), ("mark", i % 2 == 0 ? null : "1.5"))).ToList();
        var flushed = await store.FlushAsync(Meta(1), [.. hashes, Hash(HotKeys.Pnl("A"), ("total", "12.34"))], default);

        Assert.Equal(new HotFlush(1001, false), flushed);
        var positions = await store.ReadPositionsAsync(default);
        Assert.Equal(1000, positions.Count);
        Assert.Equal("7.0000", positions.Single(p => p.Key == "hot:pos:A:I7")["quantity"]);
        Assert.Equal(["quantity"], positions.Single(p => p.Key == "hot:pos:A:I8").Fields.Select(f => f.Key));
        Assert.Equal("12.34", Assert.Single(await store.ReadAccountsAsync(default))["total"]);
        Assert.Equal("2026-11-24", (await store.TryReadAsync(HotKeys.Meta("hot"), default))!["trade_date"]);
        Assert.Null(await store.TryReadAsync("hot:pnl:nobody", default));
        await using var other = await server.ConnectAsync();
        foreach (var key in new[] { "hot:pos:A:I999", "hot:pnl:A", "hot:meta:hot" })
            Assert.InRange((await other.GetDatabase().KeyTimeToLiveAsync(key))!.Value.TotalSeconds, 3500, 3600);
    }

    [Theory, InlineData("garnet"), InlineData("redis")]
    public async Task A_field_that_becomes_null_is_gone_and_a_later_flush_replaces(string kind)
    {
        using var server = await RedisServer.StartAsync(kind);
        await using var store = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        await store.FlushAsync(Meta(1), [Hash("hot:px:X", ("last", "1"), ("vwap", "2"))], default);
        await store.FlushAsync(Meta(1), [Hash("hot:px:X", ("last", "3"), ("vwap", null))], default);

        var hash = Assert.Single(await store.ReadAsync(HotKeys.PricePrefix, default));
        Assert.Equal([KeyValuePair.Create<string, string?>("last", "3")], hash.Fields);
    }

    [Theory, InlineData("garnet"), InlineData("redis")]
    public async Task A_writer_whose_epoch_is_stale_changes_nothing(string kind)
    {
        using var server = await RedisServer.StartAsync(kind);
        await using var zombie = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        await zombie.FlushAsync(Meta(9), [Hash("hot:pnl:A", ("total", "1"))], default);
        await using var active = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        await active.FlushAsync(Meta(10), [Hash("hot:pnl:A", ("total", "2"))], default);

        var refused = await Assert.ThrowsAsync<LakeException>(() => zombie.FlushAsync(Meta(9), [Hash("hot:pnl:A", ("total", "1")), Hash("hot:pnl:B", ("total", "1"))], default));

        Assert.Equal(LakeErrorKind.Conflict, refused.Kind);
        Assert.Equal("2", Assert.Single(await active.ReadAccountsAsync(default))["total"]);
        Assert.Equal("10", (await active.TryReadAsync("hot:meta:hot", default))!["epoch"]);
    }

    [Theory, InlineData("garnet"), InlineData("redis")]
    public async Task Keys_belong_to_one_lake_while_its_job_lives_and_a_prefix_makes_room_for_another(string kind)
    {
        using var server = await RedisServer.StartAsync(kind);
        await using var first = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        await first.ClaimAsync("hot", "a", default);
        await first.FlushAsync(Now("a"), [Hash("hot:pnl:A", ("total", "1"))], default);
        await using var second = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);

        foreach (var refused in new[]
        {
            await Assert.ThrowsAsync<LakeException>(() => second.ClaimAsync("hot", "b", default)),
            await Assert.ThrowsAsync<LakeException>(() => second.FlushAsync(Now("b"), [Hash("hot:pnl:A", ("total", "2"))], default)),
        })
        {
            Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
            Assert.Contains("--redis-prefix", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal("1", Assert.Single(await first.ReadAccountsAsync(default))["total"]);

        await using var prefixed = await RedisStore.ConnectAsync(server.Settings with { Prefix = "b" }, TimeProvider.System, ids, default);
        await prefixed.ClaimAsync("hot", "b", default);
        await prefixed.FlushAsync(Now("b"), [Hash("hot:pnl:A", ("total", "2"))], default);
        Assert.Equal("hot:pnl:A", Assert.Single(await prefixed.ReadAccountsAsync(default)).Key);
        await using var other = await server.ConnectAsync();
        Assert.Equal(("1", "2"), ((string?)await other.GetDatabase().HashGetAsync("hot:pnl:A", "total"), (string?)await other.GetDatabase().HashGetAsync("b:hot:pnl:A", "total")));

        static HotMeta Now(string lake) =>
            Meta(1) with { Lake = lake, AsOf = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000 };
    }

    [Theory, InlineData("garnet"), InlineData("redis")]
    public async Task A_job_that_flushes_nothing_keeps_its_keys_as_long_as_it_says_that_it_lives(string kind)
    {
        using var server = await RedisServer.StartAsync(kind);
        await using var store = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        // its meta hash is of the year 2023
        await store.FlushAsync(Meta(9) with { Lake = "a" }, [Hash("hot:pnl:A", ("total", "1"))], default);
        await using var other = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);

        // neither another lake's job nor one that was replaced says so for it
        await other.HoldAsync("hot", "b", 99, default);
        await other.HoldAsync("hot", "a", 8, default);
        Assert.Equal("1700000000000001", (await other.TryReadAsync("hot:meta:hot", default))!["as_of"]);

        await store.HoldAsync("hot", "a", 10, default);
        Assert.Equal(LakeErrorKind.Invalid, (await Assert.ThrowsAsync<LakeException>(() => other.ClaimAsync("hot", "b", default))).Kind);
        var meta = (await other.TryReadAsync("hot:meta:hot", default))!;
        Assert.Equal(("9", "a"), (meta["epoch"], meta["lake"]));
        Assert.Equal("1", Assert.Single(await other.ReadAccountsAsync(default))["total"]);
        Assert.False((await store.FlushAsync(Meta(10) with { Lake = "a" }, [], default)).HasDroppedKeys);
    }

    [Theory, InlineData("garnet"), InlineData("redis")]
    public async Task What_a_dead_job_of_another_lake_has_left_is_removed(string kind)
    {
        using var server = await RedisServer.StartAsync(kind);
        await using var store = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        // its meta hash is of the year 2023
        await store.FlushAsync(Meta(9) with { Lake = "a" }, [Hash("hot:pnl:A", ("total", "1"))], default);
        await using var next = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);

        await next.ClaimAsync("hot", "b", default);
        await next.FlushAsync(Meta(1) with { Lake = "b" }, [Hash("hot:pnl:B", ("total", "2"))], default);

        Assert.Equal(["hot:pnl:B"], (await next.ReadAccountsAsync(default)).Select(h => h.Key));
    }

    [Theory]
    [InlineData("-9223372036854775808", true)]
    [InlineData("yesterday", true)]
    [InlineData("9223372036854775807", false)]
    public async Task Any_word_of_when_another_lakes_job_was_last_there_is_an_answer(string asOf, bool isDead)
    {
        using var server = await RedisServer.StartAsync("garnet");
        await using var store = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        await store.FlushAsync(Meta(9) with { Lake = "a" }, [Hash("hot:pnl:A", ("total", "1"))], default);
        await using var other = await server.ConnectAsync();
        await other.GetDatabase().HashSetAsync("hot:meta:hot", "as_of", asOf);

        var refused = await Record.ExceptionAsync(() => store.ClaimAsync("hot", "b", default));

        Assert.Equal(isDead ? null : LakeErrorKind.Invalid, (refused as LakeException)?.Kind);
        Assert.Equal(isDead ? 0 : 1, (await store.ReadAccountsAsync(default)).Count);
    }

    [Theory, InlineData("garnet"), InlineData("redis")]
    public async Task Two_writers_racing_leave_what_the_later_epoch_wrote(string kind)
    {
        using var server = await RedisServer.StartAsync(kind);
        await using var first = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        await using var second = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        HotHash[] of1 = [.. Enumerable.Range(0, 300).Select(i => Hash($"hot:pnl:{i}", ("total", "old")))], of2 = [.. of1.Select(h => Hash(h.Key, ("total", "new")))];
        var old = Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
                await first.FlushAsync(Meta(1), of1, default);
        });
        for (var i = 0; i < 20; i++)
            await second.FlushAsync(Meta(2), of2, default);

        Assert.Equal(LakeErrorKind.Conflict, (await Assert.ThrowsAsync<LakeException>(() => old)).Kind);
        Assert.All(await second.ReadAccountsAsync(default), h => Assert.Equal("new", h["total"]));
    }

    [Theory, InlineData("garnet"), InlineData("redis")]
    public async Task Keys_that_the_server_lost_are_noticed(string kind)
    {
        using var server = await RedisServer.StartAsync(kind);
        await using var store = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        await using var other = await server.ConnectAsync();
        await store.FlushAsync(Meta(1), [Hash("hot:pnl:A", ("total", "1")), Hash("hot:px:X", ("last", "1"))], default);
        Assert.False((await store.FlushAsync(Meta(1), [], default)).HasDroppedKeys);

        await other.GetDatabase().KeyDeleteAsync("hot:px:X");
        Assert.True((await store.FlushAsync(Meta(1), [], default)).HasDroppedKeys);

        store.Forget();
        Assert.False((await store.FlushAsync(Meta(1), [Hash("hot:pnl:A", ("total", "1"))], default)).HasDroppedKeys);
        await other.GetDatabase().KeyDeleteAsync("hot:meta:hot");
        Assert.True((await store.FlushAsync(Meta(1), [], default)).HasDroppedKeys);
    }

    [Theory, InlineData("garnet"), InlineData("redis")]
    public async Task Each_flush_names_its_keys_on_the_channel(string kind)
    {
        using var server = await RedisServer.StartAsync(kind);
        await using var store = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        await using var changes = store.ChangesAsync(default).GetAsyncEnumerator(default);
        var first = changes.MoveNextAsync().AsTask();
        while (!first.IsCompleted)
            await store.FlushAsync(Meta(1), [Hash("hot:pnl:A", ("total", "1")), Hash("hot:px:X", ("last", "1"))], default);

        Assert.True(await first);
        Assert.Equal(["hot:pnl:A", "hot:px:X"], changes.Current);
    }

    [Fact]
    public async Task No_server_and_a_wrong_password_are_said_in_one_line()
    {
        using var garnet = EmbeddedGarnet.Start(ids);
        var wrong = await Assert.ThrowsAsync<LakeException>(() => RedisStore.ConnectAsync(
            garnet.Settings with { Password = "guess" }, TimeProvider.System, ids, default));
        Assert.Equal(LakeErrorKind.Invalid, wrong.Kind);
        garnet.Dispose();

        var gone =
            await Assert.ThrowsAsync<LakeException>(() => RedisStore.ConnectAsync(garnet.Settings, TimeProvider.System, ids, default));
        Assert.Equal(LakeErrorKind.Unavailable, gone.Kind);
        Assert.Equal($"no Redis at {garnet.Settings.Address}; start it, or name another with --redis", gone.Message);
        Assert.Equal(LakeErrorKind.Invalid, (await Assert.ThrowsAsync<LakeException>(() => RedisStore.ConnectAsync(
            new() { Address = "localhost" }, TimeProvider.System, ids, default))).Kind);
    }

    [Fact]
    public async Task The_embedded_server_takes_the_port_and_the_password_that_it_is_told()
    {
        int port;
        using (var probe = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
        }
        using var garnet = EmbeddedGarnet.Start(ids, port, "secret");
        await using var store = await RedisStore.ConnectAsync(
            new() { Address = $"127.0.0.1:{port}", Password = "secret" }, TimeProvider.System, ids, default);

        var taken = Assert.Throws<LakeException>(() => EmbeddedGarnet.Start(ids, port));

        Assert.Equal(LakeErrorKind.Unavailable, taken.Kind);
        Assert.Contains($"port {port}", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hot_set_that_outgrows_the_embedded_server_is_refused_before_keys_vanish()
    {
        using var garnet = EmbeddedGarnet.Start(ids);
        await using var store = await RedisStore.ConnectAsync(
            garnet.Settings with { MemoryBytes = 4096 }, TimeProvider.System, ids, default);

        var refused = await Assert.ThrowsAsync<LakeException>(() => store.FlushAsync(
            Meta(1), [.. Enumerable.Range(0, 100).Select(i => Hash($"hot:pnl:{i}", ("total", "1")))], default));

        Assert.Equal(LakeErrorKind.Unavailable, refused.Kind);
        Assert.Contains("--redis", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_embedded_server_takes_its_budget_of_keys_without_losing_one()
    {
        using var garnet = EmbeddedGarnet.Start(ids);
        await using var store = await RedisStore.ConnectAsync(garnet.Settings, TimeProvider.System, ids, default);
        var hashes = Enumerable.Range(0, 30_000)
            .Select(i => Hash($"hot:pos:ACCOUNT{i % 20}:INSTRUMENT{i}", [.. Enumerable.Range(0, 8).Select(f => ($"field{f}", (string?)"12345678.1234567890"))]))
            .ToList();

        await store.FlushAsync(Meta(1), hashes, default);

        Assert.Equal(30_000, (await store.ReadPositionsAsync(default)).Count);
    }

    [Theory, InlineData("garnet"), InlineData("redis")]
    public async Task A_flush_of_a_thousand_hashes_fits_into_its_interval(string kind)
    {
        using var server = await RedisServer.StartAsync(kind);
        await using var store = await RedisStore.ConnectAsync(server.Settings, TimeProvider.System, ids, default);
        var hashes = Enumerable.Range(0, 1000)
            .Select(i => Hash($"hot:pos:A:{i}", [.. Enumerable.Range(0, 8).Select(f => ($"field{f}", (string?)"12345678.1234567890"))]))
            .ToList();
        var times = new List<double>();
        for (var i = 0; i < 40; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            await store.FlushAsync(Meta(1), hashes, default);
            times.Add(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
        }
        var sorted = times.Skip(5).Order().ToList();

        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: p50 {sorted[sorted.Count / 2]:F1} ms, p95 {sorted[sorted.Count * 95 / 100]:F1} ms");
        Assert.InRange(sorted[sorted.Count / 2], 0, 100);
    }
}
