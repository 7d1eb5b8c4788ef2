using Dart.Lake.Lakehouse.Engines.Formats;

namespace Dart.Lake.Lakehouse.Tests.Engines;

public class PrintableTests
{
    [Fact]
    public void No_control_character_of_the_data_reaches_a_terminal_and_all_else_does()
    {
        var all = string.Concat(Enumerable.Range(0, 0x500).Select(c => (char)c));
        var printed = Printable.Of(all);

        Assert.DoesNotContain(printed, char.IsControl);
        Assert.Equal(all.Where(c => !char.IsControl(c) && c != ' '), printed.Where(c => c != ' '));
        Assert.Equal(all.Length, printed.Length);
    }

    [Theory]
    [InlineData("BUY 10 \u001b[2J\u001b]0;owned\u0007", "BUY 10  [2J ]0;owned ")]
    [InlineData("a\u009b31mb", "a 31mb")]
    [InlineData("café 10 €", "café 10 €")]
    [InlineData("", "")]
    public void An_escape_sequence_is_text(string text, string printed) => Assert.Equal(printed, Printable.Of(text));
}
