using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Staging;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Sql.Staging;

/// <summary>The tables of a run as relations of its engines, kept up with what is staged.</summary>
/// <param name="lake">Where they lie.</param>
/// <param name="engines">To which they are shown.</param>
/// <param name="contractOf">The contract of <c>namespace.name</c>, or null.</param>
/// <param name="days">That the run builds.</param>
/// <param name="given">Tables of models that are read as they were at a publication.</param>
/// <param name="isPlanned">Nothing is written: what is not there, or has not grown into its contract, is taken for empty.</param>
internal sealed class RunRelations(
    Lake lake,
    RunEngines engines,
    Func<string, TableContract?> contractOf,
    IReadOnlyCollection<DateOnly> days,
    IReadOnlyDictionary<TableIdent, Table> given,
    bool isPlanned)
{
    static readonly string[] coordinates = ["_log_id", "_topic", "_kafka_partition", "_offset"];
    readonly Dictionary<TableIdent, StagedTable> targets = [];
    readonly Dictionary<(RunEngine Engine, string Name), string> shown = [];

    /// <summary>Some quarantined row was released: rules ask <c>ops.acts</c>.</summary>
    public bool HasReleases { get; private set; }

    public RunEngines Engines => engines;

    /// <summary>Shows what people have released.</summary>
    public async Task OpenActsAsync(Table? recorded, CancellationToken cancel)
    {
        await OpenSourceAsync(ActNumber.Table, recorded, cancel);
        var engine = engines.Of(RunEngines.Layers[0]);
        HasReleases = await engine.CountAsync($"select 1 as one from {Sql(engine, Name(ActNumber.Table))} acts where {Released}", cancel) > 0;
    }

    /// <summary>SQL: whether a row of a place was released from quarantine.</summary>
    public string IsReleased(RunEngine engine, string alias) =>
        $"exists (select 1 from {Sql(engine, Name(ActNumber.Table))} acts where {Released} and {string.Join(" and ", coordinates.Select(c => $"acts.{c} = {alias}.{c}"))})";

    const string Released = "verb = 'RELEASE' and kind = 'QUARANTINE'";

    public IReadOnlyCollection<StagedTable> Targets => targets.Values;

    /// <summary>A table that <see cref="OpenTargetAsync"/> has shown.</summary>
    public StagedTable Target(TableIdent ident) => TryTarget(ident) ?? throw LakeException.Bug($"{ident} was not opened");

    public StagedTable? TryTarget(TableIdent ident) => targets.GetValueOrDefault(ident);

    public static string Name(TableIdent ident) => $"{Quoted.Name(ident.Namespace)}.{Quoted.Name(ident.Name)}";

    /// <summary>What the day being built has added to a table, for audits.</summary>
    public static string NewRows(TableIdent ident) => $"staged.{Quoted.Name(ident.ToString())}";

    /// <summary>The table as it was published before the run, the run's days and all.</summary>
    public static string Published(TableIdent ident) => $"published.{Quoted.Name(ident.ToString())}";

    /// <summary>A model that no table keeps.</summary>
    public static string Step(string model) => $"work.{Quoted.Name(model)}";

    /// <summary>The SQL by which an engine reads a relation.</summary>
    /// <param name="engine">Who reads.</param>
    /// <param name="name">Quoted, of two parts.</param>
    /// <exception cref="LakeException">Invalid: only another engine has it.</exception>
    public string Sql(RunEngine engine, string name)
    {
        if (shown.TryGetValue((engine, name), out var sql))
            return sql;
        var step = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..].Trim('"');
        return shown.Keys.Where(k => k.Name == name).Select(k => k.Engine.Dialect.Name).ToList() is [var other, ..]
            ? throw LakeException.Invalid($"{step} is a step that {other} keeps for itself, and {engine.Dialect.Name} shall read it; let a table keep it, or build both on one engine")
            // of one engine only, and nobody has made it: the engine says so
            : name;
    }

    /// <summary>The same; null: nobody has shown it.</summary>
    public string? TrySql(RunEngine engine, string name) => shown.GetValueOrDefault((engine, name));

    /// <summary>A table of models; it is made, empty, when it is not there, and grows into the contract of this release.</summary>
    /// <exception cref="LakeException">Invalid: it has columns that the contract does not only add to.</exception>
    public async Task<StagedTable> OpenTargetAsync(TableContract contract, bool isBuilt, CancellationToken cancel)
    {
        var ident = TableIdent.Parse(contract.Name);
        if (targets.TryGetValue(ident, out var known))
            return known;
        var table = given.GetValueOrDefault(ident)
            ?? await (isPlanned ? PlannedAsync(ident, contract, cancel) : EnsuredAsync(ident, contract, cancel));
        var target = new StagedTable(ContractTables.In(table.Metadata.Schema, contract), table, await FilesAsync(table, cancel), isBuilt);
        targets.Add(ident, target);
        await ShowAsync(Published(ident), table, target.Published, cancel);
        await RefreshAsync(target, null, cancel);
        return target;
    }

    async Task<Table> EnsuredAsync(TableIdent ident, TableContract contract, CancellationToken cancel) =>
        (await lake.Contracts.EnsureAsync([contract], _ => { }, cancel))[ident];

    async Task<Table> PlannedAsync(TableIdent ident, TableContract contract, CancellationToken cancel) =>
        await lake.Catalog.TryLoadAsync(ident, cancel) is { } table && ContractTables.Fits(table, contract)
            ? table
            : ContractTables.Empty(contract);

    async Task<IReadOnlyList<DataFile>> FilesAsync(Table table, CancellationToken cancel) =>
        table.Metadata.CurrentSnapshotId is null ? [] : (await lake.Scan.PlanAsync(table, new(), cancel)).Files;

    /// <summary>Shows a table that the run only reads: rows before the cut when it has coordinates, else all.</summary>
    public async Task OpenSourceAsync(TableIdent ident, Table? recorded, CancellationToken cancel)
    {
        if (targets.ContainsKey(ident))
            return;
        var table = recorded ?? await lake.Catalog.TryLoadAsync(ident, cancel) ?? NotThere(ident);
        var files = await FilesAsync(table, cancel);
        await ShowAsync(Name(ident), async engine =>
        {
            var sql = await engine.Reader(table, files, cancel);
            return HasCoordinates(table.Metadata.Schema)
                ? $"select data.* from ({sql}) data join {Cut(engine)} on {SamePartition} where data._offset < cut.next_offset"
                : sql;
        }, cancel);
    }

    /// <summary>Nobody has written to it yet: it is empty, as its contract says.</summary>
    Table NotThere(TableIdent ident) => ContractTables.Empty(contractOf(ident.ToString()) ?? throw LakeException.Invalid(
        $"the source {ident} is not in the catalog; write to it first, or correct its name"));

    const string SamePartition =
        "cut._log_id = data._log_id and cut._topic = data._topic and cut._kafka_partition = data._kafka_partition";

    string Cut(RunEngine engine) => $"{Sql(engine, Name(NativeTables.Cut))} cut";

    public static bool HasCoordinates(IcebergSchema schema) => HasCoordinates([.. schema.Fields.Select(f => f.Name)]);

    public static bool HasCoordinates(IReadOnlyCollection<string> columns) =>
        coordinates.All(c => columns.Contains(c, StringComparer.Ordinal));

    /// <summary>SQL of the rows past the cut of a table with coordinates; null when it has none.</summary>
    public async Task<string?> LateAsync(RunEngine engine, Table table, CancellationToken cancel)
    {
        if (!HasCoordinates(table.Metadata.Schema))
            return null;
        var files = await FilesAsync(table, cancel);
        return $"select data.* from ({await engine.Reader(table, files, cancel)}) data "
            + $"left join {Cut(engine)} on {SamePartition} where cut.next_offset is null or data._offset >= cut.next_offset";
    }

    /// <summary>Shows what is staged now.</summary>
    /// <param name="day">The day whose staged rows are new; null: none.</param>
    public async Task RefreshAsync(StagedTable target, DateOnly? day, CancellationToken cancel)
    {
        await ShowAsync(Name(target.Ident), target.Table, target.Readable(days), cancel);
        var news = target.ReplacesAll ? target.AllStaged : day is { } d ? target.StagedOf(d) : [];
        await ShowAsync(NewRows(target.Ident), target.Table, news, cancel);
    }

    Task ShowAsync(string name, Table table, IReadOnlyList<DataFile> files, CancellationToken cancel) =>
        ShowAsync(name, engine => engine.Reader(table, files, cancel), cancel);

    /// <summary>A query, in the words of each engine, as a relation of that quoted two-part name.</summary>
    async Task ShowAsync(string name, Func<RunEngine, Task<string>> sql, CancellationToken cancel)
    {
        foreach (var engine in engines.All)
            shown[(engine, name)] = await engine.View(name, await sql(engine), cancel);
    }

    /// <summary>The same of few rows, which an engine that has a place for them computes once.</summary>
    public async Task HoldAsync(string name, Func<RunEngine, Task<string>> sql, CancellationToken cancel)
    {
        foreach (var engine in engines.All)
            shown[(engine, name)] = await (isPlanned ? engine.View : engine.Hold)(name, await sql(engine), cancel);
    }

    /// <summary>A query that only one engine is asked, where it is read from.</summary>
    public async Task ViewAsync(RunEngine engine, string name, string sql, CancellationToken cancel) =>
        shown[(engine, name)] = await engine.View(name, sql, cancel);

    /// <summary>A query's rows, computed once by one engine; the others see them if they are a table.</summary>
    /// <returns>How many there are.</returns>
    public async Task<long> KeepAsync(RunEngine engine, string name, string sql, CancellationToken cancel)
    {
        var (read, rows) = await engine.Keep(name, sql, cancel);
        shown[(engine, name)] = read;
        if (rows is null)
            return await engine.CountAsync($"select 1 as one from {read} kept", cancel);
        foreach (var other in engines.All.Where(e => e != engine))
            shown[(other, name)] = await other.View(name, await other.Reader(rows.Table, rows.Files, cancel), cancel);
        return rows.Count;
    }

    /// <summary>A step as far as it can be known without computing it: its columns, and on an engine that has views its query.</summary>
    public async Task OutlineAsync(RunEngine engine, string name, string sql, CancellationToken cancel)
    {
        if (await engine.Outline(sql, cancel) is { } schema)
            await ShowAsync(name, ContractTables.Empty(new("work", "step"), schema), [], cancel);
        else
            await ViewAsync(engine, name, sql, cancel);
    }

    /// <summary>Forgets a relation that nobody reads any more.</summary>
    public async Task DropAsync(string name, CancellationToken cancel)
    {
        foreach (var engine in engines.All.Where(e => shown.Remove((e, name))))
            await engine.Drop(name, cancel);
    }
}
