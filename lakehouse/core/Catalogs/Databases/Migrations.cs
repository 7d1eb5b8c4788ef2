using System.Data.Common;
using Dapper;

namespace Dart.Lake.Lakehouse.Catalogs.Databases;

/// <summary>
/// The steps that bring a shared database to what this program needs: numbered, in order, each once, never back. A step that has gone out
/// is not changed again. Others (Spark, Trino, PyIceberg) may have made the first two tables before us.
/// </summary>
static class Migrations
{
    /// <summary>Any number that no other program's lock has: two that migrate at once take turns.</summary>
    const long LockKey = 0x44_61_72_74_4C_61_6B_65;

    public static readonly IReadOnlyList<(string Name, string Sql)> All =
    [
        ("catalog and ledger", SqlDialect.Postgres.Tables + "\nALTER TABLE iceberg_tables ADD COLUMN IF NOT EXISTS iceberg_type VARCHAR(5);"),
    ];

    /// <summary>The highest step that was taken; 0: none.</summary>
    public static int Done(DbConnection connection) =>
        connection.ExecuteScalar<bool>("SELECT to_regclass('lake_migrations') IS NOT NULL")
            ? connection.ExecuteScalar<int>("SELECT coalesce(max(number), 0) FROM lake_migrations")
            : 0;

    /// <exception cref="LakeException">Invalid: the database is behind, or ahead of this program.</exception>
    public static void Check(int done, int known)
    {
        if (done < known)
            throw LakeException.Invalid(done == 0
                ? "the catalog's database has no tables of ours yet; run: dartlake migrate"
                : $"the catalog's database is at migration {done}, this program needs {known}; run: dartlake migrate");
        if (done > known)
            throw LakeException.Invalid($"the catalog's database is at migration {done}, this program knows {known}; upgrade dartlake");
    }

    /// <summary>Takes the steps that are left, in the caller's transaction; gives their numbers.</summary>
    public static IReadOnlyList<int> Run(DbConnection connection, DateTimeOffset now)
    {
        connection.Execute("SELECT pg_advisory_xact_lock(@LockKey)", new { LockKey });
        connection.Execute("CREATE TABLE IF NOT EXISTS lake_migrations (number INT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)");
        var done = Done(connection);
        if (done > All.Count)
            Check(done, All.Count);
        var taken = new List<int>();
        foreach (var (name, sql) in All.Skip(done))
        {
            var number = done + taken.Count + 1;
            connection.Execute(sql);
            connection.Execute("INSERT INTO lake_migrations (number, name, applied_at) VALUES (@number, @name, @at)", new { number, name, at = now.ToMicros() });
            taken.Add(number);
        }
        return taken;
    }
}
