using System.Text.Json;
using Dart.Lake.Host.Tests.Lines;

namespace Dart.Lake.Host.Tests.Damage;

/// <summary>
/// <c>verify</c> is tried on every table of a demo's lake that it reads:
/// whatever is broken is named by coordinate, and the exit code is 1.
/// </summary>
[Collection(SmallLakeTests.Name)]
public sealed class VerifyDamageTests(SmallLake lake)
{
    const string Coordinates = "_log_id, _topic, _kafka_partition, _offset";

    static readonly string[] bronze = ["bronze.market_data", "bronze.permit", "bronze.reference", "bronze.trades"];

    [Fact]
    public async Task A_row_that_is_gone_from_any_table_is_a_gap()
    {
        await using (var faults = await PlantedFaults.OpenAsync(lake.DataDir))
        {
            var gone = new List<Coordinate>();
            foreach (var table in bronze.Append("bronze.dead_letters"))
            {
                var row = Coordinate.Of(await faults.RowAsync($"SELECT {Coordinates} FROM {table} WHERE _offset > (SELECT avg(_offset) FROM {table}) ORDER BY {Coordinates}"));
                await faults.ReplaceAsync(table, $"SELECT * FROM {table} WHERE NOT {row.Is()}");
                gone.Add(row);
            }
            var hole = Coordinate.Of(await faults.RowAsync("SELECT _log_id, _topic, _kafka_partition, from_offset FROM ops.log_holes ORDER BY 1 DESC, 2, 3, 4"));
            await faults.ReplaceAsync("ops.log_holes", $"SELECT * FROM ops.log_holes WHERE NOT {hole.Is("from_offset")}");
            gone.Add(hole);
            var findings = await FindAsync();
            AssertGaps(gone, findings);
        }
        (await RunAsync("verify")).Exits(0);
    }

    [Fact]
    public async Task A_file_that_is_listed_twice_in_any_table_is_named_with_what_is_there_twice()
    {
        await using var faults = await PlantedFaults.OpenAsync(lake.DataDir);
        var twice = new List<(string File, Coordinate First)>();
        foreach (var table in bronze.Append("bronze.dead_letters"))
        {
            var file = await faults.ListTwiceAsync(table);
            twice.Add((file, Coordinate.Of(await faults.RowAsync($"SELECT {Coordinates} FROM {table} GROUP BY {Coordinates} HAVING count(*) > 1 ORDER BY {Coordinates}"))));
        }
        var findings = await FindAsync();
        foreach (var (file, first) in twice)
        {
            Assert.Contains(findings, f => f.Kind == "FileTwice" && f.Files.SequenceEqual([file]));
            Assert.Contains(findings, f => f.Kind == "Duplicate"
                && f.Partition == first.Place
                && f.Offsets!.Split("..")[0] == $"{first.Offset}"
                && f.Files.SequenceEqual([file]));
        }
    }

    [Fact]
    public async Task An_offset_that_any_job_skipped_is_a_gap()
    {
        await using var faults = await PlantedFaults.OpenAsync(lake.DataDir);
        var skipped = new List<Coordinate>();
        foreach (var table in bronze)
            skipped.Add(await faults.SkipOffsetAsync(table));
        AssertGaps(skipped, await FindAsync());
    }

    static void AssertGaps(IEnumerable<Coordinate> expected, IEnumerable<Finding> findings) =>
        Assert.Equal(
            expected.Select(row => $"Gap {row.Place} {row.Offset}").Order(StringComparer.Ordinal),
            findings.Select(f => f.Partition is null ? f.Says : $"{f.Kind} {f.Partition} {f.Offsets}").Order(StringComparer.Ordinal));

    sealed record Finding(string Kind, string? Partition, string? Offsets, IReadOnlyList<string> Files, string Says);

    /// <summary>What <c>verify</c> finds, which must be something.</summary>
    async Task<IReadOnlyList<Finding>> FindAsync()
    {
        var run = (await RunAsync("verify", "--json")).Exits(1);
        Assert.Single(run.Error.Trim().Split('\n'));
        using var report = JsonDocument.Parse(run.Out);
        return [.. report.RootElement
            .GetProperty("tables")
            .EnumerateArray()
            .SelectMany(table => table.GetProperty("findings").Deserialize<Finding[]>(JsonSerializerOptions.Web)!)];
    }

    Task<Exe.Result> RunAsync(params IEnumerable<string> arguments) =>
        Exe.RunAsync(TimeSpan.FromMinutes(2), [.. arguments, "--data-dir", lake.DataDir]);
}
