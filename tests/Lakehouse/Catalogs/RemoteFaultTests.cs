using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Catalogs.Remote;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Schemas;
using Dart.Lake.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

/// <summary>Bad days between a lake and the REST catalog that names its tables.</summary>
public sealed class RemoteFaultTests
{
    static readonly TableIdent trades = new("bronze", "trades"), letters = new("bronze", "dead_letters");

    public static TheoryData<string, string> Faults => new()
    {
        { "lost request", "POST /v1/namespaces/bronze/tables/trades" }, { "lost answer", "POST /v1/namespaces/bronze/tables/trades" },
        { "500", "POST /v1/namespaces/bronze/tables/trades" }, { "502", "POST /v1/namespaces/bronze/tables/trades" },
        { "503", "POST /v1/namespaces/bronze/tables/trades" }, { "429", "POST /v1/namespaces/bronze/tables/trades" },
        { "done, and 503", "POST /v1/namespaces/bronze/tables/trades" }, { "done, and 404", "POST /v1/namespaces/bronze/tables/trades" },
        { "done, and 503", "POST /v1/transactions/commit" }, { "done, and 500", "POST /v1/transactions/commit" },
        { "lost request", "POST /v1/transactions/commit" }, { "lost answer", "POST /v1/transactions/commit" },
        { "504", "POST /v1/transactions/commit" }, { "lost request", "GET /v1/namespaces/bronze/tables/trades" },
        { "lost answer", "GET /v1/namespaces/bronze/tables/trades" }, { "503", "GET /v1/namespaces/bronze/tables/trades" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_commit_is_made_once_whatever_becomes_of_a_request(string fault, string request)
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var proxy = new FaultProxy(served.Url);
        await using var lake = await OpenAsync(served, proxy.Endpoint);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        await lake.Catalog.CreateAsync(letters, TempLake.ByDay, CancellationToken.None);
        var (left, met) = (1, 0);
        proxy.OnRequest = line => line.StartsWith(request, StringComparison.Ordinal) && Interlocked.Decrement(ref left) >= 0
            ? Met(fault, ref met)
            : Fault.None;
        var changes = request.Contains("transactions", StringComparison.Ordinal)
            ? new[] { trades, letters }
            : [trades];
        await lake.Catalog.CommitAsync(
            [.. changes.Select(table => new TableChange(table, _ => new TableIntent { Add = [TempLake.File(1, table.Name)] }))],
            null,
            CancellationToken.None);
        Assert.Equal(1, met);
        foreach (var table in changes)
        {
            var now = (await served.Own.TryLoadAsync(table, CancellationToken.None))!;
            Assert.Single(now.Metadata.Snapshots);
            Assert.Single((await lake.PlanAsync(now)).Files);
        }
    }

    static Fault Met(string fault, ref int met)
    {
        met++;
        return fault switch
        {
            "lost request" => new() { IsLost = true },
            "lost answer" => new() { AnswerIsLost = true },
            ['d', ..] => new() { AnswerAfter = int.Parse(fault[^3..], System.Globalization.CultureInfo.InvariantCulture) },
            _ => new() { Answer = int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture) },
        };
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_is_gone_after_a_request_leaves_the_outcome_unknown_and_the_files_in_place(bool happened)
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var proxy = new FaultProxy(served.Url);
        await using var lake = await OpenAsync(served, proxy.Endpoint);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        var sent = false;
        proxy.OnRequest = line =>
        {
            if (!line.StartsWith("POST", StringComparison.Ordinal))
                return sent ? new() { IsLost = true } : Fault.None;
            (var first, sent) = (!sent, true);
            return first && happened ? new() { AnswerIsLost = true } : new() { IsLost = true };
        };
        var failure = await Assert.ThrowsAsync<LakeException>(
            () => lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] }));
        Assert.True(failure.OutcomeIsUnknown, failure.Message);
        var table = (await served.Own.TryLoadAsync(trades, CancellationToken.None))!;
        Assert.Equal(happened ? 1 : 0, table.Metadata.Snapshots.Count);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(lake.Warehouse, "bronze", "trades", "metadata"), "snap-*"));
    }

    [Fact]
    public async Task A_lost_commit_after_which_another_came_is_found_by_its_snapshot()
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var proxy = new FaultProxy(served.Url);
        await using var lake = await OpenAsync(served, proxy.Endpoint);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        var posts = 0;
        var again = new TaskCompletionSource();
        proxy.OnRequest = line =>
        {
            if (!line.StartsWith("POST", StringComparison.Ordinal))
                return Fault.None;
            if (Interlocked.Increment(ref posts) == 1)
                return new() { AnswerIsLost = true };
            again.TrySetResult();
            return new() { Delay = TimeSpan.FromSeconds(3) };
        };
        var commit = lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] });
        await again.Task;
        await served.Own.CommitAsync([new(trades, _ => new TableIntent { Add = [TempLake.File(2, "b")] })], null, CancellationToken.None);
        Assert.Single((await commit).Metadata.Snapshots);
        var table = (await served.Own.TryLoadAsync(trades, CancellationToken.None))!;
        Assert.Equal(2, table.Metadata.Snapshots.Count);
        Assert.Equal(2, (await lake.PlanAsync(table)).Files.Count);
    }

    /// <summary>As a proxy answers that has sent a request twice: the second answer is the one that is told.</summary>
    [Theory]
    [InlineData(409)]
    [InlineData(400)]
    public async Task A_refusal_is_not_believed_when_the_table_has_the_commit(int refusal)
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var proxy = new FaultProxy(served.Url);
        await using var lake = await OpenAsync(served, proxy.Endpoint);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        var posts = 0;
        proxy.OnRequest = line => line.StartsWith("POST /v1/namespaces/bronze/tables/trades", StringComparison.Ordinal)
            && Interlocked.Increment(ref posts) == 1 ? new() { AnswerAfter = refusal } : Fault.None;
        Assert.Single((await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] })).Metadata.Snapshots);
        Assert.Equal(1, posts);
        var table = (await served.Own.TryLoadAsync(trades, CancellationToken.None))!;
        Assert.Single((await lake.PlanAsync(table)).Files);
    }

    [Fact]
    public async Task A_token_that_a_server_repeats_is_in_no_message()
    {
        const string secret = "top-secret-token-0123456789";
        await using var stub = new StubServer(_ => (500, $"{new string('x', 290)} Bearer {secret}"));
        var settings = ServedFolder.Settings(stub.Url, secret) with { Retries = 0 };
        await using var served = await ServedFolder.StartAsync(null);
        var refused = await Assert.ThrowsAsync<LakeException>(
            () => TempLake.OpenAsync(served.NewPlace() with { Tables = settings }, 6, null));
        Assert.DoesNotContain("top-s", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_waits_for_a_server_hears_why()
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var proxy = new FaultProxy(served.Url);
        var left = 2;
        proxy.OnRequest = _ => Interlocked.Decrement(ref left) >= 0 ? new() { Answer = 503 } : Fault.None;
        var told = new List<string>();
        var settings = ServedFolder.Settings(proxy.Endpoint, ServedFolder.LakeToken) with { Tell = told.Add };
        await using var lake = await TempLake.OpenAsync(served.NewPlace() with { Tables = settings }, 8, null);
        Assert.Equal(2, told.Count);
        Assert.All(told, line => Assert.Contains("503", line, StringComparison.Ordinal));
        Assert.EndsWith("trying again, 2 of 3", told[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_rested_for_an_hour_is_brought_back()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var served = await ServedFolder.StartAsync(time);
        await using var lake = await TempLake.OpenAsync(served.NewPlace(), 7, time);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        var first = (await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] })).Metadata.CurrentSnapshotId!.Value;
        await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "b")] });
        time.Advance(TimeSpan.FromHours(1));
        var back = await lake.CommitAsync(trades, new TableIntent { Rollback = first });
        Assert.Equal((first, time.GetUtcNow().ToUnixTimeMilliseconds()), (back.Metadata.CurrentSnapshotId, back.Metadata.LastUpdatedMs));
        Assert.Single((await lake.PlanAsync(back)).Files);
    }

    /// <summary>As of a server that takes the changes of a transaction one by one, and stopped in between.</summary>
    [Fact]
    public async Task A_transaction_of_which_a_part_was_taken_is_told_and_its_files_stay()
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var proxy = new FaultProxy(served.Url);
        await using var lake = await OpenAsync(served, proxy.Endpoint);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        var empty = (await lake.Catalog.CreateAsync(letters, TempLake.ByDay, CancellationToken.None)).Metadata;
        var undone = new TableChange(letters, _ => new TableIntent { Edit = _ => empty });
        var posts = 0;
        proxy.OnRequest = line =>
            !line.StartsWith("POST /v1/transactions/commit", StringComparison.Ordinal) ? Fault.None
            : Interlocked.Increment(ref posts) == 1 ? new() { AnswerIsLost = true }
            : new() { After = () => served.Own.CommitAsync([undone], null, CancellationToken.None) };
        var failure = await Assert.ThrowsAsync<LakeException>(() => lake.Catalog.CommitAsync(
            [.. new[] { trades, letters }.Select(t => new TableChange(t, _ => new TableIntent { Add = [TempLake.File(1, t.Name)] }))],
            null,
            CancellationToken.None));
        Assert.True(failure.OutcomeIsUnknown, failure.Message);
        Assert.Contains("1 of its 2 tables have it", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, posts);
        Assert.Single((await lake.PlanAsync((await served.Own.TryLoadAsync(trades, CancellationToken.None))!)).Files);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(lake.Warehouse, "bronze", "dead_letters", "metadata"), "snap-*"));
    }

    [Fact]
    public async Task A_note_whose_writer_died_after_its_commit_is_in_the_ledger_of_who_opens_the_lake_next()
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var lake = await OpenAsync(served, served.Url);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        var note = new CommitNote("run-1", "publication", "{}") { Intervals = [new("m", Day, "run-1", "f", DateTimeOffset.UnixEpoch)] };
        lake.Committing.OnCommitPoint = point =>
            point == CommitPoint.Committed ? throw new InvalidOperationException("killed") : Task.CompletedTask;
        await Assert.ThrowsAsync<InvalidOperationException>(() => lake.Catalog.CommitAsync(
            [new(trades, _ => new TableIntent { Add = [TempLake.File(1, "a")] })], note, CancellationToken.None));
        Assert.Empty(await lake.Lake.Ledger.ListPublicationsAsync(null, null, CancellationToken.None));
        await using var next = await lake.ReopenAsync(2);
        Assert.Equal("run-1", Assert.Single(await next.Lake.Ledger.ListPublicationsAsync(null, null, CancellationToken.None)).RunId);
        Assert.Equal("m", Assert.Single(await next.Lake.Ledger.ListIntervalsAsync(null, CancellationToken.None)).Model);
        await using var third = await lake.ReopenAsync(3);
        Assert.Single(await third.Lake.Ledger.ListPublicationsAsync(null, null, CancellationToken.None));
    }

    static DateOnly Day => new(2026, 9, 21);

    [Fact]
    public async Task A_first_opening_that_failed_leaves_the_ledger_to_the_next()
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var proxy = new FaultProxy(served.Url);
        await using (var lake = await OpenAsync(served, served.Url))
        {
            await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
            await lake.Catalog.CommitAsync(
                [new(trades, _ => new TableIntent { Add = [TempLake.File(1, "a")] })],
                new CommitNote("run-1", "publication", "{}"),
                CancellationToken.None);
        }
        var place = served.NewPlace() with { Tables = ServedFolder.Settings(proxy.Endpoint, ServedFolder.LakeToken) };
        proxy.OnRequest = line => line.Contains("namespaces", StringComparison.Ordinal) ? new() { Answer = 500 } : Fault.None;
        await Assert.ThrowsAsync<LakeException>(() => TempLake.OpenAsync(place, 4, null));
        proxy.OnRequest = _ => Fault.None;
        await using var next = await TempLake.OpenAsync(place, 5, null);
        Assert.Single(await next.Lake.Ledger.ListPublicationsAsync(null, null, CancellationToken.None));
    }

    [Fact]
    public async Task A_ledger_beside_a_rest_catalog_is_no_catalog_and_a_catalog_is_no_ledger_beside_one()
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var lake = await OpenAsync(served, served.Url);
        var forgotten = await Assert.ThrowsAsync<LakeException>(() => TempLake.OpenAsync(lake.Place with { Tables = null }, 2, null));
        Assert.Equal(LakeErrorKind.Invalid, forgotten.Kind);
        Assert.Contains("DARTLAKE__Rest__Url", forgotten.Message, StringComparison.Ordinal);
        await using var embedded = await TempLake.OpenAsync();
        await embedded.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        var mixed = await Assert.ThrowsAsync<LakeException>(
            () => TempLake.OpenAsync(embedded.Place with { Tables = lake.Place.Tables }, 3, null));
        Assert.Equal(LakeErrorKind.Invalid, mixed.Kind);
    }

    [Fact]
    public async Task A_lake_at_another_place_than_the_server_s_is_refused_with_the_setting_that_is_right()
    {
        await using var served = await ServedFolder.StartAsync(null);
        var right = served.NewPlace();
        var setting = $"set DARTLAKE__Lake__Location={served.Folder}";
        // before the server has a table, and before anything is written down
        foreach (var wrong in new[] { right with { Location = null }, right with { Location = $"{right.Location}/warehouse" } })
            Assert.EndsWith(setting, await RefusedPlaceAsync(wrong), StringComparison.Ordinal);
        await using (await TempLake.OpenAsync(right, 4, null))
        {
        }
        // the setting is missing later: nothing was moved
        var said = await RefusedPlaceAsync(right with { Location = null });
        Assert.Contains(setting, said, StringComparison.Ordinal);
        Assert.DoesNotContain("relocate", said, StringComparison.Ordinal);
    }

    static async Task<string> RefusedPlaceAsync(LakePlace place)
    {
        var failure = await Assert.ThrowsAsync<LakeException>(() => TempLake.OpenAsync(place, 2, null));
        Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
        return failure.Message;
    }

    [Fact]
    public async Task A_404_of_a_proxy_is_not_taken_for_a_table_that_is_not_there()
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var proxy = new FaultProxy(served.Url);
        await using var lake = await OpenAsync(served, proxy.Endpoint);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        Assert.Null(await lake.Catalog.TryLoadAsync(letters, CancellationToken.None));
        proxy.OnRequest = _ => new() { Answer = 404 };
        foreach (var ask in new Func<Task>[] { () => lake.LoadAsync(trades), () => lake.Catalog.ListAsync(CancellationToken.None) })
            Assert.Equal(LakeErrorKind.Unavailable, (await Assert.ThrowsAsync<LakeException>(ask)).Kind);
    }

    [Fact]
    public async Task A_ledger_that_was_lost_is_made_again_from_the_snapshots()
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var lake = await OpenAsync(served, served.Url);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        foreach (var run in new[] { "run-1", "run-2" })
            await lake.Catalog.CommitAsync(
                [
                    new(trades, _ => new TableIntent
                    {
                        Add = [TempLake.File(1, run)],
                        Summary = new Dictionary<string, string> { [LakeNames.Run] = run },
                    }),
                ],
                new CommitNote(run, "publication", $"{{\"of\":\"{run}\"}}")
                {
                    Intervals = [new("m", Day, run, "f", DateTimeOffset.UnixEpoch)],
                    Days = new Dictionary<TableIdent, IReadOnlyList<DateOnly>> { [trades] = [Day] },
                },
                CancellationToken.None);
        await using var other = await OpenAsync(served, served.Url);
        Assert.Equal(
            await lake.Lake.Ledger.ListPublishedTablesAsync(null, CancellationToken.None),
            await other.Lake.Ledger.ListPublishedTablesAsync(null, CancellationToken.None));
        Assert.Equal(
            await lake.Lake.Ledger.ListIntervalsAsync(null, CancellationToken.None),
            await other.Lake.Ledger.ListIntervalsAsync(null, CancellationToken.None));
        Assert.Equal(["run-1", "run-2"], (await other.Lake.Ledger.ListPublicationsAsync(null, null, CancellationToken.None)).Select(p => p.RunId));
    }

    [Theory]
    [InlineData("""{"defaults":{},"overrides":{},"endpoints":["GET /v1/{prefix}/namespaces"]}""", LakeErrorKind.Invalid, "several tables")]
    [InlineData("""{"defaults":{},"overrides":{}}""", LakeErrorKind.Invalid, "several tables")]
    [InlineData("""{"endpoints":7}""", LakeErrorKind.Unavailable, "no Iceberg REST catalog")]
    [InlineData("""[1]""", LakeErrorKind.Unavailable, "no Iceberg REST catalog")]
    [InlineData("<html>hello</html>", LakeErrorKind.Unavailable, "no JSON")]
    public async Task A_server_that_is_no_catalog_for_us_is_refused_at_the_start(string config, LakeErrorKind kind, string says)
    {
        await using var stub = new StubServer(_ => (200, config));
        var failure = await Assert.ThrowsAsync<LakeException>(() => RemoteDoor.OpenAsync(
            ServedFolder.Settings(stub.Url, null), TimeProvider.System, CancellationToken.None));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("another-token-than-the-lakes")]
    public async Task Without_the_lakes_token_its_own_tables_cannot_be_made_or_changed_and_the_settings_are_named(string? token)
    {
        await using var served = await ServedFolder.StartAsync(null);
        var place = served.NewPlace();
        await using var lake = await TempLake.OpenAsync(place with { Tables = ServedFolder.Settings(served.Url, token) }, 3, null);
        await RefusedAsync(() => lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None));
        await served.Own.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        await RefusedAsync(() => lake.CommitAsync(
            trades, new TableIntent { Properties = new Dictionary<string, string?> { [LakeNames.Position] = "{}" } }));
        await RefusedAsync(() => lake.CommitAsync(trades, new TableIntent { AlwaysSnapshot = true, Tags = [LakeNames.InputTag("r1")] }));
        await lake.Catalog.CreateAsync(new("desk", "notes"), TempLake.ByDay, CancellationToken.None);
    }

    static async Task RefusedAsync(Func<Task> act)
    {
        var failure = await Assert.ThrowsAsync<LakeException>(act);
        Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
        foreach (var said in new[] { "the lake's own tables", "DARTLAKE__Rest__Token", "DARTLAKE__Serve__LakeToken" })
            Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_that_are_loaded_together_are_of_one_moment()
    {
        await using var served = await ServedFolder.StartAsync(null);
        await using var lake = await OpenAsync(served, served.Url);
        foreach (var table in new[] { trades, letters })
            await lake.Catalog.CreateAsync(table, TempLake.ByDay, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var name = $"file-{i}";
                await served.Own.CommitAsync(
                    [.. new[] { trades, letters }.Select(t => new TableChange(t, _ => new TableIntent { Add = [TempLake.File(1, name)] }))],
                    null,
                    CancellationToken.None);
                await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, CancellationToken.None);
            }
        });
        for (var i = 0; i < 20; i++)
        {
            var both = await lake.Catalog.LoadAllAsync([trades, letters], CancellationToken.None);
            Assert.Equal(both[trades].Metadata.LastSequenceNumber, both[letters].Metadata.LastSequenceNumber);
        }
        await stop.CancelAsync();
        await writer;
    }

    static async Task<TempLake> OpenAsync(ServedFolder served, Uri through)
    {
        var place = served.NewPlace();
        return await TempLake.OpenAsync(place with { Tables = ServedFolder.Settings(through, ServedFolder.LakeToken) }, 1, null);
    }
}
