using System.Globalization;

namespace Dart.Lake.Tests.Support;

/// <summary>A macro of the marts on values, with the answers that every engine gives, worked out by hand.</summary>
/// <param name="Macro">As a template calls it.</param>
/// <param name="Columns">
/// Names with types; the first is <c>i</c>, by which rows are ordered, and grouped when the macro is of a group.
/// </param>
/// <param name="Rows">Values as text; null is a null.</param>
/// <param name="Expected">One answer a row, or a group, as text.</param>
public sealed record MacroCase(string Macro, string Columns, string?[][] Rows, string?[] Expected)
{
    public bool IsOfGroup { get; init; }

    /// <summary>A query of the answers.</summary>
    /// <param name="expression">The macro, rendered for the engine.</param>
    /// <param name="text">The engine's type of texts.</param>
    public string Sql(string expression, string text)
    {
        var columns = Columns.Split("; ").Select(c => c.Split(' ', 2)).ToList();
        var rows = Rows.Select(row => string.Join(", ", row.Zip(columns, (value, column) => Value(value, column[1], text))));
        var from = $"(values ({string.Join("), (", rows)})) v({string.Join(", ", columns.Select(c => c[0]))})";
        return $"select cast({expression} as {text}) as answer from {from}{(IsOfGroup ? " group by i" : "")} order by i";
    }

    static string Value(string? value, string type, string text)
    {
        var wanted = type == "text" ? text : type;
        return value is null ? $"cast(null as {wanted})" : string.Create(
            CultureInfo.InvariantCulture, $"cast('{value.Replace("'", "''", StringComparison.Ordinal)}' as {wanted})");
    }

    public override string ToString() => Macro;

    public static IReadOnlyList<MacroCase> All { get; } =
    [
        new("{{ quotient(whole('a'), whole('b')) }}", "i int; a decimal(38, 0); b decimal(20, 0)",
            [["1", "7", "2"], ["2", "0", "3"], ["3", "9999999999999999999999999999", "1"], ["4", "18000000000000000000000000000000000000", "18446744073709551614"], ["5", "1", null]],
            ["3", "0", "9999999999999999999999999999", "975781955236953990", null]),
        new("{{ product_of('n') }}", "i int; n bigint",
            [["1", "3"], ["1", "5"], ["2", "9223372036854775807"], ["2", "1"], ["3", "4611686018427387904"], ["3", "2"], ["3", "1"]],
            ["15", "9223372036854775807", null]) { IsOfGroup = true },
        new("{{ sign_of('x') }}", "i int; x decimal(18, 4)", [["1", "-0.0001"], ["2", "0"], ["3", "7"], ["4", null]], ["-1", "0", "1", null]),
        new("{{ not_negative('x') }}", "i int; x decimal(18, 4)", [["1", "-0.0001"], ["2", "7.5"], ["3", null]], ["0.0000", "7.5000", "0.0000"]),
        new("{{ amount('p', 'q', 'm') }}", "i int; p decimal(18, 6); q decimal(18, 4); m decimal(18, 4)",
            [["1", "190.250001", "-3.3333", "100.5"], ["2", "999999999999.999999", "-99999999999999.9999", "1"], ["3", "0.000001", "0.0001", "0.5"]],
            ["-63733.1129974967", "-99999999999999999800000000.0000000001", "0.0000000001"]),
        new("{{ converted('a', 'r') }}", "i int; a decimal(38, 10); r decimal(18, 6)",
            [["1", "-123456789012345678.1234567891", "1234.123456"], ["2", "1", "0.000001"], ["3", "9999999999.9999999999", "1.1"], ["4", null, "1"]],
            ["-152360919122578874952.3840872307551296", "0.0000010000000000", "10999999999.9999999998900000", null]),
        new("{{ product('a', 4, 'b', 12) }}", "i int; a decimal(38, 4); b decimal(18, 12)",
            [["1", "1000000000000000000.0001", "-0.000000000001"], ["2", "-12345.6789", "0.123456789012"]],
            ["-1000000.0000000000000001", "-1524.1578751672002468"]),
        new("{{ share('a', 'p', 'w') }}", "i int; a decimal(38, 10); p decimal(38, 4); w decimal(18, 4)",
            [["1", "1", "1", "3"], ["2", "2", "1", "3"], ["3", "0.0000000001", "1", "2"], ["4", "999999999999999999.9999999999", "99999999999999.9999", "99999999999999.9999"]],
            ["0.3333333333", "0.6666666667", "0.0000000001", "999999999999999999.9999999999"]),
        new("{{ split_quantity('q', 'n', 'd') }}", "i int; q decimal(38, 4); n bigint; d bigint",
            [["1", "-0.0001", "1", "2"], ["2", "0", "3", "1"], ["3", "100", "3", "7"], ["4", "-99999999999999.9999", "1", "9223372036854775807"]],
            ["-0.0001", "0.0000", "42.8571", "0.0000"]),
        new("{{ split_price('p', 'n', 'd') }}", "i int; p decimal(18, 6); n bigint; d bigint",
            [["1", "100", "3", "1"], ["2", "0.000001", "2", "1"], ["3", "999999999999.999999", "1", "9223372036854775807"], ["4", "1", null, "1"]],
            ["33.333333", "0.000001", null, null]),
        new("{{ middle('a', 'b') }}", "i int; a decimal(18, 6); b decimal(18, 6)",
            [["1", "0.000001", "0.000002"], ["2", "999999999999.999999", "999999999999.999998"]], ["0.000002", "999999999999.999999"]),
        // 2^53 / 10^16 has its own double; a whole part and the rest have one each
        new("{{ to_double('x', 16) }} = r", "i int; x decimal(38, 16); r double",
            [["1", "0.9007199254740992", "0.9007199254740992"], ["2", "12345678.9012345678901234", "12345678.901234567"], ["3", "-1.1000000000000000", "-1.1"]],
            ["true", "true", "true"]),
        new("{{ to_decimal('x', 28, 8) }}", "i int; x double",
            [["1", "9186811728.909058"], ["2", "-0.000000005"], ["3", "0.1"], ["4", "98765432109876.54"], ["5", null]],
            ["9186811728.90905728", "-0.00000001", "0.10000000", "98765432109876.53693440", null]),
        new("{{ fold_sum('x', 'k') }} = 0.30000000000000004e0", "i int; k int; x double",
            [["1", "3", "0.1"], ["1", "2", "-1e16"], ["1", "1", "1e16"], ["1", "4", "0.2"]], ["true"]) { IsOfGroup = true },
        new("{{ ordered_list('x', 'k') }}", "i int; k int; x text", [["1", "2", "b"], ["1", "1", "c"], ["2", "1", ""]], ["c,b", ""]) { IsOfGroup = true },
        new("{{ first_of('v.x', 'v') }}", "i int; event_time date; source text; sequence bigint; x bigint",
            [["1", "2026-09-21", "a", "2", "5"], ["1", "2026-09-21", "a", "1", "6"], ["1", "2026-09-20", "z", "9", null]], ["6"]) { IsOfGroup = true },
        new("{{ last_of('v.x', 'v', 'v.x < 7') }}", "i int; event_time date; source text; sequence bigint; x bigint",
            [["1", "2026-09-21", "a", "2", "5"], ["1", "2026-09-21", "b", "1", "6"], ["1", "2026-09-22", "a", "9", "7"], ["1", "2026-09-22", "b", "1", null]], ["6"]) { IsOfGroup = true },
        new("{{ first_known('x', 'order by i rows between current row and unbounded following') }}", "i int; x bigint",
            [["1", null], ["2", "4"], ["3", null]], ["4", "4", null]),
        new("{{ json_text('x') }}", "i int; x text",
            [["1", "a\"b/c"], ["2", "it's é\u2028😀"], ["3", "\n\t\u0001\u007f\u001f\b\f\r"], ["4", ""], ["5", null]],
            ["\"a\\\"b/c\"", "\"it's é\u2028😀\"", "\"\\n\\t\\u0001\u007f\\u001F\\b\\f\\r\"", "\"\"", "null"]),
        new("{{ json_text('x') }}", "i int; x decimal(18, 4)", [["1", "0"], ["2", "-0.0001"], ["3", "99999999999999.9999"]], ["\"0.0000\"", "\"-0.0001\"", "\"99999999999999.9999\""]),
        new("{{ json_field('x', 'account') }}", "i int; x text", [["1", "{\"account\":\"A 1\"}"], ["2", "{\"account\":null}"], ["3", "{}"]], ["A 1", null, null]),
        new("{{ micros(instant('1969-12-31 23:59:59')) }}", "i int", [["1"]], ["-1000000"]),
        new("{{ micros_text(midnight(1)) }}", "i int", [["1"]], ["1789862400000000"]),
        new("{{ micros('x') }}", "i int; x timestamp(6) with time zone",
            [["1", "2026-09-21 13:30:00.123456+00:00"], ["2", "1969-12-31 23:59:59.999999+00:00"], ["3", null]], ["1789997400123456", "-1", null]),
        new("{{ sets_price('c') }}", "i int; c text", [["1", "0"], ["2", "200"], ["3", "40000"], ["4", "1000000"], ["5", ""], ["6", "xyz"], ["7", null]],
            ["true", "false", "false", "false", "true", "true", "true"]),
    ];
}
