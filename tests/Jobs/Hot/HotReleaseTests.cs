using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Jobs.Tests.Bronze;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Jobs.Tests.Hot;

public sealed class HotReleaseTests
{
    const int WrongId = 900;
    static readonly TimeSpan limit = TimeSpan.FromSeconds(60), again = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The trade stands in the log before the markers of its day and before the cut of it: a job that goes on from there passes it.
    /// </summary>
    [Fact]
    public async Task A_trade_of_a_day_that_is_cut_is_in_the_running_job_when_its_dead_letter_was_released()
    {
        await using var world = await HotWorld.OpenAsync();
        var events = new Events(await SchemaSubjects.RegisterAsync(world.Registry, default));
        var schema = Path.Combine(world.RegistryFolder, $"{WrongId}.json");
        await File.WriteAllTextAsync(schema, InMillis("event_time"), default);
        var value = events.Trade("A001", "ALDR", HotWorld.Day.ToDateTime(new(15, 0), DateTimeKind.Utc), 1, quantity: 12_345);
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(1), WrongId);
        await world.StartHotAsync();
        world.Send(Topics.Trades.Name, value);
        await world.ProduceAsync();
        await world.UntilAllIsTakenAsync();
        var before = await QuantityAsync(world);

        var office = new DeadLetterOffice(
            world.Lake, world.Engine, world.Registry, TimeProvider.System, IdSource.System, NullLogger.Instance);
        var chosen = new Chosen { Reason = "IMPLAUSIBLE_DAY", Topic = Topics.Trades.Name };
        Assert.Single(await office.ListAsync(chosen, 100, default), l => l.SchemaId == WrongId);
        // a drop is no reason to read anything
        await office.DropAsync(new() { Reason = "NULL_VALUE" }, new("ann", "no record"), default);
        await File.WriteAllTextAsync(schema, Topics.Trades.Schema.Text, default);
        Assert.Equal(1, (await office.ReleaseAsync(chosen, NewFields.Evolve, new("ann", "the registry is right now"), default)).Moved["bronze.trades"]);

        var expected = before + 12_345;
        using var stop = new CancellationTokenSource(limit, TimeProvider.System);
        while (await QuantityAsync(world) != expected)
            await Task.Delay(again, TimeProvider.System, stop.Token);
        Assert.Equal(HotWorld.Day, world.Last!.Closed);
    }

    static async Task<decimal> QuantityAsync(HotWorld world)
    {
        await using var store = await world.StoreAsync();
        var hashes = await store.ReadAsync(HotKeys.PositionPrefix, default);
        return hashes.FirstOrDefault(h => h.Key == HotKeys.Position("A001", "ALDR"))?["quantity"] is { } text
            ? decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
            : 0;
    }

    static string InMillis(string field)
    {
        var schema = JsonNode.Parse(Topics.Trades.Schema.Text)!;
        schema["fields"]!.AsArray().First(f => (string?)f!["name"] == field)!["type"]!["logicalType"] = "timestamp-millis";
        return schema.ToJsonString();
    }
}
