using System.Globalization;
using System.Text.Json;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Jobs.Tests.Hot;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Jobs.Tests.Redrive;

public sealed class QuarantineOfficeTests
{
    const int Day = 20_700;
    static readonly Signature signature = new("ann", "confirmed");
    static readonly string[] tables = ["silver.trades", "silver.quotes", "silver.option_quotes", "silver.prints", "silver.marks"];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Every rule of every table whose rows can be released, beyond its greatest and below its least value.</summary>
    public static TheoryData<string, string, string, bool> Rules()
    {
        var data = new TheoryData<string, string, string, bool>();
        foreach (var table in tables)
            foreach (var rule in TableContracts.Get(table).RowRules)
                switch (rule)
                {
                    case RangeRule range:
                        data.Add(table, rule.Name, Text(range.Max!.Value * 2), true);
                        data.Add(table, rule.Name, Text(range.Min!.Value - 1), false);
                        break;
                    default:
                        data.Add(table, rule.Name, "1.000000", rule is WithinRule);
                        break;
                }
        return data;
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task A_greatest_value_and_the_time_in_which_a_row_is_known_are_lifted_and_nothing_else(
        string table, string rule, string value, bool isLifted)
    {
        await using var lake = await HotLake.OpenAsync();
        var column = (TableContracts.Get(table).RowRules.First(r => r.Name == rule) as RangeRule)?.Column;
        // marks have their price by another name in bronze
        var row = Row(0, table, rule, ("instrument", "X"), (column is null or "mark" ? "price" : column, value));
        await lake.RowsAsync("silver.quarantine", [row]);

        var report = await Office(lake).ReleaseAsync(new(), signature, Cancel);

        Assert.Equal((isLifted ? 1 : 0, isLifted ? 0 : 1), (report.Count, report.Stays.Count));
        Assert.Equal([$"{rule} {(isLifted ? "released" : "open")}"], await StatesAsync(lake));
        if (!isLifted)
            Assert.Equal(rule, report.Stays[0].Reason);
    }

    [Fact]
    public async Task A_released_row_that_breaks_another_rule_in_the_next_run_is_open_for_that()
    {
        await using var lake = await HotLake.OpenAsync();
        var office = Office(lake);
        await lake.RowsAsync("silver.quarantine", [Row(0, "silver.trades", "price_in_range", ("instrument", "ZZZ"), ("price", "2000000"), ("quantity", "1"))], Day);
        Assert.Equal(1, (await office.ReleaseAsync(new(), signature, Cancel)).Count);
        Assert.Equal(["price_in_range released"], await StatesAsync(lake));

        // what the next run makes of it
        await lake.RowsAsync("silver.quarantine", [Row(0, "silver.trades", "instrument_known", ("instrument", "ZZZ"), ("price", "2000000"), ("quantity", "1"))], Day);
        Assert.Equal(["instrument_known open"], await StatesAsync(lake));
        var stays = Assert.Single((await office.ReleaseAsync(new(), signature, Cancel)).Stays);
        Assert.Equal(("instrument_known", true), (stays.Reason, stays.Detail.Contains("without instrument_known", StringComparison.Ordinal)));
        Assert.Equal(1, (await office.DropAsync(new(), signature, Cancel)).Count);
        Assert.Empty(await StatesAsync(lake));
        Assert.Equal(["instrument_known dropped"], await StatesAsync(lake, dropped: true));
    }

    [Fact]
    public async Task A_released_row_is_not_dropped_and_says_so_and_a_dropped_one_can_be_released()
    {
        await using var lake = await HotLake.OpenAsync();
        var office = Office(lake);
        await lake.RowsAsync("silver.quarantine", [.. Enumerable.Range(0, 2).Select(i => Row(i, "silver.trades", "known_in_time", ("instrument", "X")))]);
        Assert.Equal(1, (await office.ReleaseAsync(new() { To = 0 }, signature, Cancel)).Count);

        var report = await office.DropAsync(new(), signature, Cancel);
        Assert.Equal((1, 0L), (report.Count, Assert.Single(report.Stays).At.Next));
        Assert.Contains("it was released", report.Stays[0].Detail, StringComparison.Ordinal);
        Assert.Equal(["known_in_time released", "known_in_time dropped"], await StatesAsync(lake, dropped: true));
        Assert.Equal(0, (await office.ReleaseAsync(new(), signature, Cancel)).Count);
        Assert.Equal(1, (await office.ReleaseAsync(new() { Dropped = true }, signature, Cancel)).Count);
        Assert.Equal(["known_in_time released", "known_in_time released"], await StatesAsync(lake));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Rows_are_acted_on_to_the_last_whatever_stands_before_them(int rows)
    {
        await using var lake = await HotLake.OpenAsync();
        var office = Office(lake, rows);
        await lake.RowsAsync("silver.quarantine", [.. Enumerable.Range(0, 10).Select(i => Row(i, "silver.trades", i < 7 ? "account_known" : "known_in_time", ("instrument", "X")))]);
        // another day stands before it
        await lake.RowsAsync("silver.quarantine", [new(Row(10, "silver.trades", "known_in_time", ("instrument", "X"))) { ["trade_date"] = Day - 1 }]);

        var report = await office.ReleaseAsync(new(), signature, Cancel);

        Assert.Equal((4, 7), (report.Count, report.Stays.Count));
        Assert.Equal(7, (await office.DropAsync(new(), signature, Cancel)).Count);
        Assert.Equal(["account_known dropped", "known_in_time released"], (await StatesAsync(lake, dropped: true)).Distinct());
    }

    [Theory]
    [InlineData("silver.trades", "price_in_range", "X", "1000000000000", "100000000000000", "the quantity of X")] // more than any column holds
    [InlineData("silver.trades", "price_in_range", "X", "10000000", "99999999", null)] // 9.99e14 of money
    [InlineData("silver.trades", "price_in_range", "X", "10000000", "100000000", "quantity times price of X")]
    [InlineData("silver.trades", "price_in_range", "F", "10000000", "1000000", "quantity times price of F")] // 100 a contract
    [InlineData("silver.trades", "quantity_in_range", "Y", "0.000001", "600000000", "quantity times price of Y")] // the mark is 2,000,000
    [InlineData("silver.trades", "quantity_in_range", "E", "1", "900000000000", "quantity times price of E")] // in yen 160 times as much
    [InlineData("silver.marks", "mark_in_range", "H", "99000000", null, null)] // 10,000,000 of it are held
    [InlineData("silver.marks", "mark_in_range", "H", "100000000", null, "quantity times price of H")]
    [InlineData("silver.prints", "price_in_range", "U", "100000000", "1", "quantity times price of U")] // 100,000 options on it
    [InlineData("silver.prints", "size_in_range", "X", "1000000", "1000000000", "its price times its size")]
    public async Task What_gold_could_not_compute_is_not_released_and_the_figure_is_named(
        string table, string rule, string instrument, string price, string? amount, string? figure)
    {
        await using var lake = await HotLake.OpenAsync();
        await PublishAsync(lake);
        await lake.RowsAsync("silver.quarantine", [Trade(0, table, rule, instrument, price, amount)]);

        var report = await Office(lake).ReleaseAsync(new(), signature, Cancel);

        Assert.Equal(figure is null ? 1 : 0, report.Count);
        if (figure is not null)
            Assert.StartsWith(figure, Assert.Single(report.Stays).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task What_was_released_before_counts_with_what_is_to_be(int rows)
    {
        await using var lake = await HotLake.OpenAsync();
        await PublishAsync(lake);
        // 4e14 each: the third is too much of X, and one of another instrument too much of all
        await lake.RowsAsync("silver.quarantine", [
            .. Enumerable.Range(0, 3).Select(i => Trade(i, "silver.trades", "price_in_range", "X", "4000000", "100000000")),
            Trade(3, "silver.trades", "price_in_range", "Z", "4000000", "100000000")]);
        var report = await Office(lake, rows).ReleaseAsync(new(), signature, Cancel);
        Assert.Equal(2, report.Count);
        Assert.Equal([2L, 3L], report.Stays.Select(s => s.At.Next));
        Assert.StartsWith("quantity times price of X", report.Stays[0].Detail, StringComparison.Ordinal);
        Assert.StartsWith("quantity times price of all", report.Stays[1].Detail, StringComparison.Ordinal);
    }

    /// <summary>A published day: contracts of 100, a mark, a position, a fixing, options on an index.</summary>
    static async Task PublishAsync(HotLake lake)
    {
        (string Id, string Currency, string? Underlying, long Multiplier)[] instruments =
            [("X", "USD", null, 1), ("F", "USD", null, 100), ("Y", "USD", null, 1), ("E", "EUR", null, 1), ("H", "USD", null, 1), ("U", "USD", null, 1), ("O", "USD", "U", 100)];
        await lake.RowsAsync("silver.instruments", instruments.Select(i => Values(
            ("trade_date", Day), ("instrument", i.Id), ("kind", i.Underlying is null ? "EQUITY" : "OPTION"), ("currency", i.Currency), ("venue", "XNAS"), ("underlying", i.Underlying),
            ("multiplier", i.Multiplier * 10_000), ("valid_from", 0L), ("source", "ref"), ("sequence", 1L), ("ingest_time", 0L))));
        await lake.RowsAsync("silver.fx_fixings", [Values(
            ("trade_date", Day), ("pair", "EURJPY"), ("from_currency", "EUR"), ("to_currency", "JPY"), ("rate", 160_000_000L), ("valid_from", 0L), ("source", "ref"), ("sequence", 1L), ("ingest_time", 0L))]);
        await lake.RowsAsync("silver.marks", new[] { ("Y", 2_000_000L), ("H", 10L), ("E", 10L) }.Select(m => Values(
            ("trade_date", Day), ("instrument", m.Item1), ("mark", m.Item2 * 1_000_000), ("mark_source", "OFFICIAL"), ("mark_time", 0L))));
        await lake.RowsAsync("gold.positions_eod", new[] { ("A", "H", 4_000_000L), ("B", "H", -6_000_000L), ("A", "O", 100_000L) }.Select(p => Values(
            ("trade_date", Day), ("desk", "d"), ("account", p.Item1), ("instrument", p.Item2), ("instrument_kind", "EQUITY"), ("currency", "USD"), ("account_currency", "USD"), ("firm_currency", "USD"),
            ("multiplier", 10_000L), ("quantity", p.Item3 * 10_000), ("lots", 1L), ("cost", (Int128)0), ("mark_source", "NONE"), ("market_value", (Int128)0), ("unrealised", (Int128)0),
            ("account_market_value", (Int128)0), ("firm_market_value", (Int128)0))));
    }

    static Dictionary<string, object?> Trade(int offset, string table, string rule, string instrument, string price, string? amount) => Row(
        offset, table, rule, ("instrument", instrument), ("price", price), (table == "silver.prints" ? "size" : "quantity", amount));

    static Dictionary<string, object?> Row(int offset, string table, string rule, params (string Name, string? Value)[] row) => Values(
        ("trade_date", Day), ("table_name", table), ("rule", rule), ("reason", "in words"), ("source", "s"), ("sequence", (long)offset), ("ingest_time", 0L),
        ("row_json", JsonSerializer.Serialize(row.ToDictionary(r => r.Name, r => r.Value))),
        ("_topic", table == "silver.trades" ? "trades_raw" : "market_data_raw"), ("_kafka_partition", 0), ("_offset", (long)offset));

    static Dictionary<string, object?> Values(params (string Name, object? Value)[] values) =>
        values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);

    static QuarantineOffice Office(HotLake lake, int? rows = null) =>
        new(lake.Lake, lake.Engine, TimeProvider.System, IdSource.System, NullLogger.Instance)
        {
            Limit = PartLimit.Standard with { Rows = rows ?? PartLimit.Standard.Rows },
        };

    static async Task<IReadOnlyList<string>> StatesAsync(HotLake lake, bool dropped = false) =>
        [.. (await Office(lake).ListAsync(new() { Dropped = dropped }, 100, Cancel)).OrderBy(r => r.At.Next)
            .Select(r => $"{r.Rule} {r.State}")];

    static string Text(decimal value) => value.ToString("0.000000", CultureInfo.InvariantCulture);
}
