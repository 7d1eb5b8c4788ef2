using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Lakehouse.Analysis;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Execution;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;
using Dart.Lake.Sql.Tests.Execution;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Sql.Tests.Models;

/// <summary>A lake in a folder of its own on which the project's own marts are built; bronze is written from SQL.</summary>
internal sealed class MartsLake : IAsyncDisposable
{
    public const string Log = "log-1";
    readonly IdSource ids = IdSource.Seeded(11);
    readonly Dictionary<(string Topic, int Partition), long> positions = [];
    readonly DuckDbEngine duck;
    readonly DuckDbSession session;
    readonly Lake lake;
    readonly TimeProvider time;

    MartsLake(Lake lake, DuckDbEngine duck, TimeProvider time) =>
        (this.lake, this.duck, this.time, session) = (lake, duck, time, duck.OpenSession());

    public static async Task<MartsLake> OpenAsync(int threads = 2)
    {
        var clock = new FakeTimeProvider(new(2026, 9, 25, 0, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
        var folder = Directory.CreateTempSubdirectory("dartlake-marts-").FullName;
        return new(
            await Lake.OpenAsync(folder, clock, IdSource.Seeded(5), CancellationToken.None),
            DuckDbEngine.Open(new() { Threads = threads, MemoryLimitBytes = 1L << 30 }),
            clock);
    }

    public Lake Lake => lake;
    public DuckDbEngine Duck => duck;

    public static string ProjectFolder
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Dart.Lake.sln")))
                folder = folder.Parent;
            return Path.Combine(folder!.FullName, "dbt-like-sql", "project");
        }
    }

    /// <summary>Runs a statement on the connection that bronze is written from.</summary>
    public Task PrepareAsync(string sql) => session.ExecuteAsync(sql, CancellationToken.None);

    /// <summary>
    /// Appends the rows of a query to a bronze table in one commit. Columns that it lacks are null; coordinates are given by the order of
    /// <paramref name="order"/>, to as many partitions as asked, by the hash of <paramref name="key"/>.
    /// </summary>
    public async Task AppendAsync(string name, string topic, string sql, string order, string key, int partitions, int commits = 1)
    {
        var (contract, ident) = (TableContracts.Get(name), TableIdent.Parse(name));
        var given = (await session.RowsAsync($"describe {sql}", CancellationToken.None))
            .Select(r => (string)r[0]!)
            .ToHashSet(StringComparer.Ordinal);
        await session.ExecuteAsync($"create or replace temp table keyed as select *, cast(hash({key}) % {partitions} as integer) as _p, row_number() over (order by {order}) as _n from ({sql}) q", CancellationToken.None);
        await session.ExecuteAsync("create or replace temp table placed as select *, row_number() over (partition by _p order by _n) - 1 as _o from keyed", CancellationToken.None);
        var counts = await session.RowsAsync("select _p, count(*) from placed group by 1", CancellationToken.None);
        var starts = string.Join(", ", Enumerable.Range(0, partitions).Select(p => $"({p}, {positions.GetValueOrDefault((topic, p))}::bigint)"));
        var columns = string.Join(", ", contract.Columns.Select(c => c.Name switch
        {
            "_log_id" => $"'{Log}'",
            "_topic" => $"'{topic}'",
            "_kafka_partition" => "r._p",
            "_offset" => "cast(s.first + r._o as bigint)",
            "_schema_id" => "1",
            "_ingested_at" => "make_timestamptz(0)",
            var column => given.Contains(column) ? $"r.{column}" : "null",
        } + $"::{SqlType(c.Type)} as {c.Name}"));
        var table = await lake.Catalog.TryLoadAsync(ident, CancellationToken.None)
            ?? await lake.Catalog.CreateAsync(ident, contract.ToDefinition(), CancellationToken.None);
        for (var commit = 0; commit < commits; commit++)
        {
            var rows = $"select {columns} from placed r join (values {starts}) s(p, first) on s.p = r._p where r._n % {commits} = {commit}";
            var files = await new ExportQuery(
                session, lake.Store, ids).WriteAsync(rows, contract, table.Metadata.Location, CancellationToken.None);
            await lake.Catalog.CommitAsync([new(ident, _ => new() { Add = files })], null, CancellationToken.None);
        }
        foreach (var row in counts)
            positions[(
                topic, Convert.ToInt32(row[0]))] = positions.GetValueOrDefault((topic, Convert.ToInt32(row[0]))) + Convert.ToInt64(row[1]);
    }

    static string SqlType(ColumnType type) => type.Kind switch
    {
        ColumnKind.String => "varchar",
        ColumnKind.Int => "integer",
        ColumnKind.Long => "bigint",
        ColumnKind.Timestamptz => "timestamptz",
        ColumnKind.Binary => "blob",
        ColumnKind.Decimal => $"decimal({type.Precision}, {type.Scale})",
        _ => type.Kind.ToString(),
    };

    /// <summary>The project's own models.</summary>
    public static Project Project => ProjectLoader.Load(ProjectFolder, new Dictionary<string, object?>(), _ => null);

    static EndOfDaySettings Settings => new() { FirmCurrency = "USD", CalendarVersion = 1, NeedsHotClose = false, GateTimeout = TimeSpan.Zero };

    /// <summary>The end of the day with bronze as it is now, without a hot job.</summary>
    /// <param name="day">The day.</param>
    /// <param name="analyzing">Reads what was published for its statistics; null: it has none.</param>
    /// <param name="limit">How long it may read a table; null: as long as it takes.</param>
    /// <param name="progress">Told of each stage.</param>
    /// <param name="cancel">Ends the run.</param>
    public async Task<EndOfDayResult> EndOfDayAsync(
        DateOnly day, DuckDbEngine? analyzing = null, TimeSpan? limit = null, IProgress<RunEvent>? progress = null,
        CancellationToken cancel = default)
    {
        await using var run = duck.OpenSession();
        PositionsOf at = table => [.. positions.Where(p => p.Key.Topic == $"{table.Ident.Name}_raw")
            .Select(p => new LogPosition(new(Log, p.Key.Topic, p.Key.Partition), p.Value))];
        return await new EndOfDay(lake, RunTargets.Of(RunEngine.Of(run, lake.Store, ids)), Project, Sessions, at,
            Settings with { AnalysisLimit = limit }, ids, time,
            analyzing is null ? null : () => new TableAnalysis(lake, analyzing, ids)).RunAsync(day, progress, cancel);
    }

    /// <summary>Some models of a published day again.</summary>
    public async Task<RunResult> RunAsync(
        DateOnly day, IReadOnlyList<string> select, IReadOnlyList<string> exclude, IProgress<RunEvent>? progress = null)
    {
        await using var run = duck.OpenSession();
        var commands = new ModelCommands(lake, RunTargets.Of(RunEngine.Of(run, lake.Store, ids)), Project, Sessions, Settings, ids, time);
        return await commands.RunAsync(day, select, exclude, progress, CancellationToken.None);
    }

    public Task<IReadOnlyDictionary<string, long?>> SnapshotsAsync() => RunTables.SnapshotsAsync(lake);

    static IReadOnlyList<SessionRow> Sessions(DateOnly from, DateOnly to) =>
        [.. VenueCalendar.Venues.SelectMany(v => VenueCalendar.Of(v).SessionsBetween(from, to)).Select(s => new SessionRow(
            s.TradeDate, s.Venue, s.StartsAtMicros, s.EndsAtMicros, s.OpensAtMicros, s.ClosesAtMicros, s.CalendarVersion))];

    public async Task<IReadOnlyList<IReadOnlyList<object?>>> RowsAsync(string sql)
    {
        await using var reader = await LakeSession.OpenAsync(duck, lake.Catalog, lake.Scan, new(), CancellationToken.None);
        await using var result = await reader.QueryAsync(sql, CancellationToken.None);
        return [.. await result.ReadRowsAsync(1_000_000, CancellationToken.None)];
    }

    /// <summary>A digest per table of what the canonical export holds.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DigestsAsync()
    {
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var contract in TableContracts.All.Where(c => c.Table is not null
            && (c.Name.StartsWith("gold.", StringComparison.Ordinal) || c.Name.StartsWith("silver.", StringComparison.Ordinal))))
        {
            var columns = contract.Columns.Where(c => !contract.Canonical.Exclude.Contains(c.Name)).Select(c => c.Name);
            var rows = await RowsAsync($"select count(*), md5(string_agg(line, '|' order by line)) from (select cast(row({string.Join(", ", columns)}) as varchar) as line from {contract.Name}) lines");
            digests.Add(contract.Name, $"{rows[0][0]} {rows[0][1]}");
        }
        return digests;
    }

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync();
        await lake.DisposeAsync();
        await duck.DisposeAsync();
        Directory.Delete(lake.DataDir, recursive: true);
    }
}
