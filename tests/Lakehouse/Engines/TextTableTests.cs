using CsCheck;
using Dart.Lake.Lakehouse.Engines.Formats;

namespace Dart.Lake.Lakehouse.Tests.Engines;

public sealed class TextTableTests
{
    static readonly TextColumn[] Trades =
    [
        new("account", TextKind.Word), new("quantity", TextKind.Number), new("reason", TextKind.Prose), new("amount", TextKind.Number),
    ];

    static readonly string[] First = ["A001", "12345678901234.0000", "the price is beyond the greatest of the contract", "-1234567.12"];

    static readonly string[] Second = ["A002", "1.0000", "short", "0.00"];

    static string[] Print(IReadOnlyList<TextColumn> columns, int? width, params IEnumerable<string[]> rows)
    {
        var text = new StringWriter { NewLine = "\n" };
        var table = new TextTable(columns, text, width);
        foreach (var row in rows)
            table.Add(row);
        table.End();
        return text.ToString().TrimEnd('\n').Split('\n');
    }

    [Fact]
    public void What_has_room_is_a_table_with_numbers_to_the_right() => Assert.Equal(
        [
            "account             quantity  reason                                                 amount",
            "-------  -------------------  ------------------------------------------------  -----------",
            "A001     12345678901234.0000  the price is beyond the greatest of the contract  -1234567.12",
            "A002                  1.0000  short                                                    0.00",
        ],
        Print(Trades, 91, First, Second));

    [Fact]
    public void Prose_gives_way_before_a_column_does() => Assert.Equal(
        [
            "account             quantity  reason                       amount",
            "-------  -------------------  ----------------------  -----------",
            "A001     12345678901234.0000  the price is beyond     -1234567.12",
            "                              the greatest of the",
            "                              contract",
            "A002                  1.0000  short                          0.00",
        ],
        Print(Trades, 65, First, Second));

    [Fact]
    public void Of_many_rows_columns_go_from_the_right() => Assert.Equal(
        [
            "account             quantity",
            "-------  -------------------",
            "A001     12345678901234.0000",
            .. Enumerable.Repeat("A002                  1.0000", 9),
            "+ 2 columns: reason, amount (a wider",
            "  terminal, a pipe or --json has all)",
        ],
        Print(Trades, 40, [First, .. Enumerable.Repeat(Second, 9)]));

    [Fact]
    public void Few_rows_without_room_go_down() => Assert.Equal(
        [
            "-- 1 of 2",
            "account   A001",
            "quantity  12345678901234.0000",
            "reason    the price is beyond the",
            "          greatest of the contract",
            "amount    -1234567.12",
            "-- 2 of 2",
            "account   A002",
            "quantity  1.0000",
            "reason    short",
            "amount    0.00",
        ],
        Print(Trades, 40, First, Second));

    [Fact]
    public void A_word_that_no_line_holds_is_whole_on_a_line_of_its_own() => Assert.Equal(
        ["file", "  " + new string('x', 50), "rows  17"],
        Print([new("file", TextKind.Prose), new("rows", TextKind.Number)], 30, [[new('x', 50), "17"]]));

    [Fact]
    public void Rows_that_are_wider_than_those_before_get_a_head_of_their_own()
    {
        TextColumn[] columns = [new("id", TextKind.Number), new("amount", TextKind.Number), new("last", TextKind.Number)];
        var lines = Print(columns, 30, Enumerable.Range(0, 1500).Select(i => new[] { $"{i}", i < 1200 ? "1.00" : "1234567890123456.00", $"{i}" }));
        Assert.Equal(2, lines.Count(line => line.TrimStart().StartsWith("id", StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 30));
        Assert.Equal(300, lines.Count(line => line.EndsWith("1234567890123456.00", StringComparison.Ordinal)));
        Assert.Single(lines, line => line.StartsWith("+ 1 column: last", StringComparison.Ordinal));
    }

    [Fact]
    public void No_number_is_ever_broken_and_no_line_is_longer_than_the_terminal()
    {
        var cell = Gen.Select(Gen.Long, Gen.Int[0, 6], (n, zeros) => $"{n}.{new string('0', zeros)}1");
        var prose = Gen.String[Gen.Char["ab "], 0, 120];
        var pools = Gen.Select(cell, prose).Array[0, 300];
        Gen.Select(Gen.Int[40, 120], Gen.Int[1, 9], Gen.Int[0, 30], pools).Sample((width, count, rows, pool) =>
        {
            var columns = Enumerable.Range(0, count)
                .Select(i => new TextColumn($"c{i}", i % 3 == 2 ? TextKind.Prose : TextKind.Number)).ToList();
            var cells = Enumerable.Range(0, pool.Length == 0 ? 0 : rows)
                .Select(r => columns.Select((c, i) => CellOf(c, pool[(r * count + i) % pool.Length])).ToArray()).ToList();
            var lines = Print(columns, width, cells);
            // a word of prose that no line holds is whole and alone on its line
            Assert.All(lines, line =>
                Assert.True(TextWrap.Width(line) <= width || !line.Trim().Contains(' ', StringComparison.Ordinal), line));
            var printed = lines.SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .ToHashSet(StringComparer.Ordinal);
            Assert.All(cells, row => Assert.Contains(row[0], printed));
            var whole = cells.SelectMany(row => row.Where((_, i) => columns[i].Kind == TextKind.Number))
                .ToHashSet(StringComparer.Ordinal);
            Assert.All(printed.Where(IsNumber), word => Assert.Contains(word, whole));
        });
    }

    static bool IsNumber(string word) => char.IsAsciiDigit(word[0]) && word.Contains('.', StringComparison.Ordinal);

    static string CellOf(TextColumn column, (string Number, string Prose) from) =>
        column.Kind == TextKind.Number ? from.Number : from.Prose;

    [Theory]
    [InlineData("one two three", 80, "one two three")]
    [InlineData("one two three", 7, "one two|  three")]
    [InlineData("  one two three", 7, "  one|  two|  three")]
    [InlineData("oneverylongword two", 7, "oneverylongword|  two")]
    [InlineData("a  b   c", 5, "a  b|  c")]
    [InlineData("trailing     ", 9, "trailing     ")]
    public void A_line_is_broken_at_blanks(string text, int width, string lines) =>
        Assert.Equal(lines.Split('|'), TextWrap.Lines(text, width, indent: 2));
}
