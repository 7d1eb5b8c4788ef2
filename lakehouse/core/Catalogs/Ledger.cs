namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>Runs, stages, intervals, publications, leases and settings, as tables of the catalog's database. Thread-safe.</summary>
public sealed class Ledger
{
    /// <summary>Writes the run, or replaces the row of the same id.</summary>
    public Task SaveRunAsync(Run run, CancellationToken cancel) => throw LakeException.Bug("lands next");

    public Task<Run?> FindRunAsync(string runId, CancellationToken cancel) => throw LakeException.Bug("lands next");

    /// <summary>Newest first; of one kind or day when given.</summary>
    public Task<IReadOnlyList<Run>> ListRunsAsync(string? kind, DateOnly? tradeDate, int limit, CancellationToken cancel) => throw LakeException.Bug("lands next");

    /// <summary>Writes the stage, or replaces the row of the same run and ordinal.</summary>
    public Task SaveStageAsync(Stage stage, CancellationToken cancel) => throw LakeException.Bug("lands next");

    /// <summary>The run's stages in order; all runs' when null.</summary>
    public Task<IReadOnlyList<Stage>> ListStagesAsync(string? runId, CancellationToken cancel) => throw LakeException.Bug("lands next");

    /// <summary>Outside of a commit; in a commit they go with the <see cref="CommitNote"/>.</summary>
    public Task SaveIntervalsAsync(IReadOnlyList<Interval> intervals, CancellationToken cancel) => throw LakeException.Bug("lands next");

    /// <summary>By model and day; of one model when given.</summary>
    public Task<IReadOnlyList<Interval>> ListIntervalsAsync(string? model, CancellationToken cancel) => throw LakeException.Bug("lands next");

    /// <summary>In the order of commit; of one kind or run when given.</summary>
    public Task<IReadOnlyList<Publication>> ListPublicationsAsync(string? kind, string? runId, CancellationToken cancel) => throw LakeException.Bug("lands next");

    /// <summary>
    /// Takes the lease with a new epoch when nobody holds it, when the holder is the same, or when the holder has not renewed
    /// it for 10 s. Null: somebody else holds it.
    /// </summary>
    public Task<Lease?> AcquireEpochAsync(string name, string holder, CancellationToken cancel) => throw LakeException.Bug("lands next");

    /// <summary>True when the lease still has this holder and epoch; it then counts as alive from now.</summary>
    public Task<bool> RenewAsync(Lease lease, CancellationToken cancel) => throw LakeException.Bug("lands next");

    /// <summary>Gives the lease up at once, if it is still held.</summary>
    public Task ReleaseAsync(Lease lease, CancellationToken cancel) => throw LakeException.Bug("lands next");

    public Task<Lease?> FindLeaseAsync(string name, CancellationToken cancel) => throw LakeException.Bug("lands next");

    public Task<string?> FindMetaAsync(string key, CancellationToken cancel) => throw LakeException.Bug("lands next");

    public Task SaveMetaAsync(string key, string value, CancellationToken cancel) => throw LakeException.Bug("lands next");
}
