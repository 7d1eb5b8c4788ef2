using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Lakehouse.Tests.Engines;
using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Maintenance;

/// <summary>
/// Random histories of commits, tags, runs, publications, positions, compactions, expiries, orphans and rollbacks over days: whatever
/// happens, the current rows, each tag, each run's input, the line to the position and what a reader of the last day has planned can be
/// read.
/// </summary>
public sealed class MaintenanceHistoryTests(DuckDbFixture duck) : IClassFixture<DuckDbFixture>
{
    const int Acts = 30;

    static readonly bool isFull = Environment.GetEnvironmentVariable("DARTLAKE_TEST_SIZE") == "full";

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, isFull ? 60 : 4)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_is_needed_is_read_after_every_history(int seed)
    {
        var random = new Random(seed);
        await using var lake = await KeptLake.OpenAsync(seed, ("commit.manifest.min-count-to-merge", "5"));
        var needed = new Needs(lake, duck);
        await lake.AppendAsync((0, 3));
        for (var act = 0; act < Acts; act++)
        {
            await ActAsync(lake, needed, random, act);
            lake.DateFiles();
            if (act % 5 == 4)
                await needed.CheckAsync($"seed {seed}, act {act}");
        }
        await needed.CheckAsync($"seed {seed}");
        await SettleAsync(lake);
        await needed.CheckAsync($"seed {seed}, settled");
        var table = await lake.LoadAsync();
        Assert.Equal(
            (await lake.PlanAsync(new())).Files.Select(f => f.Path).ToHashSet(), await Judge.JavaPlanAsync(table.MetadataLocation));
        var named = await LakeFiles.ReadAsync(lake.Lake, TestContext.Current.CancellationToken);
        Assert.All(lake.TableFiles, file => Assert.True(named.Needs(file), file));
    }

    static async Task ActAsync(KeptLake lake, Needs needed, Random random, int act)
    {
        switch (random.Next(14))
        {
            case 0 or 1 or 2:
                await lake.AppendAsync((random.Next(4), 1 + random.Next(4)));
                break;
            case 3:
                var file = await lake.FileAsync(random.Next(3), 2);
                await lake.CommitAsync(_ => new TableIntent { Add = [file], Replace = [file.Partition] });
                break;
            case 4:
                await lake.CommitAsync(_ => new TableIntent { Tags = [$"tag-{act}"] });
                await needed.TagAsync($"tag-{act}");
                break;
            case 5:
                await needed.RunAsync($"run-{act}");
                break;
            case 6:
                var (moved, id) = (await lake.FileAsync(3, 1), 1_000_000L + act);
                await lake.CommitAsync(_ => new TableIntent
                {
                    Add = [moved],
                    SnapshotId = id,
                    Properties = new Dictionary<string, string?> { ["dartlake.position"] = $$"""{"snapshot-id": {{id}}}""" },
                });
                break;
            case 7:
                await lake.CompactAsync();
                break;
            case 8:
                await lake.ExpireAsync();
                break;
            case 9:
                await lake.DeleteOrphansAsync();
                break;
            case 10:
                await needed.ReadAsync();
                break;
            case 11:
                await RollBackAsync(lake, random);
                break;
            case 12:
                await needed.PublicationAsync($"publication-{act}");
                break;
            default:
                lake.Time.Advance(TimeSpan.FromHours(random.Next(40)));
                await lake.SweepAsync();
                break;
        }
    }

    /// <summary>Not to before the position: a stream that goes on is what the line to it is needed for.</summary>
    static async Task RollBackAsync(KeptLake lake, Random random)
    {
        var table = (await lake.LoadAsync()).Metadata;
        var line = table.AncestryOf(table.CurrentSnapshot!).Select(s => s.SnapshotId).ToList();
        var reach = SnapshotRetention.PositionOf(table) is { } position ? line.IndexOf(position) + 1 : line.Count;
        await new Rollback(lake.Lake).RunAsync(
            KeptLake.Ident, $"snapshot:{line[random.Next(reach)]}", anySnapshot: false, TestContext.Current.CancellationToken);
    }

    /// <summary>Days later nothing is left but what is named.</summary>
    static async Task SettleAsync(KeptLake lake)
    {
        await lake.ExpireAsync();
        for (var day = 0; day < 2; day++)
        {
            lake.DateFiles();
            lake.Time.Advance(TimeSpan.FromDays(5));
            await lake.ExpireAsync();
            await lake.SweepAsync();
        }
        await lake.DeleteOrphansAsync();
    }

    /// <summary>States that must be readable, with the rows that they had when they came to be needed.</summary>
    sealed class Needs(KeptLake lake, DuckDbFixture duck)
    {
        readonly List<(string Name, ScanOptions State, IReadOnlyList<string> Rows)> states = [];
        readonly List<(DateTimeOffset Since, Table Table, ScanPlan Plan, IReadOnlyList<string> Rows)> readers = [];

        public async Task TagAsync(string tag) => states.Add((tag, new() { Tag = tag }, await RowsAsync(new() { Tag = tag })));

        public async Task RunAsync(string run)
        {
            var id = (await lake.LoadAsync()).Metadata.CurrentSnapshotId!.Value;
            await lake.Lake.Ledger.SaveRunAsync(
                new()
                {
                    RunId = run,
                    Kind = "run",
                    Status = "succeeded",
                    StartedAt = lake.Time.GetUtcNow(),
                    Inputs = $$"""{"{{KeptLake.Ident}}": {{id}}}""",
                },
                TestContext.Current.CancellationToken);
            states.Add((run, new() { SnapshotId = id }, await RowsAsync(new() { SnapshotId = id })));
        }

        public async Task PublicationAsync(string run)
        {
            var id = (await lake.LoadAsync()).Metadata.CurrentSnapshotId!.Value;
            await lake.Lake.Catalog.CommitAsync(
                [new(KeptLake.Ident, _ => new TableIntent { Tags = [run] })],
                new CommitNote(run, "eod", $$$"""{"days": [], "inputs": {"{{{KeptLake.Ident}}}": {{{id}}}}}"""),
                TestContext.Current.CancellationToken);
            states.Add((run, new() { SnapshotId = id }, await RowsAsync(new() { SnapshotId = id })));
        }

        public async Task ReadAsync()
        {
            var (table, plan) = (await lake.LoadAsync(), await lake.PlanAsync(new()));
            readers.Add((lake.Time.GetUtcNow(), table, plan, await KeptLake.RowsAsync(duck.Session, table, plan)));
        }

        public async Task CheckAsync(string when)
        {
            foreach (var (name, state, rows) in states)
                Assert.True(rows.SequenceEqual(await RowsAsync(state)), $"{when}: {name} reads other rows");
            foreach (var reader in readers.Where(r => lake.Time.GetUtcNow() - r.Since < TimeSpan.FromDays(1)))
                Assert.True(
                    reader.Rows.SequenceEqual(await KeptLake.RowsAsync(duck.Session, reader.Table, reader.Plan)), $"{when}: a reader of {reader.Since:u} lost rows");
            var table = (await lake.LoadAsync()).Metadata;
            if (SnapshotRetention.PositionOf(table) is { } position)
                Assert.True(table.AncestryOf(table.CurrentSnapshot!).Any(s => s.SnapshotId == position), $"{when}: the position is out of the line");
            await RowsAsync(new());
        }

        async Task<IReadOnlyList<string>> RowsAsync(ScanOptions state) =>
            await KeptLake.RowsAsync(duck.Session, await lake.LoadAsync(), await lake.PlanAsync(state));
    }
}
