using System.Text.Json;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Engines.Formats;

namespace Dart.Lake.Lakehouse.Tests.Engines;

/// <summary>Every type that DuckDB knows, alone and nested, in every format: an answer, or a line that says what to do.</summary>
public sealed class AnswerTypeTests(DuckDbFixture fixture) : IClassFixture<DuckDbFixture>
{
    /// <summary>Values by the engine's name of their type.</summary>
    static readonly Dictionary<string, string[]> values = new(StringComparer.Ordinal)
    {
        ["BOOLEAN"] = ["true", "false"],
        ["TINYINT"] = ["(-128)::TINYINT"],
        ["SMALLINT"] = ["(-32768)::SMALLINT"],
        ["INTEGER"] = ["(-2147483648)::INTEGER"],
        ["BIGINT"] = ["(-9223372036854775808)::BIGINT"],
        ["HUGEINT"] = ["(-170141183460469231731687303715884105728)::HUGEINT", "170141183460469231731687303715884105727::HUGEINT", "0::HUGEINT"],
        ["UTINYINT"] = ["255::UTINYINT"],
        ["USMALLINT"] = ["65535::USMALLINT"],
        ["UINTEGER"] = ["4294967295::UINTEGER"],
        ["UBIGINT"] = ["18446744073709551615::UBIGINT"],
        ["UHUGEINT"] = ["340282366920938463463374607431768211455::UHUGEINT"],
        ["BIGNUM"] = ["(repeat('9', 60))::BIGNUM", "(-1)::BIGNUM"],
        ["FLOAT"] = ["'inf'::FLOAT", "'-inf'::FLOAT", "'nan'::FLOAT", "3.4e38::FLOAT", "1e-45::FLOAT", "'-0'::FLOAT"],
        ["DOUBLE"] = ["'inf'::DOUBLE", "'-inf'::DOUBLE", "'nan'::DOUBLE", "1.7976931348623157e308", "5e-324::DOUBLE", "'-0'::DOUBLE", "1e400", "-1e400"],
        ["DECIMAL"] =
        [
            "99999999999999999999999999999999999999::DECIMAL(38,0)", "0.00000000000000000000000000000000000001::DECIMAL(38,38)", "(-0.5)::DECIMAL(38,38)",
            "(-9999999999.9999999999999999999999999999)::DECIMAL(38,28)", "0::DECIMAL(38,38)", "0::DECIMAL(38,0)", "(-0.1)::DECIMAL(4,1)", "123456789.123456789::DECIMAL(18,9)",
        ],
        ["VARCHAR"] = ["''", "'x'", "chr(0)", "chr(27) || '[31m'", "'\"\\'", "chr(128512)", "repeat('x', 100000)"],
        ["BLOB"] = ["'\\xFF\\x00'::BLOB", "''::BLOB"],
        ["BIT"] = ["'10101'::BIT"],
        ["DATE"] = ["DATE '2026-09-21'", "'infinity'::DATE", "'-infinity'::DATE"],
        ["TIME"] = ["TIME '24:00:00'", "TIME '00:00:00.000001'"],
        ["TIME_NS"] = ["'01:02:03.123456789'::TIME_NS"],
        ["TIME WITH TIME ZONE"] = ["'01:02:03+15:59'::TIMETZ"],
        ["TIMESTAMP"] = ["'infinity'::TIMESTAMP", "TIMESTAMP '2026-09-21 01:02:03.000004'"],
        ["TIMESTAMP_S"] = ["'2026-09-21 01:02:03'::TIMESTAMP_S"],
        ["TIMESTAMP_MS"] = ["'2026-09-21 01:02:03.004'::TIMESTAMP_MS"],
        ["TIMESTAMP_NS"] = ["'2026-09-21 01:02:03.000000004'::TIMESTAMP_NS"],
        ["TIMESTAMP WITH TIME ZONE"] = ["'infinity'::TIMESTAMPTZ", "TIMESTAMPTZ '2026-09-21 01:02:03+05'"],
        ["INTERVAL"] = ["INTERVAL '1 year 2 days 3 seconds'", "INTERVAL '-1 month'", "INTERVAL '2147483647 months'", "INTERVAL '0 seconds'"],
        ["UUID"] = ["'f79c3e09-677c-4bbd-a479-3f349cb785e7'::UUID"],
        ["ENUM"] = ["'a'::ENUM('a', 'b')"],
        ["LIST"] = ["[1, NULL]", "[]", "[[1.5], []]"],
        ["ARRAY"] = ["[1.5, 2]::DOUBLE[2]", "[NULL, 2]::INTEGER[2]"],
        ["STRUCT"] = ["{'a': 1, 'b': NULL}", "{'a': {'b': 'nan'::DOUBLE}}", "row(1, 2)"],
        ["MAP"] = ["MAP {'a': 1}", "MAP {}", "MAP {1.5: ['x']}"],
        ["UNION"] = ["union_value(num := 2)", "union_value(txt := 'x')::UNION(num INTEGER, txt VARCHAR)"],
        ["NULL"] = ["NULL"],
        ["VARIANT"] = ["1::VARIANT", "{'a': [1]}::VARIANT"],
        ["GEOMETRY"] = ["'POINT(0 0)'::GEOMETRY"],
        ["TYPE"] = [],
    };

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var (type, expressions) in values)
            foreach (var expression in expressions)
                cases.Add(type, expression);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Every_value_is_answered_in_every_format_alone_and_nested_or_refused_in_one_line(string type, string expression)
    {
        var isAnswered = false;
        foreach (var sql in new[]
        {
            expression, $"[{expression}, NULL]", $"{{'x': {expression}}}", $"MAP {{'k': {expression}}}", $"MAP {{{expression}: 1}}",
            $"union_value(u := {expression})", $"[{{'x': [{expression}]}}]",
        })
            foreach (var format in Enum.GetValues<ResultFormat>())
                isAnswered |= await AnswerAsync($"SELECT {sql} AS v FROM range(2)", format);
        Assert.True(isAnswered || type is "GEOMETRY" or "VARIANT" or "TYPE" or "BIGNUM" or "TIME_NS", $"{type} has no answer at all");
    }

    [Fact]
    public async Task No_type_of_the_engine_is_without_a_value()
    {
        var types = await fixture.Session.RowsAsync("SELECT DISTINCT logical_type FROM duckdb_types() ORDER BY 1", CancellationToken.None);
        Assert.Empty(types.Select(t => (string)t[0]!).Except(values.Keys));
    }

    [Theory]
    [InlineData("row(1, 'x')", """{"1":1,"2":"x"}""")]
    [InlineData("INTERVAL '14 months 2 days' + INTERVAL '-3.5 seconds'", "\"P14M2DT-3.5S\"")]
    [InlineData("[union_value(a := 1)::UNION(a INTEGER, b VARCHAR), union_value(b := 'x')::UNION(a INTEGER, b VARCHAR), NULL]", """[1,"x",null]""")]
    [InlineData("[[1, 2]::INTEGER[2], NULL, [3, NULL]::INTEGER[2]]", "[[1,2],null,[3,null]]")]
    [InlineData("-1e400", "\"-Infinity\"")]
    [InlineData("(-0.5)::DECIMAL(38,38)", "-0.50000000000000000000000000000000000000")]
    public async Task What_JSON_has_no_form_for_has_one_that_is_told_apart(string expression, string json)
    {
        await using var result = await fixture.Session.QueryAsync($"SELECT {expression} AS v", [], CancellationToken.None);
        var text = new StringWriter();
        await ResultWriter.WriteAsync(result, ResultFormat.Json, text, CancellationToken.None);
        Assert.Equal($"[\n{{\"v\":{json}}}\n]\n", text.ToString());
    }

    /// <summary>Whether there was an answer; else it was refused as a person can read it.</summary>
    async Task<bool> AnswerAsync(string sql, ResultFormat format)
    {
        using var output = new MemoryStream();
        try
        {
            // as people's SQL goes: through the tree that tells what it reaches
            var tree = await SqlTree.ParseAsync(fixture.Session, sql, CancellationToken.None);
            tree?.RefuseReach();
            await using var result = await fixture.Session.QueryAsync(tree?.Sql ?? sql, [], CancellationToken.None);
            Assert.Equal(2, await ResultWriter.WriteAsync(result, format, output, CancellationToken.None));
        }
        catch (LakeException e)
        {
            Assert.NotEqual(LakeErrorKind.Bug, e.Kind);
            Assert.Single(e.Message.Split('\n'));
            return false;
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{sql} as {format}: {e}");
        }
        if (format == ResultFormat.Json)
        {
            output.Position = 0;
            using var json = await JsonDocument.ParseAsync(output);
            Assert.Equal(2, json.RootElement.GetArrayLength());
        }
        return true;
    }
}
