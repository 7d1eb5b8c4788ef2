using System.Text.Json;
using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests;

/// <summary>
/// Silver and gold of the demo against a program that was written from
/// docs/data.md alone and computes them from bronze with loops and queues.
/// </summary>
[Collection("the demo day")]
public sealed class NumbersTests(DemoDay day)
{
    /// <summary>Reconciliation is a comparison itself; everything else of silver and gold is computed again.</summary>
    static readonly string[] Expected = [.. TableContracts.All.Select(contract => contract.Table).OfType<string>()
        .Where(table => table.StartsWith("silver.", StringComparison.Ordinal)
            || table.StartsWith("gold.", StringComparison.Ordinal)).Except(["gold.reconciliation"]).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Every_row_of_silver_and_gold_is_computed_again_from_bronze()
    {
        day.Run.Exits(0);
        var verdicts = await JudgeAsync();
        Assert.Empty(verdicts.Where(v => v.Differences > 0).Select(v => v.ToString()));
        // First publication, restated first day, second day.
        Assert.Equal(3, verdicts.Select(v => v.Publication).Distinct(StringComparer.Ordinal).Count());
        foreach (var publication in verdicts.GroupBy(v => v.Publication, v => v.Table, StringComparer.Ordinal))
            Assert.Equal(Expected, publication.Order(StringComparer.Ordinal));
        Assert.All(Expected, table => Assert.Contains(verdicts, v => v.Table == table && v.Rows > 0));
    }

    async Task<IReadOnlyList<Verdict>> JudgeAsync()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Judges", "numbers", "judge.py");
        var output = await Tool.RunAsync(Shared.Path("engines", "pyiceberg"), ["python", script, Path.Combine(day.DataDir, "catalog.db")]);
        return [.. output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<Verdict>(line, JsonSerializerOptions.Web)!)];
    }

    sealed record Verdict(string Publication, string Table, int Rows, int Differences, IReadOnlyList<string> Examples)
    {
        public override string ToString() => $"{Publication} {Table}: {Differences} of {Rows} rows; {string.Join("; ", Examples)}";
    }
}
