using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

public sealed class FileCommitTests
{
    const long Mine = 77;
    static readonly TableIdent trades = new("bronze", "trades");

    [Fact]
    public async Task What_is_cancelled_or_fails_while_it_is_written_leaves_no_file()
    {
        await using var world = await World.OpenAsync();
        var failures = new Exception[]
        {
            new OperationCanceledException(), LakeException.Unavailable("the disk is full"), LakeException.Corrupt("no"), new IOException(),
        };
        foreach (var failure in failures)
        {
            var door = new FileCommit(world.Lake.Catalog, world.Lake.Lake.Store);
            var thrown = await Record.ExceptionAsync(() => door.RunAsync(async written =>
            {
                await world.WriteAsync(written);
                throw failure;
            }, CancellationToken.None));
            Assert.Same(failure, thrown);
            Assert.Empty(world.Files);
        }
    }

    [Fact]
    public async Task A_commit_that_was_refused_leaves_no_file_and_says_why()
    {
        await using var world = await World.OpenAsync();
        foreach (var failure in new[] { LakeException.Conflict("somebody else"), LakeException.Retry("locked") })
        {
            Assert.Same(failure, await world.RunAsync(new Catalog(world.Lake.Catalog) { Before = _ => throw failure }));
            Assert.Empty(world.Files);
            Assert.Same(failure, await world.RunAsync(world.Lake.Catalog, _ => throw failure));
            Assert.Empty(world.Files);
        }
    }

    [Fact]
    public async Task A_commit_that_failed_for_certain_leaves_no_file_and_throws()
    {
        await using var world = await World.OpenAsync();
        foreach (var failure in new Exception[] { LakeException.Unavailable("it was not taken"), new OperationCanceledException(), LakeException.Corrupt("rolled back") })
        {
            var catalog = new Catalog(world.Lake.Catalog) { Before = table => { _ = table.Metadata; throw failure; } };
            Assert.Same(failure, await Record.ExceptionAsync(() => world.RunAsync(catalog)));
            Assert.Empty(world.Files);
        }
        world.Lake.Committing.OnCommitPoint = point => throw new IOException($"torn at {point}");
        await Assert.ThrowsAsync<IOException>(() => world.RunAsync(world.Lake.Catalog));
        Assert.Empty(world.Files);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_has_happened()
    {
        await using var world = await World.OpenAsync();
        foreach (var failure in new Exception[] { LakeException.Conflict("the own commit was met"), LakeException.Unavailable("no answer"), new OperationCanceledException() })
        {
            var before = world.Files.Count;
            Assert.Null(await world.RunAsync(new Catalog(world.Lake.Catalog) { After = () => throw failure }));
            Assert.Equal(before + 1, world.Files.Count);
        }
    }

    [Fact]
    public async Task Files_of_a_commit_of_which_it_is_not_known_stay()
    {
        await using var world = await World.OpenAsync();
        var silent = new Catalog(world.Lake.Catalog) { After = () => throw LakeException.Unavailable("no answer"), IsSilent = true };
        Assert.Equal("no answer", (await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(silent))).Message);
        Assert.Single(world.Files);
        Assert.Single((await world.Lake.PlanAsync(await world.Lake.LoadAsync(trades))).Files);
    }

    /// <summary>A server can be about to take it: the tables as they are now prove nothing.</summary>
    [Fact]
    public async Task Files_of_a_commit_that_may_still_happen_stay()
    {
        await using var world = await World.OpenAsync();
        var late = new Catalog(world.Lake.Catalog) { Before = _ => throw LakeException.Unknown("nobody answers") };
        Assert.True((await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(late))).OutcomeIsUnknown);
        Assert.Single(world.Files);
    }

    [Fact]
    public async Task A_snapshot_that_is_not_there_proves_nothing_when_it_may_have_expired()
    {
        await using var world = await World.OpenAsync();
        await world.Lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "before")] });
        // frozen for long after its commit: others have committed, and what was newest then has expired
        var frozen = new Catalog(world.Lake.Catalog)
        {
            After = () => throw LakeException.Unavailable("no answer"),
            Meanwhile = async () =>
            {
                await world.Lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "later")] });
                await world.Lake.CommitAsync(trades, _ => new TableIntent { Expire = new HashSet<long> { Mine } });
            },
        };
        await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(frozen));
        Assert.Null((await world.Lake.LoadAsync(trades)).Metadata.FindSnapshot(Mine));
        Assert.Single(world.Files);
        Assert.Equal(3, (await world.Lake.PlanAsync(await world.Lake.LoadAsync(trades))).Files.Count);
    }

    [Fact]
    public async Task A_commit_that_lost_to_others_on_an_empty_table_leaves_no_file()
    {
        await using var world = await World.OpenAsync();
        var catalog = new Catalog(world.Lake.Catalog)
        {
            Before = table => { _ = table; throw LakeException.Conflict("another was first"); },
            Meanwhile = () => world.Lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "first")] }),
        };
        Assert.NotNull(await world.RunAsync(catalog));
        Assert.Empty(world.Files);
    }

    [Fact]
    public async Task Each_attempt_plans_on_the_table_as_it_is_then()
    {
        await using var world = await World.OpenAsync();
        var (seen, others) = (new List<long?>(), 0);
        var catalog = new Catalog(world.Lake.Catalog)
        {
            Before = table => _ = table,
            Meanwhile = () => world.Lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, $"other{others++}")] }),
        };
        Assert.Null(await world.RunAsync(catalog, table =>
        {
            seen.Add(table.Metadata.CurrentSnapshotId);
            return new() { AlwaysSnapshot = true, SnapshotId = Mine };
        }));
        Assert.Equal(2, seen.Count);
        Assert.Null(seen[0]);
        Assert.NotNull(seen[1]);
    }

    sealed class World(TempLake lake) : IAsyncDisposable
    {
        public TempLake Lake => lake;

        public IReadOnlyList<string> Files =>
            Directory.Exists(Folder) ? [.. Directory.GetFiles(Folder, "*.parquet", SearchOption.AllDirectories)] : [];

        string Folder => Path.Combine(lake.Lake.Warehouse, "bronze", "trades", "data");

        public static async Task<World> OpenAsync()
        {
            var lake = await TempLake.OpenAsync();
            await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
            return new(lake);
        }

        public async Task<DataFile> WriteAsync(List<DataFile> written)
        {
            var name = $"mine{Files.Count}";
            var file = TempLake.File(1, name) with { Path = $"file://{Folder}/{name}.parquet" };
            await lake.Lake.Store.WriteNewAsync(file.Path, new byte[8], CancellationToken.None);
            written.Add(file);
            return file;
        }

        public Task<LakeException?> RunAsync(ICatalog catalog, Func<Table, TableIntent>? plan = null)
        {
            var snapshot = Mine + Files.Count;
            return new FileCommit(catalog, lake.Lake.Store).RunAsync(async written =>
            {
                var file = await WriteAsync(written);
                return new([new(trades, plan ?? (_ => new() { Add = [file], SnapshotId = snapshot }))], snapshot);
            }, CancellationToken.None);
        }

        public ValueTask DisposeAsync() => lake.DisposeAsync();
    }

    /// <summary>A catalog whose commits fail before or after they happen.</summary>
    sealed class Catalog(ICatalog inner) : ICatalog
    {
        /// <summary>Called with the table when its change is planned; what it throws ends the commit.</summary>
        public Action<Table>? Before { get; init; }

        public Action? After { get; init; }

        /// <summary>What others do before the failure is known.</summary>
        public Func<Task>? Meanwhile { get; init; }

        /// <summary>It answers no question after its first commit.</summary>
        public bool IsSilent { get; init; }

        bool committed;

        public Task<int> ForgetAsync(IReadOnlyCollection<TableIdent> idents, CancellationToken cancel) => inner.ForgetAsync(idents, cancel);

        public async Task<IReadOnlyList<Table>> CommitAsync(IReadOnlyList<TableChange> changes, CommitNote? note, CancellationToken cancel)
        {
            if (Before is not null)
            {
                var table = (await inner.TryLoadAsync(changes[0].Ident, cancel))!;
                changes[0].Plan(table);
                await (Meanwhile?.Invoke() ?? Task.CompletedTask);
                Before(table);
            }
            var done = await inner.CommitAsync(changes, note, cancel);
            committed = true;
            await (Meanwhile?.Invoke() ?? Task.CompletedTask);
            After?.Invoke();
            return done;
        }

        public Task<Table?> TryLoadAsync(TableIdent ident, CancellationToken cancel) =>
            IsSilent && committed ? throw LakeException.Unavailable("no answer") : inner.TryLoadAsync(ident, cancel);

        public Task<IReadOnlyList<TableIdent>> ListAsync(CancellationToken cancel) => inner.ListAsync(cancel);

        public Task<IReadOnlyDictionary<TableIdent, Table>> LoadAllAsync(
            IReadOnlyCollection<TableIdent> idents, CancellationToken cancel) => inner.LoadAllAsync(idents, cancel);

        public Task<CatalogSurvey> SurveyAsync(CancellationToken cancel) => inner.SurveyAsync(cancel);

        public Task<Table> CreateAsync(TableIdent ident, TableDefinition definition, CancellationToken cancel) =>
            inner.CreateAsync(ident, definition, cancel);
    }
}
