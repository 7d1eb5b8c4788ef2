using CsCheck;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Audits;
using DuckDB.NET.Data;

namespace Dart.Lake.Sql.Tests.Audits;

public class RowRuleTests
{
    static readonly TableContract contract = new()
    {
        Name = "silver.sample",
        Table = "silver.sample",
        Key = null,
        Description = "",
        Columns =
        [
            Column(1, "price", new(ColumnKind.Decimal, 18, 6)), Column(2, "amount", new(ColumnKind.Decimal, 38, 10)), Column(3, "size", new(ColumnKind.Long)),
            Column(4, "ratio", new(ColumnKind.Double)), Column(5, "side", new(ColumnKind.String)), Column(6, "instrument", new(ColumnKind.String)),
            Column(7, "event_time", new(ColumnKind.Timestamptz)), Column(8, "ingest_time", new(ColumnKind.Timestamptz)),
        ],
    };

    static readonly RowRule[] rules =
    [
        new NotNullRule("price_present", "price"),
        new RangeRule("price_range", "price", 0.0000015m, 1_000_000m),
        new RangeRule("amount_range", "amount", -99.99999999999m, null),
        new RangeRule("price_beyond", "price", -1_000_000_000_000m, 1_000_000_000_000m),
        new RangeRule("price_never", "price", 999_999_999_999.9999999m, null),
        new RangeRule("size_range", "size", null, 10.5m),
        new RangeRule("ratio_range", "ratio", -0.5m, 2m),
        new RangeRule("ratio_least", "ratio", -1m, null),
        new InRule("side_known", "side", ["BUY", "SELL", "it's"]),
        new InRule("size_known", "size", ["-1", "0", "9223372036854775807"]),
        new WithinRule("in_time", "event_time", "ingest_time", 60),
        new ReferenceRule("instrument_known", "instrument", "silver.instruments", "instrument", null),
        new ReferenceRule("instrument_valid", "instrument", "silver.accounts", "instrument", "event_time"),
        new ReferenceRule("side_of_instrument", "instrument", "silver.accounts", "instrument", null) { Same = ("side", "side") },
        new ReferenceRule("side_then", "instrument", "silver.accounts", "instrument", "event_time") { Same = ("side", "side") },
    ];

    static ContractColumn Column(int id, string name, ColumnType type) => new(id, name, type, true, "", "", ColumnEncoding.Default);

    record struct Row(
        Int128? Price, Int128? Amount, long? Size, double? Ratio, string? Side, string? Instrument, long? EventTime, long? IngestTime);

    static readonly Gen<Row> rows = Gen.Select(
        Nullable(OneOf<Int128>(0, 1, 2, -1, 1_000_000_000_000, 1_000_000_000_001, 999_999_999_999_999_999, -999_999_999_999_999_999)),
        Nullable(OneOf(Int128.Parse("-999999999999"), Int128.Parse("-1000000000000"), Int128.Parse("99999999999999999999999999999999999999"), Int128.Parse("-99999999999999999999999999999999999999"), 0)),
        Nullable(OneOf(-1L, 0, 1, 10, 11, long.MaxValue, long.MinValue)),
        Nullable(OneOf(double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.5, -0.50000001, 0, 2, 2.0000001, double.MaxValue)),
        Texts("BUY", "SELL", "buy", "", "it's", "BUY "),
        Texts("AIG", "IBM", "aig", "OLD", ""),
        Nullable(OneOf(0L, 1_000_000, 60_000_000, 60_000_001, 120_000_000, 200_000_000, 1_800_000_000_000_000)),
        Nullable(OneOf(0L, 1_000_000, 60_000_000, 60_000_001, 120_000_001, -62_000_000_000_000_000)),
        (a, b, c, d, e, f, g, h) => new Row(a, b, c, d, e, f, g, h));

    static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static Gen<T?> Nullable<T>(Gen<T> gen) where T : struct => Gen.Select(Gen.Int[0, 4], gen, (i, v) => i == 0 ? (T?)null : v);

    static Gen<string?> Texts(params string[] texts) => Gen.Select(Gen.Int[0, 4], OneOf(texts), (i, v) => i == 0 ? null : v);

    static readonly (string Instrument, string Side, long From, long? To)[] instruments =
        [("AIG", "BUY", 0, null), ("OLD", "SELL", 1_000_000, 60_000_000), ("IBM", "BUY", 60_000_001, null), ("IBM", "SELL", 0, 60_000_001)];

    [Fact]
    public void Sql_and_predicate_agree_on_every_row()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        Execute(connection, "set TimeZone = 'UTC'; create table instruments (instrument varchar, side varchar, valid_from timestamptz, valid_to timestamptz); "
            + string.Join(' ', instruments.Select(i => $"insert into instruments values ('{i.Instrument}', '{i.Side}', make_timestamptz({i.From}), {(i.To is { } to ? $"make_timestamptz({to})" : "null")});")));
        rows.Array[200].Sample(
            sample =>
            {
                foreach (var rule in rules)
                    Compare(connection, contract with { RowRules = [rule] }, sample);
                Compare(connection, contract with { RowRules = rules }, sample);
            },
            iter: 5, threads: 1);
    }

    static void Compare(DuckDBConnection connection, TableContract contract, Row[] sample)
    {
        var predicate = RowRulePredicate.Compile<Row>(contract, Reader, (rule, value, asOf, side) =>
            instruments.Any(i => i.Instrument == value
                && (side is null || i.Side == side)
                && (asOf is not { } at || i.From <= at && (i.To is not { } to || at < to))));
        var values = string.Join(
            ", ", sample.Select((r, i) =>
                $"({i}, {Decimal(r.Price, 18, 6)}, {Decimal(r.Amount, 38, 10)}, {Sql(r.Size, "bigint")}, {Sql(r.Ratio, "double")}, {Sql(r.Side)}, {Sql(r.Instrument)}, {Time(r.EventTime)}, {Time(r.IngestTime)})"));
        using var command = connection.CreateCommand();
        command.CommandText = $"select {RowRuleSql.Broken(contract, "t", _ => "instruments")} from (values {values}) t (n, price, amount, size, ratio, side, instrument, event_time, ingest_time) order by n";
        using var reader = command.ExecuteReader();
        foreach (var row in sample)
        {
            Assert.True(reader.Read());
            Assert.True(
                (reader.IsDBNull(0) ? null : reader.GetString(0)) is var bySql && bySql == predicate(in row),
                $"{row}: SQL says {bySql ?? "kept"}, the predicate {predicate(in row) ?? "kept"}");
        }
    }

    static RuleColumn<Row> Reader(string column) => column switch
    {
        "price" => (in r) => r.Price is { } v ? RuleValue.Of(v) : RuleValue.Null,
        "amount" => (in r) => r.Amount is { } v ? RuleValue.Of(v) : RuleValue.Null,
        "size" => (in r) => r.Size is { } v ? RuleValue.Of((Int128)v) : RuleValue.Null,
        "ratio" => (in r) => r.Ratio is { } v ? RuleValue.Of(v) : RuleValue.Null,
        "side" => (in r) => RuleValue.Of(r.Side),
        "instrument" => (in r) => RuleValue.Of(r.Instrument),
        "event_time" => (in r) => r.EventTime is { } v ? RuleValue.Of((Int128)v) : RuleValue.Null,
        _ => (in r) => r.IngestTime is { } v ? RuleValue.Of((Int128)v) : RuleValue.Null,
    };

    static string Decimal(Int128? unscaled, int precision, int scale)
    {
        if (unscaled is not { } value)
            return $"cast(null as decimal({precision}, {scale}))";
        var digits = Int128.Abs(value).ToString().PadLeft(scale + 1, '0');
        return $"cast('{(value < 0 ? "-" : "")}{digits[..^scale]}.{digits[^scale..]}' as decimal({precision}, {scale}))";
    }

    static string Sql<T>(T? value, string type) where T : struct =>
        value is { } v ? $"cast('{(v is double.PositiveInfinity ? "inf" : v is double.NegativeInfinity ? "-inf" : v)}' as {type})" : $"cast(null as {type})";

    static string Sql(string? value) => value is null ? "cast(null as varchar)" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    static string Time(long? micros) => micros is { } v ? $"make_timestamptz({v})" : "cast(null as timestamptz)";

    static void Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
