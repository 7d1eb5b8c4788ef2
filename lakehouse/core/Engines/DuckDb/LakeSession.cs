using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;
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
    readonly ScanOptions state;
    readonly IReadOnlyDictionary<TableIdent, Table> tables;
    readonly Dictionary<TableIdent, IReadOnlyList<DataFile>> views = [];
    readonly Dictionary<TableIdent, Func<ScanPlan, IReadOnlyList<DataFile>>> overlays = [];
    readonly HashSet<TableIdent> loaded = [];

    LakeSession(DuckDbSession session, TableScan scan, ScanOptions state, IReadOnlyDictionary<TableIdent, Table> tables) =>
        (this.session, this.scan, this.state, this.tables) = (session, scan, state, tables);

    public EngineCapabilities Capabilities { get; } = new("duckdb", ReportsProgress: true, ReadsOneState: true);

    /// <summary>The tables as this session sees them.</summary>
    public IReadOnlyDictionary<TableIdent, Table> Tables => tables;

    /// <summary>Opens a session on the state of the catalog at this moment.</summary>
    /// <param name="engine">The process's DuckDB.</param>
    /// <param name="catalog">Read once, for all tables.</param>
    /// <param name="scan">Plans files.</param>
    /// <param name="state">Which snapshot, tag or time of the tables; its filter is not used.</param>
    /// <param name="cancel">Ends the opening.</param>
    public static async Task<LakeSession> OpenAsync(
        DuckDbEngine engine, ICatalog catalog, TableScan scan, ScanOptions state, CancellationToken cancel)
    {
        var seen = await catalog.LoadAllAsync(await catalog.ListAsync(cancel), cancel);
        var result = new LakeSession(engine.OpenSession(), scan, state, seen);
        try
        {
            foreach (var ns in seen.Keys.Select(t => t.Namespace).Distinct(StringComparer.Ordinal))
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
        foreach (var (ns, name) in tree?.Tables ?? new HashSet<(string, string)>())
        {
            var ident = new TableIdent(ns, name);
            if (!loaded.Contains(ident))
                await AttachAsync(tables.GetValueOrDefault(ident) ?? throw Unknown(ns, name), cancel);
        }
        if (tree is null || tree.ListsTables)
            foreach (var table in tables.Values.Where(t => !loaded.Contains(t.Ident)))
                await AttachIfThereAsync(table, cancel);
    }

    // A table that has not the session's tag or time is simply not listed; one that is named says so.
    async Task AttachIfThereAsync(Table table, CancellationToken cancel)
    {
        try
        {
            await AttachAsync(table, cancel);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            views.Remove(table.Ident);
        }
    }

    async Task AttachAsync(Table table, CancellationToken cancel)
    {
        if (views.ContainsKey(table.Ident))
            return;
        var plan = await scan.PlanAsync(table, state with { Filter = null }, cancel);
        var files = overlays.TryGetValue(table.Ident, out var overlay) ? overlay(plan) : plan.Files;
        await session.ExecuteAsync($"CREATE OR REPLACE VIEW {SqlText.Name(table.Ident)} AS {await TableReader.SqlForAsync(session, table, plan.Schema, files, cancel)}", cancel);
        views[table.Ident] = files;
    }

    LakeException Unknown(string ns, string name)
    {
        var wanted = ns.Length == 0 ? name : $"{ns}.{name}";
        var close = tables.Keys.Select(t => (
            Table: t.ToString(),
            Distance: Math.Min(EditDistance(wanted, t.ToString()), ns.Length == 0 ? EditDistance(name, t.Name) : int.MaxValue)))
            .Where(t => t.Distance <= Math.Max(2, wanted.Length / 3)).OrderBy(t => t.Distance).ThenBy(
                t => t.Table, StringComparer.Ordinal).Take(3).Select(t => t.Table).ToList();
        return LakeException.Invalid(close.Count > 0
            ? $"there is no table '{wanted}'; did you mean {string.Join(" or ", close)}?"
            : $"there is no table '{wanted}'; `dartlake table ls` lists them");
    }

    // Levenshtein's, with one row.
    static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();
}
