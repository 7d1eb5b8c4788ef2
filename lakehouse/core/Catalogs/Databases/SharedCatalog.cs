namespace Dart.Lake.Lakehouse.Catalogs.Databases;

/// <summary>The database that many processes share as their catalog.</summary>
public static class SharedCatalog
{
    /// <summary>Brings it to what this program needs, whatever of it is there; gives the numbers of the steps that were taken.</summary>
    /// <param name="connectionString">Npgsql's.</param>
    /// <param name="time">Tells when.</param>
    /// <param name="cancel">Ends it before it has begun.</param>
    /// <exception cref="LakeException">Invalid: no connection string, or a newer program has been there;
    /// Unavailable: it does not answer.</exception>
    public static Task<IReadOnlyList<int>> MigrateAsync(string connectionString, TimeProvider time, CancellationToken cancel) =>
        PostgresDatabase.MigrateAsync(connectionString, time.GetUtcNow(), cancel);
}
