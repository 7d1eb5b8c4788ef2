using System.Globalization;
using System.Text.Json.Nodes;
using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Schemas;
using StackExchange.Redis;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>
/// A seeded day through three brokers, two bronze processes and a hot one into tables on S3 with their catalog in Postgres: the end of day
/// on the embedded engine, and then each engine's figures of every table, and Redis as Trino shows it. Of <c>make test-stack</c>.
/// </summary>
public sealed class StackDayTests
{
    static readonly TimeSpan patience = TimeSpan.FromMinutes(5);

    static readonly IReadOnlyList<TableContract> tables =
        [.. TableContracts.All.Where(t => t.Table is { } name && name.Split('.')[0] is "bronze" or "silver" or "gold")];

    static readonly IReadOnlyList<TableContract> hot = [.. TableContracts.All.Where(t => t.Key is not null)];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task A_day_is_the_same_for_every_engine_that_reads_what_two_processes_have_written()
    {
        await using var day = await StackDay.StartAsync(20_000, Cancel);
        var (servers, redis, folder) = (day.Servers, day.Redis, day.Folder);
        (await servers.TypeAsync(patience, "eod", "--date", StackDay.Date, "--data-dir", day.DataDir)).Exits(0);
        (await servers.TypeAsync(patience, "verify", "--data-dir", day.DataDir)).Exits(0);
        (await servers.TypeAsync(patience, "reconcile", "--date", StackDay.Date, "--data-dir", day.DataDir)).Exits(0);
        await day.EndHotAsync();

        var ours = await TableSums.OfOursAsync(day.DataDir, tables, environment: servers.Settings);
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
