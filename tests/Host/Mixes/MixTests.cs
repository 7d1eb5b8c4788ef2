using System.Diagnostics;
using System.Text.Json;
using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Mixes;

/// <summary>
/// Seeded mixes of odd records among good ones, on a real Kafka: no job ends, every offset is a row, a dead letter or a hole, what was a
/// dead letter by a fault is released once the fault is mended, and the day equals the one that had no fault.
/// DARTLAKE_MIX_SEEDS=FROM-TO runs others than the usual seeds.
/// </summary>
public sealed class MixTests
{
    static readonly DateOnly day = new(2026, 9, 21);
    static readonly TimeSpan limit = TimeSpan.FromMinutes(3);

    // what the two days differ in: how they were published, and where the rows stand in the log
    static readonly string[] ofRuns = ["gold.reconciliation", "gold.restatements"];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static IEnumerable<int> Seeds => Environment.GetEnvironmentVariable("DARTLAKE_MIX_SEEDS")?.Split('-') is [var from, var to]
        ? Enumerable.Range(int.Parse(from), int.Parse(to) - int.Parse(from) + 1)
        : Enumerable.Range(1, Environment.GetEnvironmentVariable("DARTLAKE_TEST_SIZE") == "full" ? 200 : 1);

    [Fact]
    public async Task A_day_of_odd_records_is_the_day_without_fault_once_its_dead_letters_are_mended_and_released()
    {
        Shared.Path("engines", "kafka");
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "needs Debian's python3-confluent-kafka; make deps installs it");
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        foreach (var seed in Seeds)
            try
            {
                await RunAsync(kafka.Brokers, seed);
                TestContext.Current.SendDiagnosticMessage($"mix {seed} is good");
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new InvalidOperationException($"mix {seed}: {e.Message}; repeat it with DARTLAKE_MIX_SEEDS={seed}-{seed}", e);
            }
    }

    static async Task RunAsync(string brokers, int seed)
    {
        using var folder = new TempFolder();
        var mix = await SendAsync("odd", seed, brokers, folder["odd"]);
        Assert.NotEmpty(mix.Mends);
        await Typed(0, "stream", "bronze", "--brokers", brokers, "--stop-at-end", "--data-dir", folder["odd"]);
        await Typed(0, "verify", "--data-dir", folder["odd"]);
        await using (var odd = await World.OpenAsync(folder["odd"]))
        {
            var rows = await odd.KeysAsync();
            Assert.True(mix.Good.IsSupersetOf(rows), string.Join(", ", rows.Except(mix.Good)));
            Assert.True(mix.Good.Count - rows.Count <= await odd.DeadLettersAsync(), "a good row is neither a row nor a dead letter");
            var live = await HotOnce.RunAsync(odd.Lake, odd.Engine, brokers, day, Cancel);
            AssertSame(live, await HotOnce.RunAsync(odd.Lake, odd.Engine, brokers, day, Cancel), "hot live, hot restarted");
            AssertSame(live, await odd.RecomputedAsync(), "hot live, recomputed");
        }
        // every second mix is published before its dead letters come back
        if (seed % 2 == 0)
            await Typed(0, "eod", "--date", "2026-09-21", "--data-dir", folder["odd"]);
        foreach (var (name, text) in mix.Mends)
            await File.WriteAllTextAsync(Path.Combine(folder["odd"], "registry", name), text, Cancel);
        await Exe.RunAsync(limit, "deadletters", "release", "--all", "--why", "the registry is mended", "--data-dir", folder["odd"]);
        await Typed(0, "deadletters", "drop", "--all", "--why", "no record of ours", "--data-dir", folder["odd"]);
        await Typed(0, "verify", "--data-dir", folder["odd"]);
        await Typed(0, "eod", "--date", "2026-09-21", "--data-dir", folder["odd"]);
        await Typed(0, "reconcile", "--date", "2026-09-21", "--data-dir", folder["odd"]);
        IReadOnlyList<string> mended;
        await using (var odd = await World.OpenAsync(folder["odd"]))
        {
            var rows = await odd.KeysAsync();
            Assert.True(
                mix.Good.SetEquals(rows),
                $"not there: {string.Join(", ", mix.Good.Except(rows))}; not expected: {string.Join(", ", rows.Except(mix.Good))}");
            mended = await HotOnce.RunAsync(odd.Lake, odd.Engine, brokers, day, Cancel);
        }

        var same = await SendAsync("clean", seed, brokers, folder["clean"]);
        Assert.Equal(mix.Good, same.Good);
        await Typed(0, "stream", "bronze", "--brokers", brokers, "--stop-at-end", "--strict", "--data-dir", folder["clean"]);
        await using (var clean = await World.OpenAsync(folder["clean"]))
            AssertSame(await HotOnce.RunAsync(clean.Lake, clean.Engine, brokers, day, Cancel), mended, "hot without fault, hot after the release");
        await Typed(0, "eod", "--date", "2026-09-21", "--data-dir", folder["clean"]);
        var (expected, actual) = (await Gold.ExportAsync(folder["clean"]), await Gold.ExportAsync(folder["odd"]));
        foreach (var table in expected.Keys.Except(ofRuns))
            Assert.True(expected[table] == actual[table], $"{table} differs\nwithout fault:\n{expected[table]}\nafter the release:\n{actual[table]}");
    }

    [Fact]
    public async Task A_quarantined_trade_that_is_released_takes_its_place_once_in_models_and_in_hot()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "needs Debian's python3-confluent-kafka; make deps installs it");
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        using var folder = new TempFolder();
        await SendAsync("clean", 1, kafka.Brokers, folder.Path);
        await Typed(0, "stream", "bronze", "--brokers", kafka.Brokers, "--stop-at-end", "--data-dir", folder.Path);
        await using var world = await World.OpenAsync(folder.Path);
        await HotOnce.RunAsync(world.Lake, world.Engine, kafka.Brokers, day, Cancel);
        await Typed(0, "eod", "--date", "2026-09-21", "--data-dir", folder.Path);
        var before = await world.TradedAsync();
        var known = await world.OneAsync("SELECT count(*) FROM silver.quarantine WHERE rule = 'known_in_time'");
        Assert.True(known > 0, "the day has no trade that was known too late");

        await Typed(0, "quarantine", "release", "--reason", "known_in_time", "--why", "confirmed", "--data-dir", folder.Path);
        await Typed(0, "eod", "--date", "2026-09-21", "--data-dir", folder.Path);
        await Typed(0, "reconcile", "--date", "2026-09-21", "--data-dir", folder.Path);
        await Typed(0, "verify", "--data-dir", folder.Path);

        var after = await world.TradedAsync();
        Assert.Equal(before.Trades + known, after.Trades);
        Assert.Equal(0, await world.OneAsync("SELECT count(*) FROM silver.quarantine WHERE rule = 'known_in_time'"));
        Assert.Equal(after.OfSilver, after.OfGold);
        Assert.NotEqual(before.OfGold, after.OfGold);
        var hot = await HotOnce.RunAsync(world.Lake, world.Engine, kafka.Brokers, day, Cancel);
        AssertSame(hot, await world.RecomputedAsync(), "hot, recomputed");
        foreach (var (place, quantity) in after.OfGold)
            Assert.Contains(hot, line => line.StartsWith($"{HotKeys.Position(place.Account, place.Instrument)} ", StringComparison.Ordinal)
                && line.Contains($"quantity={quantity}", StringComparison.Ordinal));
        var again = (await Exe.RunAsync(limit, "eod", "--date", "2026-09-21", "--data-dir", folder.Path)).Exits(0);
        Assert.Contains("nothing to do", again.Out, StringComparison.Ordinal);
    }

    static async Task Typed(int exit, params string[] line) => (await Exe.RunAsync(limit, line)).Exits(exit);

    static void AssertSame(IReadOnlyList<string> left, IReadOnlyList<string> right, string what) =>
        Assert.True(left.SequenceEqual(right), $"{what}:\n{string.Join('\n', left.Except(right))}\n---\n{string.Join('\n', right.Except(left))}");

    /// <param name="Good">Keys of the rows that there must be at the end, by table.</param>
    /// <param name="Mends">Files of the registry that mend what was sent under wrong schemas.</param>
    sealed record Mix(IReadOnlySet<string> Good, IReadOnlyDictionary<string, string> Mends);

    static async Task<Mix> SendAsync(string mode, int seed, string brokers, string lake)
    {
        Directory.CreateDirectory(Path.Combine(lake, "registry"));
        var (script, told) = (Path.Combine(AppContext.BaseDirectory, "Mixes", "mixes.py"), Path.Combine(lake, "mix.json"));
        var start = new ProcessStartInfo("/usr/bin/python3",
        [
            script, mode, $"{seed}", "--events", Shared.Path("data", "cases"), "--brokers", brokers,
            "--registry", Path.Combine(lake, "registry"), "--out", told,
        ])
        { UseShellExecute = false, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, error);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(told, Cancel));
        return new(
            json.RootElement.GetProperty("good").EnumerateObject()
                .SelectMany(t => t.Value.EnumerateArray().Select(k => $"{t.Name} {k.GetString()}")).ToHashSet(StringComparer.Ordinal),
            json.RootElement.GetProperty("mends").EnumerateObject().ToDictionary(m => m.Name, m => m.Value.GetString()!, StringComparer.Ordinal));
    }

    sealed record Traded(
        long Trades,
        SortedDictionary<(string Account, string Instrument), string> OfSilver,
        SortedDictionary<(string Account, string Instrument), string> OfGold);

    /// <summary>A lake with an engine.</summary>
    sealed record World(Lake Lake, DuckDbEngine Engine) : IAsyncDisposable
    {
        static readonly string[] tables = ["bronze.trades", "bronze.market_data", "bronze.permit"];

        public static async Task<World> OpenAsync(string folder) => new(
            await Lake.OpenAsync(folder, TimeProvider.System, IdSource.System, Cancel),
            DuckDbEngine.Open(new()
            {
                Threads = 1,
                MemoryLimitBytes = 1L << 29,
                TempFolder = Path.Combine(folder, "tmp"),
                AllowedFolders = [folder],
            }));

        /// <summary>Dead letters of any kind.</summary>
        public async Task<long> DeadLettersAsync()
        {
            await using var session = await LakeSession.OpenAsync(Engine, Lake.Catalog, Lake.Scan, new ScanOptions(), Cancel);
            await using var result = await session.QueryAsync("SELECT count(*) FROM bronze.dead_letters", Cancel);
            return (long)(await result.ReadRowsAsync(1, Cancel))[0][0]!;
        }

        public async Task<long> OneAsync(string sql) => (long)(await RowsAsync(sql))[0][0]!;

        /// <summary>Live trades, and what they leave of each position, by silver and by gold; positions of nought left out.</summary>
        public async Task<Traded> TradedAsync()
        {
            var silver = await RowsAsync("""
                SELECT account, instrument, CAST(sum(CASE WHEN side = 'BUY' THEN quantity ELSE -quantity END) AS VARCHAR) AS left_over
                FROM silver.trades GROUP BY 1, 2 HAVING left_over <> '0.0000'
                """);
            var gold = await RowsAsync("SELECT account, instrument, CAST(quantity AS VARCHAR) FROM gold.positions_eod WHERE quantity <> 0");
            return new(await OneAsync("SELECT count(*) FROM silver.trades"), ByPlace(silver), ByPlace(gold));
        }

        static SortedDictionary<(string Account, string Instrument), string> ByPlace(IReadOnlyList<object?[]> rows) =>
            new(rows.ToDictionary(r => ((string)r[0]!, (string)r[1]!), r => (string)r[2]!));

        async Task<IReadOnlyList<object?[]>> RowsAsync(string sql)
        {
            await using var session = await LakeSession.OpenAsync(Engine, Lake.Catalog, Lake.Scan, new ScanOptions(), Cancel);
            await using var result = await session.QueryAsync(sql, Cancel);
            return await result.ReadRowsAsync(10_000, Cancel);
        }

        /// <summary>Keys of rows, each once.</summary>
        public async Task<IReadOnlySet<string>> KeysAsync()
        {
            await using var session = await LakeSession.OpenAsync(Engine, Lake.Catalog, Lake.Scan, new ScanOptions(), Cancel);
            var keys = new HashSet<string>(StringComparer.Ordinal);
            foreach (var table in tables)
            {
                await using var result = await session.QueryAsync($"SELECT concat('{table} ', source, ' ', sequence) FROM {table} WHERE sequence >= 1000", Cancel);
                foreach (var row in await result.ReadRowsAsync(100_000, Cancel))
                    Assert.True(keys.Add((string)row[0]!), $"{row[0]} is there twice");
            }
            return keys;
        }

        public async Task<IReadOnlyList<string>> RecomputedAsync()
        {
            string[] shown = [HotKeys.PnlPrefix, HotKeys.PositionPrefix, HotKeys.PricePrefix];
            return [.. (await HotReplay.ValuesAsync(Engine, Lake, null, Cancel)).Values
                .Where(h => shown.Any(p => h.Key.StartsWith(p, StringComparison.Ordinal)))
                .Select(HotOnce.Line).Order(StringComparer.Ordinal)];
        }

        public async ValueTask DisposeAsync()
        {
            await Engine.DisposeAsync();
            await Lake.DisposeAsync();
        }
    }
}
