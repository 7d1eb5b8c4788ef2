using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests;

[Collection("the demo day")]
public sealed class DemoTests(DemoDay day)
{
    static readonly IReadOnlyList<TableContract> Tables = [.. TableContracts.All.Where(contract => contract.Table is not null)];

    [Fact]
    public void The_demo_ends_well_with_every_reconciliation_equal()
    {
        day.Run.Exits(0);
        Assert.Contains("all reconciliations equal", day.Run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PyIceberg_reads_every_column_of_every_table_as_we_do()
    {
        day.Run.Exits(0);
        var theirs = await ColumnSums.OfPyIcebergAsync(day.DataDir, Tables.Select(table => table.Table!));
        Assert.Equal(Tables.Count, theirs.Count);
        foreach (var (contract, sums) in Tables.Zip(theirs))
        {
            var ours = await ColumnSums.OfOursAsync(day.DataDir, contract);
            Assert.True(ours.Rows == sums.Rows, $"{contract.Table}: {ours.Rows} rows, PyIceberg reads {sums.Rows}");
            foreach (var column in contract.Columns)
            {
                var (us, them) = (ours.Columns[column.Name], sums.Columns[column.Name]);
                var equal = us.Count == them.Count && (us.Checksum == "double" || us.Count == 0 || us.Checksum == them.Checksum);
                Assert.True(equal, $"{contract.Table}.{column.Name}: {us}, PyIceberg reads {them}");
            }
        }
    }

    [Fact]
    public async Task Spark_reads_every_column_of_every_table_as_we_do()
    {
        day.Run.Exits(0);
        using var folder = new TempFolder();
        var theirs = await SparkSums.OfSparkAsync(day.DataDir, Tables, folder.Path);
        foreach (var (name, value) in await SparkSums.OfOursAsync(day.DataDir, Tables))
            Assert.True(theirs[name] == value, $"{name}: {value}, Spark reads {theirs[name]}");
    }

    [Fact]
    public async Task Every_kind_of_malformed_payload_is_a_dead_letter_with_its_reason()
    {
        day.Run.Exits(0);
        var reasons = await ColumnSums.SqlRowAsync(day.DataDir, "select string_agg(distinct reason, ' ' order by reason) as reasons from bronze.dead_letters");
        Assert.Equal("IMPLAUSIBLE_DAY MALFORMED NOT_FRAMED NULL_VALUE TRUNCATED UNKNOWN_SCHEMA", reasons.GetProperty("reasons").GetString());
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
