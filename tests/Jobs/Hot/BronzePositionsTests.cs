using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

public sealed class BronzePositionsTests
{
    [Fact]
    public async Task A_copy_of_a_table_has_no_say_in_how_far_bronze_is()
    {
        await using var lake = await HotLake.OpenAsync();
        var partition = new LogPartition(HotLake.Log, HotLake.Topic, 0);
        await lake.TradesAsync(new HotRows().Names, [], new Dictionary<LogPartition, long> { [partition] = 7 });
        var trades = (await lake.Lake.Catalog.TryLoadAsync(TableIdent.Parse("bronze.trades"), default))!;
        await lake.Lake.Catalog.CreateAsync(
            new("bronze", "trades_copy"),
            TableContracts.Get("bronze.trades").ToDefinition() with { Properties = trades.Metadata.Properties },
            default);

        await using var session = await lake.SessionAsync();
        Assert.Equal([(partition, 7L)], BronzeRows.PositionsIn(session).Select(p => (p.Key, p.Value.Next)));
    }
}
