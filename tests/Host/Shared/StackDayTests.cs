using System.Globalization;
using System.Text.Json.Nodes;
using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Host.Tests.Kill;
using Dart.Lake.Schemas;
using StackExchange.Redis;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>
/// A seeded day through three brokers, two bronze processes and a hot one into tables on S3 with their catalog in Postgres: the end of day
/// on the embedded engine, and then each engine's figures of every table, and Redis as Trino shows it. Of <c>make test-stack</c>.
/// </summary>
public sealed class StackDayTests
{
    const string Day = "2026-09-22";
    static readonly TimeSpan patience = TimeSpan.FromMinutes(5);

    static readonly IReadOnlyList<TableContract> tables =
        [.. TableContracts.All.Where(t => t.Table is { } name && name.Split('.')[0] is "bronze" or "silver" or "gold")];

    static readonly IReadOnlyList<TableContract> hot = [.. TableContracts.All.Where(t => t.Key is not null)];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task A_day_is_the_same_for_every_engine_that_reads_what_two_processes_have_written()
    {
        await using var kafka = await KafkaServer.StartClusterAsync(3, Cancel);
        await using var servers = await SharedServers.StartAsync(Cancel);
        using var redis = await RedisServer.StartAsync(Cancel);
        using var folder = new TempFolder();
        string[] place = ["--brokers", kafka.Brokers, "--data-dir", folder["lake"]];
        (await servers.TypeAsync(patience, "migrate", "--data-dir", folder["lake"])).Exits(0);
        using var ofHot = new RunningJob(servers.Settings, ["stream", "hot", "--redis", redis.Address, .. place]);
        using var first = new RunningJob(servers.Settings, ["stream", "bronze", .. place]);
        using var second = new RunningJob(servers.Settings, ["stream", "bronze", .. place]);
        using (var producer = new RunningJob(servers.Settings, ["produce", "sim", "--trades", "20000", "--seed", "11", .. place]))
            await producer.EndsWellAsync(patience);
        await using var lake = await Lake.OpenAsync(servers.Place(folder["lake"]), TimeProvider.System, IdSource.System, Cancel);
        var ends = KafkaEnds.Of(kafka.Brokers, LakeState.Tables.Select(t => t.Topic)).OrderBy(e => e.Key).ToList();
        await Wait.UntilAsync("bronze has all", async () =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Cancel);
            return (await LakeState.ReadAsync(lake, Cancel)).Next.OrderBy(e => e.Key).SequenceEqual(ends);
        }, Cancel, first, second, ofHot);
        foreach (var job in new[] { first, second })
            Assert.Equal(0, await job.TerminateAsync());
        (await servers.TypeAsync(patience, "eod", "--date", Day, "--data-dir", folder["lake"])).Exits(0);
        (await servers.TypeAsync(patience, "verify", "--data-dir", folder["lake"])).Exits(0);
        (await servers.TypeAsync(patience, "reconcile", "--date", Day, "--data-dir", folder["lake"])).Exits(0);
        Assert.Equal(0, await ofHot.TerminateAsync());

        var ours = await TableSums.OfOursAsync(folder["lake"], tables, environment: servers.Settings);
        var python = await TableSums.OfPyIcebergAsync(servers.Url, servers.Keys, null);
        var ofTables = python.Figures.Where(f => ours.Figures.ContainsKey(f.Key)).ToDictionary(StringComparer.Ordinal);
        Assert.Empty(ours.Differences(new(ofTables)));
        Assert.Empty(ours.Differences(await TableSums.OfSparkAsync(tables, folder["spark"], servers.Jdbc)));
        var settings = servers.Jdbc.Concat(new Dictionary<string, string>
        {
            ["TRINO_REDIS"] = redis.Address,
            ["TRINO_REDIS_TABLES"] = Describe(folder["redis"]),
        }).ToDictionary(StringComparer.Ordinal);
        await using var trino = await TrinoServer.StartAsync(folder["trino"], settings);
        Assert.Empty(ours.Differences(await TableSums.OfTrinoAsync(trino, tables)));
        await using var client = await ConnectionMultiplexer.ConnectAsync($"{redis.Address},allowAdmin=true");
        foreach (var contract in hot)
            Assert.Equal(Held(client, contract), await ShownAsync(trino, contract));
    }

    /// <summary>Trino's descriptions of the hot store's keys, made from their contracts.</summary>
    static string Describe(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var contract in hot)
            File.WriteAllText(Path.Combine(folder, $"{NameOf(contract)}.json"), new JsonObject
            {
                ["schemaName"] = "hot",
                ["tableName"] = NameOf(contract),
                ["key"] = new JsonObject { ["dataFormat"] = "raw", ["fields"] = new JsonArray(Field("redis_key", "0")) },
                ["value"] = new JsonObject
                {
                    ["dataFormat"] = "hash",
                    ["fields"] = new JsonArray([.. contract.Columns.Select(c => Field(c.Name, c.Name))]),
                },
            }.ToJsonString());
        return folder;

        static JsonObject Field(string name, string mapping) =>
            new() { ["name"] = name, ["mapping"] = mapping, ["type"] = "VARCHAR", ["hidden"] = false };
    }

    static string NameOf(TableContract contract) => contract.Key!.Split(':')[1];

    /// <summary>The rows of a kind of key, each its key and values, in order.</summary>
    static List<string> Held(ConnectionMultiplexer client, TableContract contract)
    {
        var database = client.GetDatabase();
        return
        [
            .. client.GetServer(client.GetEndPoints()[0]).Keys(pattern: $"hot:{NameOf(contract)}:*").Select(key =>
            {
                var values = database.HashGetAll(key).ToDictionary(e => e.Name.ToString(), e => e.Value.ToString(), StringComparer.Ordinal);
                return string.Join('|', contract.Columns.Select(c => values.GetValueOrDefault(c.Name, "")).Prepend(key.ToString()));
            }).Order(StringComparer.Ordinal),
        ];
    }

    static async Task<List<string>> ShownAsync(TrinoServer trino, TableContract contract)
    {
        var columns = string.Join(", ", contract.Columns.Select(c => $"coalesce(\"{c.Name}\", '')").Prepend("redis_key"));
        var rows = await trino.RowsAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT concat_ws('|', {columns}) FROM redis.hot.{NameOf(contract)}"));
        return [.. rows.Select(row => row[0]).Order(StringComparer.Ordinal)];
    }
}
