using System.Globalization;
using DuckDB.NET.Data;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>
/// The process's one in-memory DuckDB; threads and memory are shared by all
/// sessions. Extensions are neither installed nor loaded; the time zone is UTC.
/// </summary>
public sealed class DuckDbEngine : IAsyncDisposable
{
    readonly DuckDBConnection root;
    readonly Lock gate = new();
    readonly FileShapes shapes = new();
    int sessions;

    DuckDbEngine(DuckDBConnection root, DuckDbOptions options) => (this.root, Options) = (root, options);

    public DuckDbOptions Options { get; }

    /// <summary>Names of the SQL functions that it has beside DuckDB's own.</summary>
    public static IReadOnlyList<string> OwnFunctions => VectorFunctions.Names;

    /// <summary>Starts it (some 30 ms).</summary>
    /// <exception cref="LakeException">Invalid: a setting.</exception>
    public static DuckDbEngine Open(DuckDbOptions options)
    {
        var connection = new DuckDBConnection("DataSource=:memory:");
        try
        {
            connection.Open();
            foreach (var setting in Settings(options))
                Execute(connection, setting);
            VectorFunctions.Register(connection);
        }
        catch (DuckDBException e)
        {
            connection.Dispose();
            throw LakeException.Invalid($"DuckDB cannot start: {DuckDbErrors.Translate(e).Message}", e);
        }
        return new(connection, options);
    }

    static IEnumerable<string> Settings(DuckDbOptions options)
    {
        yield return "SET GLOBAL TimeZone = 'UTC'";
        yield return "SET GLOBAL autoinstall_known_extensions = false";
        yield return "SET GLOBAL autoload_known_extensions = false";
        yield return string.Create(CultureInfo.InvariantCulture, $"SET GLOBAL threads = {options.Threads}");
        yield return string.Create(CultureInfo.InvariantCulture, $"SET GLOBAL memory_limit = '{options.MemoryLimitBytes}B'");
        yield return $"SET GLOBAL temp_directory = {SqlText.Literal(options.TempFolder ?? "")}";
        if (options.TempLimitBytes is { } most)
            yield return string.Create(CultureInfo.InvariantCulture, $"SET GLOBAL max_temp_directory_size = '{most}B'");
        if (options.AllowedFolders is not { } folders)
            yield break;
        var allowed = folders
            .Concat(options.TempFolder is { } temp ? [temp] : [])
            .Select(f => SqlText.Literal(Path.GetFullPath(f).TrimEnd('/') + "/"));
        yield return $"SET GLOBAL allowed_directories = [{string.Join(", ", allowed)}]";
        yield return "SET GLOBAL enable_external_access = false";
    }

    /// <summary>A connection with a catalog of its own, so that sessions do not see each other's views and tables.</summary>
    public DuckDbSession OpenSession()
    {
        lock (gate)
        {
            var catalog = string.Create(CultureInfo.InvariantCulture, $"session_{++sessions}");
            Execute(root, $"ATTACH ':memory:' AS {catalog}");
            var connection = root.Duplicate();
            connection.Open();
            Execute(connection, "SET enable_progress_bar = true");
            Execute(connection, "SET enable_progress_bar_print = false");
            Execute(connection, $"USE {catalog}");
            return new(connection, catalog, shapes, new SessionFiles(Options.Objects), () => Close(catalog));
        }
    }

    void Close(string catalog)
    {
        lock (gate)
            if (root.State == System.Data.ConnectionState.Open)
                Execute(root, $"DETACH {catalog}");
    }

    internal static int Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    public ValueTask DisposeAsync()
    {
        lock (gate)
            root.Dispose();
        return ValueTask.CompletedTask;
    }
}
