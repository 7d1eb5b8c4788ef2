using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests;

[Collection("the demo day")]
public sealed class DemoTests(DemoDay day)
{
    /// <summary>All but the one that the first act of a person makes.</summary>
    static readonly IReadOnlyList<TableContract> Tables =
        [.. TableContracts.All.Where(contract => contract.Table is not null && contract.Name != LakeNames.Acts)];

    [Fact]
    public void The_demo_ends_well_with_every_reconciliation_equal()
    {
        day.Run.Exits(0);
        Assert.Contains("all reconciliations equal", day.Run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PyIceberg_reads_every_value_of_every_table_as_we_do()
    {
        day.Run.Exits(0);
        Assert.Empty((await TableSums.OfOursAsync(day.DataDir, Tables)).Differences(await TableSums.OfPyIcebergAsync(day.DataDir)));
    }

    [Fact]
    public async Task Spark_reads_every_value_of_every_table_as_we_do()
    {
        day.Run.Exits(0);
        using var folder = new TempFolder();
        Assert.Empty((await TableSums.OfOursAsync(
            day.DataDir, Tables)).Differences(await TableSums.OfSparkAsync(day.DataDir, Tables, folder.Path)));
    }

    [Fact]
    public async Task Every_kind_of_malformed_payload_is_a_dead_letter_with_its_reason()
    {
        day.Run.Exits(0);
        const string Sql = "select string_agg(distinct reason, ' ' order by reason) as reasons from bronze.dead_letters";
        var reasons = (await Exe.RunAsync(TimeSpan.FromMinutes(1), "sql", Sql, "--data-dir", day.DataDir, "--format", "csv")).Exits(0).Out;
        Assert.Equal(["reasons", "IMPLAUSIBLE_DAY MALFORMED NOT_FRAMED NULL_VALUE TRUNCATED UNKNOWN_SCHEMA"], reasons.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_published_day_is_refused_with_the_two_ways_out()
    {
        day.Run.Exits(0);
        var again = (await Exe.RunAsync(TimeSpan.FromMinutes(1), "demo", "--trades", $"{DemoDay.Trades}", "--data-dir", Path.GetDirectoryName(day.DataDir)!)).Exits(2);
        Assert.Single(again.Error.Trim().Split('\n'));
        Assert.Contains("--date", again.Error, StringComparison.Ordinal);
        Assert.Contains("--data-dir", again.Error, StringComparison.Ordinal);
    }
}
