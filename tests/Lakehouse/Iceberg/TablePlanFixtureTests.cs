using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

public sealed class TablePlanFixtureTests(ITestOutputHelper output)
{
    /// <summary>What we refuse, and why: it must be one of these, and never rows that are wrong.</summary>
    static readonly string[] reasons = ["equality deletes", "position deletes"];

    [Fact]
    public async Task Files_planned_of_other_writers_tables_hold_as_many_rows_as_their_readers_give_or_the_table_is_refused()
    {
        var folder = Shared.Path("data", "iceberg");
        var (read, refused) = (0, new List<string>());
        foreach (var fixture in JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "expected.json"))).RootElement
            .GetProperty("tables")
            .EnumerateArray())
        {
            if (fixture.GetProperty("verdict").GetString() != "rows")
                continue;
            var name = fixture.GetProperty("metadata").GetString()!;
            var store = new MappedStore(folder, fixture);
            try
            {
                var location = FileLocation.FromPath(Path.Combine(folder, name));
                var table = new Table(new("ns", "t"), location, await new MetadataStore(store).ReadAsync(location, CancellationToken.None));
                var plan = await new TableScan(new ManifestStore(store)).PlanAsync(
                    table,
                    new ScanOptions { SnapshotId = fixture.TryGetProperty("snapshot", out var id) ? id.GetInt64() : null },
                    CancellationToken.None);
                var rows = plan.Files.Sum(f => f.RecordCount);
                Assert.True(fixture.GetProperty("count").GetInt64() == rows, $"{name}: {rows} rows, not {fixture.GetProperty("count")}");
                read++;
            }
            catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
            {
                Assert.True(reasons.Any(r => e.Message.Contains(r, StringComparison.Ordinal)), $"{name}: {e.Message}");
                refused.Add($"{name}: {e.Message}");
            }
        }
        output.WriteLine($"{read} tables planned, {refused.Count} refused:");
        foreach (var line in refused)
            output.WriteLine(line);
        Assert.True(read >= 70);
    }
}
