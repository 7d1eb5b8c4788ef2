using Dart.Lake.Host.Tests.Judges;

namespace Dart.Lake.Host.Tests;

/// <summary>
/// Silver and gold of the demo against a program that was written from
/// docs/data.md alone and computes them from bronze with loops and queues.
/// </summary>
[Collection("the demo day")]
public sealed class NumbersTests(DemoDay day)
{
    [Fact]
    public async Task Every_row_of_silver_and_gold_is_computed_again_from_bronze()
    {
        day.Run.Exits(0);
        var verdicts = await NumbersJudge.DemoAsync(day.DataDir);
        Assert.Empty(verdicts.Where(v => v.Differences > 0).Select(v => v.ToString()));
        // First publication, restated first day, second day.
        Assert.Equal(3, verdicts.Select(v => v.Publication).Distinct(StringComparer.Ordinal).Count());
        foreach (var publication in verdicts.GroupBy(v => v.Publication, v => v.Table, StringComparer.Ordinal))
            Assert.Equal(NumbersJudge.Tables, publication.Order(StringComparer.Ordinal));
        Assert.All(NumbersJudge.Tables, table => Assert.Contains(verdicts, v => v.Table == table && v.Rows > 0));
    }
}
