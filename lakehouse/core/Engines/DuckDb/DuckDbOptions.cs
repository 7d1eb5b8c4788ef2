using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>Settings of the process's DuckDB.</summary>
public sealed record DuckDbOptions
{
    /// <summary>Threads of all queries together.</summary>
    public required int Threads { get; init; }

    /// <summary>Memory of all queries together; more goes to <see cref="TempFolder"/>.</summary>
    public required long MemoryLimitBytes { get; init; }

    /// <summary>Where what does not fit in memory goes; null: such a query fails.</summary>
    public string? TempFolder { get; init; }

    /// <summary>How much may lie there; null: as much as the disk has room for. A query that needs more fails.</summary>
    public long? TempLimitBytes { get; init; }

    /// <summary>
    /// The only folders whose files any SQL can read or write (the warehouse,
    /// exports); null: all, for SQL that nobody from outside writes.
    /// </summary>
    public IReadOnlyList<string>? AllowedFolders { get; init; }

    /// <summary>Gives files that do not lie on this machine; null: all do.</summary>
    public IObjectStore? Objects { get; init; }
}
