using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Lakehouse.Tests.Engines;

namespace Dart.Lake.Lakehouse.Tests.Maintenance;

/// <summary>
/// Each act of maintenance, with a store that fails at its first, second and later change, and with answers of the catalog.
/// </summary>
public sealed class InterruptedTests(DuckDbFixture duck) : IClassFixture<DuckDbFixture>
{
    [Theory]
    [InlineData("compact")]
    [InlineData("expire")]
    [InlineData("rollback")]
    public async Task An_act_that_fails_at_any_change_leaves_the_rows_and_can_be_repeated(string act)
    {
        await using var lake = await FilledAsync(act);
        var (rows, failures) = (await RowsAsync(lake), 0);
        for (var at = 1; ; at++)
        {
            var left = at;
            lake.Store.OnChange = path =>
            {
                if (--left == 0)
                    throw LakeException.Unavailable($"{path} cannot be written: the disk is full");
            };
            var failed = await Record.ExceptionAsync(() => RunAsync(lake, act));
            lake.Store.OnChange = null;
            if (failed is null && left > 0)
                break;
            failures += failed is null ? 0 : 1;
            if (act != "rollback")
                Assert.Equal(rows, await RowsAsync(lake));
        }
        Assert.InRange(failures, 1, 40);
        await RunAsync(lake, act);
        if (act != "rollback")
            Assert.Equal(rows, await RowsAsync(lake));
    }

    [Theory]
    [InlineData("compact")]
    [InlineData("expire")]
    [InlineData("rollback")]
    public async Task An_act_whose_answer_was_lost_is_found_done(string act)
    {
        await using var lake = await FilledAsync(act);
        lake.Committing.OnCommitPoint = point => point == CommitPoint.Committed
            ? throw new IOException("the answer was lost") : Task.CompletedTask;
        await RunAsync(lake, act);
        lake.Committing.OnCommitPoint = null;
        var once = (await lake.LoadAsync()).MetadataLocation;
        await RunAsync(lake, act);
        Assert.Equal(once, (await lake.LoadAsync()).MetadataLocation);
        Assert.NotEmpty(await RowsAsync(lake));
    }

    static async Task<KeptLake> FilledAsync(string act)
    {
        var lake = await KeptLake.OpenAsync(9);
        await lake.AppendAsync((1, 4));
        await lake.CommitAsync(_ => new TableIntent { Tags = ["first"] });
        await lake.AppendAsync((1, 4));
        if (act == "expire")
        {
            await lake.CompactAsync();
            await lake.AppendAsync((2, 1));
            lake.Time.Advance(TimeSpan.FromDays(2));
            await lake.AppendAsync((2, 1));
            lake.Time.Advance(TimeSpan.FromDays(2));
        }
        return lake;
    }

    static Task RunAsync(KeptLake lake, string act) => act switch
    {
        "compact" => lake.CompactAsync(),
        "expire" => lake.ExpireAsync(),
        _ => new Rollback(lake.Lake).RunAsync(KeptLake.Ident, "tag:first", anySnapshot: false, TestContext.Current.CancellationToken),
    };

    async Task<IReadOnlyList<string>> RowsAsync(KeptLake lake) =>
        await KeptLake.RowsAsync(duck.Session, await lake.LoadAsync(), await lake.PlanAsync(new()));
}
