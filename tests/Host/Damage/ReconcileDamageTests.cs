using System.Text.Json;
using Dart.Lake.Host.Tests.Lines;

namespace Dart.Lake.Host.Tests.Damage;

/// <summary>
/// <c>reconcile</c> is tried on a demo's lake: one changed value of bronze, gold
/// or the hot state is named by its coordinate or key, and the exit code is 1.
/// </summary>
[Collection(SmallLakeTests.Name)]
public sealed class ReconcileDamageTests(SmallLake lake)
{
    const string Coordinates = "_log_id, _topic, _kafka_partition, _offset";

    /// <summary>A table of bronze, what becomes of a row, and a query for the row.</summary>
    static readonly (string Table, string Change, string Row)[] changes =
    [
        ("bronze.trades", "price + 0.01 AS price", Of("silver.trades", "corrections = 0")),
        ("bronze.trades", "ingest_time + INTERVAL 1 MICROSECOND AS ingest_time", Of("silver.trades", "corrections > 0 AND _kafka_partition = 0")),
        ("bronze.trades", "venue || 'A' AS venue", "SELECT n._log_id, n._topic, n._kafka_partition, n._offset FROM bronze.trades n JOIN silver.trades s ON n.source = s.source AND n.sequence = s.version_sequence "
            + $"WHERE s.corrections > 0 AND s._kafka_partition > 0 AND s.trade_date = DATE '{SmallLake.Date}'"),
        ("bronze.market_data", "bid_size + 0.0001 AS bid_size", Of("silver.quotes", "bid_size IS NOT NULL")),
        ("bronze.market_data", "ask + 0.000001 AS ask", Of("silver.option_quotes", "ask IS NOT NULL")),
        ("bronze.market_data", "condition || 'A' AS condition", Of("silver.prints", "condition IS NOT NULL")),
        ("bronze.market_data", "price + 0.01 AS price", $"SELECT {Coordinates} FROM bronze.market_data WHERE kind = 'MARK' AND event_time > TIMESTAMPTZ '{SmallLake.Date} 12:00:00Z'"),
        ("bronze.trades", "fee + 1 AS fee", Of("silver.quarantine", "_topic = 'trades_raw'")),
        ("bronze.permit", "amount + 0.0000000001 AS amount", Of("silver.permit_exposure", "true")),
        ("bronze.permit", "quantity + 1 AS quantity", Of("silver.permit_position", "true")),
        ("bronze.permit", "note || '.' AS note", Of("silver.permit_interaction", "note IS NOT NULL")),
        ("bronze.reference", "'another desk' AS desk", OfReference("accounts")),
        ("bronze.reference", "multiplier + 1 AS multiplier", OfReference("instruments", "kind = 'OPTION'")),
        ("bronze.reference", "value + 0.01 AS value", OfReference("fx_fixings")),
        ("bronze.reference", "numerator + 1 AS numerator", OfReference("corporate_actions", "action = 'SPLIT'")),
        ("bronze.reference", "value + 0.01 AS value", "SELECT n._log_id, n._topic, n._kafka_partition, n._offset FROM bronze.reference n JOIN silver.prior_closes s ON s.origin = 'PRIOR_CLOSE' AND n.kind = s.origin AND n.id = s.instrument AND n.as_of = s.as_of "
            + $"WHERE s.trade_date = DATE '{SmallLake.Date}' AND n.event_time > TIMESTAMPTZ '{SmallLake.Date} 00:00:00Z'"),
    ];

    [Fact]
    public async Task One_changed_value_of_each_topic_a_lot_and_a_hot_value_are_each_named()
    {
        await using (var faults = await PlantedFaults.OpenAsync(lake.DataDir))
        {
            var named = new List<string>();
            foreach (var (table, change, row) in changes)
            {
                var at = Coordinate.Of(await faults.RowAsync($"{row} ORDER BY 1, 2, 3, 4"));
                var name = change.Split(' ')[^1];
                await faults.ReplaceAsync(table, $"SELECT * REPLACE (CASE WHEN {at.Is()} THEN {change[..^$" AS {name}".Length]} ELSE {name} END AS {name}) FROM {table}");
                named.Add($"{at}");
            }
            var lot = await faults.RowAsync($"SELECT account, instrument, source, sequence FROM gold.lots_eod WHERE trade_date = DATE '{SmallLake.Date}' ORDER BY 1, 2, 3, 4");
            await faults.ReplaceAsync("gold.lots_eod", $"SELECT * REPLACE (CASE WHEN trade_date = DATE '{SmallLake.Date}' AND account = '{lot[0]}' AND instrument = '{lot[1]}' AND source = '{lot[2]}' AND sequence = {lot[3]} THEN cost + 0.0000000001 ELSE cost END AS cost) FROM gold.lots_eod");
            await faults.ReplaceAsync("ops.hot_close", $"SELECT * REPLACE (CASE WHEN trade_date = DATE '{SmallLake.Date}' AND kind = 'ACCOUNT' AND account = 'A002' THEN account_realised + 0.01 ELSE account_realised END AS account_realised) FROM ops.hot_close");
            named.AddRange([$"{lot[0]} {lot[1]} {lot[2]}#{lot[3]}", "A002"]);
            var run = (await RunAsync("reconcile", "--date", SmallLake.Date, "--json")).Exits(1);
            Assert.Single(run.Error.Trim().Split('\n'));
            using var report = JsonDocument.Parse(run.Out);
            var differing = report.RootElement
                .GetProperty("lines")
                .EnumerateArray()
                .Where(line => !line.GetProperty("ok").GetBoolean())
                .Select(line => line.GetProperty("subject").GetString()!)
                .ToHashSet(StringComparer.Ordinal);
            Assert.Empty(named.Except(differing));
            Assert.Equal(named.Count, named.Distinct(StringComparer.Ordinal).Count());
        }
        (await RunAsync("reconcile", "--date", SmallLake.Date)).Exits(0);
    }

    static string Of(string silver, string where) => $"SELECT {Coordinates} FROM {silver} WHERE trade_date = DATE '{SmallLake.Date}' AND {where}";

    static string OfReference(string silver, string where = "true") =>
        $"SELECT n._log_id, n._topic, n._kafka_partition, n._offset FROM bronze.reference n JOIN (SELECT * FROM silver.{silver} WHERE trade_date = DATE '{SmallLake.Date}' AND {where}) s ON n.source = s.source AND n.sequence = s.sequence";

    Task<Exe.Result> RunAsync(params IEnumerable<string> arguments) =>
        Exe.RunAsync(TimeSpan.FromMinutes(2), [.. arguments, "--data-dir", lake.DataDir]);
}
