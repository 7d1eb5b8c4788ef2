using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;
using Dart.Lake.Schemas.Naming;
using RecordBatch = Apache.Arrow.RecordBatch;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>
/// DuckDB over the lake: every table of the catalog as <c>namespace.table</c>, all as one read of the catalog saw them,
/// or as they were at a tag, snapshot or time. Files are planned when a query first names the table. Not thread-safe.
/// </summary>
public sealed class LakeSession : IQueryEngine
{
    readonly DuckDbSession session;
    readonly TableScan scan;
    readonly Func<Table, CancellationToken, Task<(ScanOptions Options, string? Says)>> state;
    readonly IReadOnlyDictionary<TableIdent, Table> tables;
    readonly Dictionary<TableIdent, LakeException> leftOut;
    readonly IReadOnlyCollection<TableIdent> viewsOfOthers;
    readonly List<string> says = [];
    readonly Dictionary<TableIdent, IReadOnlyList<DataFile>> views = [];
    readonly Dictionary<TableIdent, Func<ScanPlan, IReadOnlyList<DataFile>>> overlays = [];
    readonly HashSet<TableIdent> loaded = [];

    LakeSession(
        DuckDbSession session,
        TableScan scan,
        CatalogSurvey survey,
        Func<Table, CancellationToken, Task<(ScanOptions Options, string? Says)>> state)
    {
        (this.session, this.scan, this.state) = (session, scan, state);
        tables = survey.Tables;
        leftOut = new(survey.LeftOut);
        viewsOfOthers = survey.Views;
    }

    public EngineCapabilities Capabilities { get; } = new("duckdb", ReportsProgress: true, ReadsOneState: true, WritesTables: false);

    /// <summary>The tables as this session sees them.</summary>
    public IReadOnlyDictionary<TableIdent, Table> Tables => tables;

    /// <summary>Tables that queries go on without, and why; a query that names one fails with the reason.</summary>
    public IReadOnlyDictionary<TableIdent, LakeException> LeftOut => leftOut;

    /// <summary>A table that our own work counts on: only one that the catalog does not have may be taken as one without rows.</summary>
    /// <returns>The table; null: the catalog has none of that name.</returns>
    /// <exception cref="LakeException">Unavailable, Corrupt: it is in the catalog, and cannot be read.</exception>
    public Table? TryGet(TableIdent ident) => tables.TryGetValue(ident, out var table) ? table
        : leftOut.TryGetValue(ident, out var why) ? throw why
        : null;

    public double? Progress => session.Progress;

    /// <summary>What queries so far have read in another state than the one that was asked for, one line a table.</summary>
    public IReadOnlyList<string> Says => says;

    public IReadOnlyList<string> Remarks =>
        [.. leftOut.Values.Select(left => left.Message).Order(StringComparer.Ordinal).Select(why => $"left out: {why}"), .. says];

    /// <summary>Opens a session on the state of the catalog at this moment.</summary>
    /// <param name="engine">The process's DuckDB.</param>
    /// <param name="catalog">Read once, for all tables.</param>
    /// <param name="scan">Plans files.</param>
    /// <param name="state">Which snapshot, tag or time of the tables; its filter is not used.</param>
    /// <param name="cancel">Ends the opening.</param>
    public static async Task<LakeSession> OpenAsync(
        DuckDbEngine engine, ICatalog catalog, TableScan scan, ScanOptions state, CancellationToken cancel)
    {
        var same = Task.FromResult<(ScanOptions, string?)>((state with { Filter = null }, null));
        return await OpenAsync(engine, scan, await catalog.SurveyAsync(cancel), (_, _) => same, cancel);
    }

    /// <summary>Opens a session on the state that a word of <c>--as-of</c> names; null: the current one.</summary>
    /// <exception cref="LakeException">Invalid: a word that could be several things.</exception>
    public static async Task<LakeSession> OpenNamedAsync(
        DuckDbEngine engine, ICatalog catalog, TableScan scan, string? asOf, CancellationToken cancel)
    {
        var survey = await catalog.SurveyAsync(cancel);
        return await OpenAsync(engine, scan, survey, NamedState.Find(asOf, [.. survey.Tables.Values], scan).OfAsync, cancel);
    }

    static async Task<LakeSession> OpenAsync(
        DuckDbEngine engine,
        TableScan scan,
        CatalogSurvey survey,
        Func<Table, CancellationToken, Task<(ScanOptions Options, string? Says)>> state,
        CancellationToken cancel)
    {
        var result = new LakeSession(engine.OpenSession(), scan, survey, state);
        try
        {
            foreach (var ns in survey.Tables.Keys.Select(t => t.Namespace).Distinct(StringComparer.Ordinal))
                await result.session.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {SqlText.Name(ns)}", cancel);
        }
        catch
        {
            await result.DisposeAsync();
            throw;
        }
        return result;
    }

    /// <summary>
    /// Shows other files of a table than those planned, for example a run's
    /// staged day in place of the published one. Holds for queries from now on.
    /// </summary>
    public void Overlay(TableIdent table, Func<ScanPlan, IReadOnlyList<DataFile>> files)
    {
        overlays[table] = files;
        views.Remove(table);
    }

    /// <summary>Shows batches as a table; one of the catalog of that name is hidden.</summary>
    public async Task LoadAsync(TableIdent table, Apache.Arrow.Schema schema, IEnumerable<RecordBatch> batches, CancellationToken cancel)
    {
        if (views.Remove(table))
            await session.ExecuteAsync($"DROP VIEW {SqlText.Name(table)}", cancel);
        await session.LoadAsync(table, schema, batches, cancel);
        loaded.Add(table);
    }

    /// <summary>Runs a query of ours; <see cref="QueryReadOnlyAsync"/> is for what people write.</summary>
    public async Task<QueryResult> QueryAsync(string sql, CancellationToken cancel)
    {
        var tree = await SqlTree.ParseAsync(session, sql, cancel);
        await AttachAsync(tree, cancel);
        return await session.QueryAsync(tree?.Sql ?? sql, [], cancel);
    }

    /// <summary>
    /// Runs one SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE or SHOW
    /// over the lake's tables, that reads nothing else and changes nothing.
    /// </summary>
    /// <exception cref="LakeException">Invalid: anything else.</exception>
    public async Task<QueryResult> QueryReadOnlyAsync(string sql, CancellationToken cancel)
    {
        var tree = await SqlTree.ParseAsync(session, sql, cancel)
            ?? throw LakeException.Invalid("only one SELECT, WITH, DESCRIBE or SHOW is allowed here; it changes nothing");
        tree.RefuseReach();
        await AttachAsync(tree, cancel);
        return await session.QueryAsync(tree.Sql, [], cancel);
    }

    /// <summary>
    /// Runs a query of ours and writes its rows as data files of the contract's
    /// table; nothing shows them until a commit does. See <see cref="ExportQuery"/>.
    /// </summary>
    /// <exception cref="LakeException">Invalid: columns or types that are not the contract's (an
    /// inferred HUGEINT or DOUBLE for a decimal), or a null in a required column.</exception>
    public async Task<IReadOnlyList<DataFile>> ExportAsync(
        string sql, TableContract contract, string tableLocation, IObjectStore store, IdSource ids, CancellationToken cancel)
    {
        var tree = await SqlTree.ParseAsync(session, sql, cancel);
        await AttachAsync(tree, cancel);
        return await new ExportQuery(session, store, ids).WriteAsync(tree?.Sql ?? sql, contract, tableLocation, cancel);
    }

    /// <summary>Makes views of the tables that the SQL names; of all tables when that is not known.</summary>
    internal async Task AttachAsync(SqlTree? tree, CancellationToken cancel)
    {
        if (tree is null)
            foreach (var table in tables.Values.Where(t => !loaded.Contains(t.Ident)))
                await AttachIfReadableAsync(table, cancel);
        var named = (tree?.Tables ?? new HashSet<(string, string)>()).Select(t => Find(t.Namespace, t.Name)).Distinct().ToList();
        if (named.GroupBy(t => t.ToString(), StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twins)
            throw LakeException.Invalid($"{string.Join(" and ", twins)} differ in case only; one query cannot name both");
        foreach (var ident in named.Where(t => !loaded.Contains(t)))
            await AttachAsync(tables[ident], cancel);
        if (tree is { ListsTables: true })
            foreach (var table in tables.Values.Where(t => !loaded.Contains(t.Ident) && !views.ContainsKey(t.Ident)))
                await ListAsync(table, cancel);
    }

    /// <summary>The table that a query means; names are found in any case when only one matches.</summary>
    TableIdent Find(string ns, string name) =>
        new TableIdent(ns, name).FindIn(tables.Keys.Concat(loaded).Concat(leftOut.Keys)) is not { } found ? throw Unknown(ns, name)
        : leftOut.TryGetValue(found, out var why) && !tables.ContainsKey(found) && !loaded.Contains(found) ? throw why
        : found;

    /// <summary>Shows a table's columns without a look into its files; one that has not the session's tag or time is not listed.</summary>
    async Task ListAsync(Table table, CancellationToken cancel)
    {
        try
        {
            var (options, _) = await state(table, cancel);
            await ViewAsync(table.Ident, TableReader.Empty(TimeTravel.Choose(table, options).Schema), cancel);
        }
        catch (LakeException e)
        {
            leftOut[table.Ident] = e;
        }
    }

    async Task AttachIfReadableAsync(Table table, CancellationToken cancel)
    {
        try
        {
            await AttachAsync(table, cancel);
        }
        catch (LakeException e)
        {
            leftOut[table.Ident] = e;
        }
    }

    async Task AttachAsync(Table table, CancellationToken cancel)
    {
        if (views.ContainsKey(table.Ident))
            return;
        var (options, word) = await state(table, cancel);
        var plan = await scan.PlanAsync(table, options, cancel);
        var files = overlays.TryGetValue(table.Ident, out var overlay) ? overlay(plan) : plan.Files;
        await ViewAsync(table.Ident, await TableReader.SqlForAsync(session, table, plan.Schema, files, cancel), cancel);
        views[table.Ident] = files;
        if (word is not null)
            says.Add(word);
    }

    /// <summary>A view in place of any that DuckDB takes for the same name.</summary>
    async Task ViewAsync(TableIdent ident, string sql, CancellationToken cancel)
    {
        var name = ident.ToString();
        foreach (var twin in views.Keys.Where(v => v != ident && name.Equals(v.ToString(), StringComparison.OrdinalIgnoreCase)).ToList())
            views.Remove(twin);
        await session.ExecuteAsync($"CREATE OR REPLACE VIEW {SqlText.Name(ident)} AS {sql}", cancel);
    }

    LakeException Unknown(string ns, string name)
    {
        if (new TableIdent(ns, name).FindIn(viewsOfOthers) is { } view)
            return LakeException.Invalid($"{view} is a view of another engine, which only that engine can read; name the tables that it is made of");
        var wanted = ns.Length == 0 ? name : $"{ns}.{name}";
        var close = tables.Keys.Select(t => (
            Table: t.ToString(),
            Distance: Math.Min(
                NearestName.Distance(wanted, t.ToString()), ns.Length == 0 ? NearestName.Distance(name, t.Name) : int.MaxValue)))
            .Where(t => t.Distance <= Math.Max(2, wanted.Length / 3)).OrderBy(t => t.Distance).ThenBy(
                t => t.Table, StringComparer.Ordinal).Take(3).Select(t => t.Table).ToList();
        return LakeException.Invalid(close.Count > 0
            ? $"there is no table '{wanted}'; did you mean {string.Join(" or ", close)}?"
            : $"there is no table '{wanted}'; `dartlake table ls` lists them");
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();
}
