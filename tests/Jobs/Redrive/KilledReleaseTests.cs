using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Redrive;

public sealed class KilledReleaseTests
{
    static readonly Signature signature = new("ann", "the registry is right now");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_release_that_dies_before_any_of_its_files_or_beside_its_commit_leaves_the_record_in_one_place()
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        await world.MendAsync("UNKNOWN_SCHEMA", Cancel);
        var moments = new List<string>();
        var moved = false;
        for (var step = 1; !moved; step++)
        {
            await using var dying = await Dying.OpenAsync(world.Lake.DataDir, step);
            var release = Task.Run(
                () => world.Office(dying.Lake).ReleaseAsync(new() { Reason = "UNKNOWN_SCHEMA" }, NewFields.Evolve, signature, Cancel), Cancel);
            await Task.WhenAny(release, dying.Died);
            Assert.False(release.IsCompleted, $"nothing was left to die at after {string.Join(", ", moments)}");
            moments.Add(await dying.Died);

            Assert.Empty((await world.VerifyAsync(Cancel)).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
            var letters = await world.Office().ListAsync(new() { Reason = "UNKNOWN_SCHEMA" }, 10, Cancel);
            var rows = await world.RowsAsync("bronze.market_data", "SELECT sequence FROM it WHERE sequence = 10", Cancel);
            Assert.Equal(1, letters.Count + rows.Count);
            moved = rows.Count == 1;
            await dying.LetGoAsync(release);
        }
        Assert.Equal([CommitPoint.FilesWritten.ToString(), CommitPoint.Committed.ToString()], moments.TakeLast(2));
        Assert.True(moments.Count > 10, string.Join(", ", moments));
        Assert.Equal(0, (await world.Office().ReleaseAsync(new() { Reason = "UNKNOWN_SCHEMA" }, NewFields.Evolve, signature, Cancel)).Count);
        Assert.Equal([1L, "RELEASE", "UNKNOWN_SCHEMA"], Assert.Single(await world.RowsAsync(LakeNames.Acts, "SELECT act, verb, reason FROM it", Cancel)));
        Assert.Empty((await world.VerifyAsync(Cancel)).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
    }

    /// <summary>Eyes on a lake that stop for ever at their n-th change of a file or point of a commit, as who is killed does.</summary>
    sealed class Dying : IAsyncDisposable
    {
        readonly TaskCompletionSource<string> died = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly ManualResetEventSlim gone = new();
        int left;
        volatile bool over;

        Dying(Dart.Lake.Lake lake, int step)
        {
            (Lake, left) = (lake, step);
            ((LocalObjectStore)lake.Store).OnChange = path => Reach(Path.GetExtension(path));
            ((SqlCatalog)lake.Catalog).OnCommitPoint = point =>
            {
                Reach(point.ToString());
                return Task.CompletedTask;
            };
        }

        public Dart.Lake.Lake Lake { get; }

        /// <summary>Where it stopped.</summary>
        public Task<string> Died => died.Task;

        public static async Task<Dying> OpenAsync(string folder, int step) =>
            new(await Dart.Lake.Lake.OpenAsync(folder, TimeProvider.System, IdSource.System, Cancel), step);

        void Reach(string moment)
        {
            if (over)
                throw new InvalidOperationException("it is dead");
            if (Interlocked.Decrement(ref left) > 0)
                return;
            died.TrySetResult(moment);
            gone.Wait(CancellationToken.None);
            throw new InvalidOperationException("it is dead");
        }

        /// <summary>What is dead changes nothing any more, and its threads end.</summary>
        public async Task LetGoAsync(Task release)
        {
            over = true;
            gone.Set();
            await Task.WhenAny(release);
            _ = release.Exception;
        }

        public async ValueTask DisposeAsync()
        {
            over = true;
            gone.Set();
            await Lake.DisposeAsync();
            gone.Dispose();
        }
    }
}
