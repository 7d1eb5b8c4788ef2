using Dart.Lake.Lakehouse.Relocation;
using Dart.Lake.Lakehouse.Tests.Proofs;

namespace Dart.Lake.Lakehouse.Tests.Relocation;

/// <summary>Rounds of copy or backup while a stream writes; then the copy is made to live where it is, and both lakes go on.</summary>
public sealed class MovedRoundsTests(ITestOutputHelper output)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. TestSize.Seeds(quick: 4, full: 30)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task A_lake_that_is_copied_or_backed_up_while_a_stream_writes_is_proven_and_both_go_on_alone(int seed)
    {
        var random = new Random(seed);
        await using var lake = await ProofLake.OpenAsync();
        var end = await AppendAsync(lake, 0, random.Next(1, 40));
        using var stop = new CancellationTokenSource();
        var stream = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                end = await AppendAsync(lake, end, random.Next(1, 20));
        }, Cancel);
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50, 300)), TimeProvider.System, Cancel);
        var (how, folder) = seed % 2 == 0 ? ("copied", await CopyAsync(lake)) : ("backed up", await BackUpAsync(lake));
        await stop.CancelAsync();
        await stream;
        if (folder is null)
        {
            // what cp finds of a catalog that is written to is no lake: refused, and a backup is one
            output.WriteLine($"round {seed}: the copy was refused, backed up");
            (how, folder) = ("backed up after a refused copy", await BackUpAsync(lake));
            await LakeRelocation.RunAsync(folder, newId: false, TimeProvider.System, IdSource.Seeded(700 + seed), Cancel);
        }
        else if (how == "backed up")
            await LakeRelocation.RunAsync(folder, newId: false, TimeProvider.System, IdSource.Seeded(700 + seed), Cancel);
        await using var copy = await ProofLake.OpenAsync(folder, seed: 900 + seed);
        Assert.NotEqual(lake.Lake.Id, copy.Lake.Id);
        var copied = await ProvenAsync(copy);
        Assert.InRange(copied, 1, end);
        output.WriteLine($"round {seed}: {how} at offset {copied} of {end}");

        var before = LakeFolders.Prints(lake.Lake.DataDir);
        var copyEnd = copied;
        for (var commits = random.Next(1, 5); commits > 0; commits--)
            copyEnd = await AppendAsync(copy, copyEnd, random.Next(1, 30));
        Assert.Equal(before, LakeFolders.Prints(lake.Lake.DataDir));
        before = LakeFolders.Prints(folder);
        for (var commits = random.Next(1, 5); commits > 0; commits--)
            end = await AppendAsync(lake, end, random.Next(1, 30));
        Assert.Equal(before, LakeFolders.Prints(folder));
        Assert.Equal((end, copyEnd), (await ProvenAsync(lake), await ProvenAsync(copy)));
    }

    /// <summary>As <c>cp -r</c> does; null: what it made is refused, with a line that says what to do.</summary>
    static async Task<string?> CopyAsync(ProofLake lake)
    {
        var folder = LakeFolders.New();
        try
        {
            LakeFolders.Copy(lake.Lake.DataDir, folder);
            await LakeRelocation.RunAsync(folder, newId: false, TimeProvider.System, IdSource.Seeded(folder.Length), Cancel);
            return folder;
        }
        catch (IOException)
        {
            // a file went away under cp, which ends with an error
            return null;
        }
        catch (LakeException e)
        {
            Assert.NotEqual(LakeErrorKind.Bug, e.Kind);
            Assert.Matches("not there|backup|copy", e.Message);
            return null;
        }
    }

    static async Task<string> BackUpAsync(ProofLake lake)
    {
        var folder = LakeFolders.New();
        await LakeBackup.RunAsync(lake.Lake, folder, Cancel);
        return folder;
    }

    static async Task<long> AppendAsync(ProofLake lake, long from, int rows)
    {
        await lake.CommitAsync([from + rows], rows: [await lake.RowsAsync(0, Enumerable.Range((int)from, rows).Select(o => (long)o))]);
        return from + rows;
    }

    static async Task<long> ProvenAsync(ProofLake lake)
    {
        var report = await lake.VerifyAsync();
        Assert.Empty(report.Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        return report.Tables[0].Rows;
    }
}
