using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Host.Wiring;

/// <summary>DuckDB for one run, with a session that the run uses alone. It is opened when it is first asked: a run whose models others
/// build does without the library.</summary>
sealed class RunDuckDb : IAsyncDisposable
{
    readonly Lazy<DuckDbEngine> engine;
    readonly Lazy<DuckDbSession> session;
    readonly bool isOurs;

    RunDuckDb(Func<DuckDbEngine> open, bool isOurs)
    {
        (engine, this.isOurs) = (new(open), isOurs);
        session = new(() => engine.Value.OpenSession());
    }

    /// <param name="composition">Its settings.</param>
    /// <param name="lake">Whose files it reads.</param>
    /// <param name="others">Folders whose files it may read beside the lake's.</param>
    public static RunDuckDb Of(Composition composition, Lake lake, IEnumerable<string> others) =>
        new(() => composition.DuckDb(lake, others), isOurs: true);

    /// <summary>A session of an engine that goes on.</summary>
    public static RunDuckDb On(DuckDbEngine engine) => new(() => engine, isOurs: false);

    public DuckDbEngine Engine => engine.Value;

    public RunEngine Doors(Lake lake, IdSource ids) =>
        RunEngine.OpenedLate(SqlDialect.DuckDb, () => RunEngine.Of(session.Value, lake.Store, ids));

    public async ValueTask DisposeAsync()
    {
        if (session.IsValueCreated)
            await session.Value.DisposeAsync();
        if (isOurs && engine.IsValueCreated)
            await engine.Value.DisposeAsync();
    }
}
