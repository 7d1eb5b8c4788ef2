using System.Data.Common;
using Dapper;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// Files that a confirmed commit has made unreachable. They wait, so that a reader that planned before may finish: metadata an hour, files
/// with rows a day. Then they are deleted. The queue is a table, filled in the commit's own transaction.
/// </summary>
sealed class FileDeletions(CatalogDatabase database, IObjectStore store, TimeProvider time)
{
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1), GraceOfRows = TimeSpan.FromDays(1);

    static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);
    const int MaxPerSweep = 500;

    long lastSweep;
    volatile Task sweep = Task.CompletedTask;

    public static void Queue(DbConnection connection, IEnumerable<ObsoleteFile> files, DateTimeOffset now) => connection.Execute(
        "INSERT INTO file_deletions (location, due_at) VALUES (@Location, @due) ON CONFLICT DO NOTHING",
        files.Select(file => new { file.Location, due = (now + (file.HoldsRows ? GraceOfRows : Grace)).ToMicros() }));

    /// <summary>All that wait, by the form of location that we write.</summary>
    public static HashSet<string> Waiting(DbConnection connection) =>
        connection.Query<string>("SELECT location FROM file_deletions").Select(FileLocation.Normal).ToHashSet(StringComparer.Ordinal);

    /// <summary>Files of a lake that was moved wait at their new places.</summary>
    public static void Relocate(DbConnection connection, LocationMap map)
    {
        foreach (var location in connection.Query<string>("SELECT location FROM file_deletions").Where(map.Holds).ToList())
            connection.Execute(
                "UPDATE OR REPLACE file_deletions SET location = @to WHERE location = @location", new { location, to = map.Apply(location) });
    }

    /// <summary>
    /// Begins to delete what is due, at most once a minute. No commit waits for it, and it never fails: what cannot be deleted, or struck
    /// off, stays queued for the next time.
    /// </summary>
    public void Begin()
    {
        var now = time.GetUtcNow().ToMicros();
        var last = Interlocked.Read(ref lastSweep);
        if (now - last < SweepInterval.Ticks / TimeSpan.TicksPerMicrosecond
            || Interlocked.CompareExchange(ref lastSweep, now, last) != last)
            return;
        var before = sweep;
        sweep = Task.Run(async () =>
        {
            await before;
            await TrySweepAsync(now);
        });
    }

    /// <summary>Ends when what was begun is done.</summary>
    public Task EndAsync() => sweep;

    async Task TrySweepAsync(long now)
    {
        try
        {
            await SweepAsync(now);
        }
        catch (Exception e) when (e is LakeException or CommitFailure)
        {
            // the rows stay
        }
    }

    async Task SweepAsync(long now)
    {
        var due = database.Read(connection => connection.Query<string>(
            "SELECT location FROM file_deletions WHERE due_at <= @now ORDER BY due_at LIMIT @MaxPerSweep", new { now, MaxPerSweep })).ToList();
        var (deleted, kept) = (new List<string>(), new List<string>());
        foreach (var location in due)
        {
            try
            {
                await store.DeleteAsync(location, CancellationToken.None);
                deleted.Add(location);
            }
            catch (LakeException)
            {
                // it is tried again later, behind the others
                kept.Add(location);
            }
        }
        if (kept.Count > 0)
            await database.WriteAsync(connection => connection.Execute(
                "UPDATE file_deletions SET due_at = @due WHERE location = @location",
                kept.Select(location => new { location, due = now + Grace.Ticks / TimeSpan.TicksPerMicrosecond })), CancellationToken.None);
        if (deleted.Count > 0)
            await database.WriteAsync(
                connection => connection.Execute("DELETE FROM file_deletions WHERE location = @location", deleted.Select(location => new { location })), CancellationToken.None);
    }
}
