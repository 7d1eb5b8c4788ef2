using System.Globalization;
using Dart.Lake.Analytics.Markets;

namespace Dart.Lake.Analytics.Tests.Markets;

public sealed class SaleConditionsTests
{
    [Theory]
    [InlineData("1", true)]
    [InlineData("20002020", true)]
    [InlineData("200", false)]
    [InlineData("20100200", false)]
    [InlineData("20040200", false)]
    [InlineData("42000", false)]
    [InlineData("1000000", false)]
    [InlineData("4000000", true)]
    [InlineData("80000000", true)]
    [InlineData("", true)]
    public void A_print_sets_prices_unless_a_bit_of_it_is_left_out(string condition, bool sets) =>
        Assert.Equal(sets, SaleConditions.SetsPrice(condition));

    [Fact]
    public void The_page_lists_exactly_the_bits_that_are_left_out()
    {
        var bits = File.ReadLines(Path.Combine(Root(), "docs", "sale-conditions.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => uint.Parse(line.Split('`')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.Equal(SaleConditions.All.Where(condition => !condition.SetsPrice).Select(condition => condition.Bit), bits);
    }

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Dart.Lake.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
