using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Sql.Staging;

/// <summary>The tables of a run as views of its connection, kept up with what is staged.</summary>
/// <param name="lake">Where they lie.</param>
/// <param name="database">Where they are shown.</param>
/// <param name="contractOf">The contract of <c>namespace.name</c>, or null.</param>
/// <param name="days">That the run builds.</param>
/// <param name="given">Tables of models that are read as they were at a publication.</param>
internal sealed class RunRelations(
    Lake lake,
    RunDatabase database,
    Func<string, TableContract?> contractOf,
    IReadOnlyCollection<DateOnly> days,
    IReadOnlyDictionary<TableIdent, Table> given)
{
    static readonly string[] coordinates = ["_log_id", "_topic", "_kafka_partition", "_offset"];
    readonly Dictionary<TableIdent, StagedTable> targets = [];
    readonly HashSet<string> namespaces = new(StringComparer.Ordinal);

    /// <summary>Some quarantined row was released: rules ask <c>ops.acts</c>.</summary>
    public bool HasReleases { get; private set; }

    /// <summary>Shows what people have released.</summary>
    public async Task OpenActsAsync(Table? recorded, CancellationToken cancel)
    {
        await OpenSourceAsync(ActNumber.Table, recorded, cancel);
        HasReleases = await database.CountAsync($"select 1 from {Name(ActNumber.Table)} where {Released}", cancel) > 0;
    }

    /// <summary>SQL: whether a row of a place was released from quarantine.</summary>
    public static string IsReleased(string alias) =>
        $"exists (select 1 from {Name(ActNumber.Table)} acts where {Released} and {string.Join(" and ", coordinates.Select(c => $"acts.{c} = {alias}.{c}"))})";

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

    /// <summary>A table of models; it is made, empty, when it is not there, and grows into the contract of this release.</summary>
    /// <exception cref="LakeException">Invalid: it has columns that the contract does not only add to.</exception>
    public async Task<StagedTable> OpenTargetAsync(TableContract contract, bool isBuilt, CancellationToken cancel)
    {
        var ident = TableIdent.Parse(contract.Name);
        if (targets.TryGetValue(ident, out var known))
            return known;
        var table = given.GetValueOrDefault(ident) ?? (await lake.Contracts.EnsureAsync([contract], _ => { }, cancel))[ident];
        var target = new StagedTable(ContractTables.In(table.Metadata.Schema, contract), table, await FilesAsync(table, cancel), isBuilt);
        targets.Add(ident, target);
        await ViewAsync(Published(ident), await database.ReaderAsync(table, target.Published, cancel), cancel);
        await RefreshAsync(target, null, cancel);
        return target;
    }

    async Task<IReadOnlyList<DataFile>> FilesAsync(Table table, CancellationToken cancel) =>
        (await lake.Scan.PlanAsync(table, new(), cancel)).Files;

    /// <summary>Shows a table that the run only reads: rows before the cut when it has coordinates, else all.</summary>
    public async Task OpenSourceAsync(TableIdent ident, Table? recorded, CancellationToken cancel)
    {
        if (targets.ContainsKey(ident))
            return;
        var table = recorded ?? await lake.Catalog.TryLoadAsync(ident, cancel);
        IcebergSchema schema;
        string sql;
        if (table is null)
        {
            // nobody has written to it yet: it is empty, as its contract says
            schema = contractOf(ident.ToString())?.ToIceberg() ?? throw LakeException.Invalid(
                $"the source {ident} is not in the catalog; write to it first, or correct its name");
            sql = TableReader.Empty(schema);
        }
        else
        {
            schema = table.Metadata.Schema;
            sql = await database.ReaderAsync(table, await FilesAsync(table, cancel), cancel);
        }
        if (HasCoordinates(schema))
            sql = $"select data.* from ({sql}) data join ops.cut using (_log_id, _topic, _kafka_partition) where data._offset < cut.next_offset";
        await ViewAsync(Name(ident), sql, cancel);
    }

    public static bool HasCoordinates(IcebergSchema schema) => HasCoordinates([.. schema.Fields.Select(f => f.Name)]);

    public static bool HasCoordinates(IReadOnlyCollection<string> columns) =>
        coordinates.All(c => columns.Contains(c, StringComparer.Ordinal));

    /// <summary>Shows the rows past the cut of a table with coordinates as <paramref name="name"/>; null when it has none.</summary>
    public async Task<string?> OpenLateAsync(Table table, CancellationToken cancel)
    {
        if (!HasCoordinates(table.Metadata.Schema))
            return null;
        var files = await FilesAsync(table, cancel);
        return $"select data.* from ({await database.ReaderAsync(table, files, cancel)}) data "
            + "left join ops.cut using (_log_id, _topic, _kafka_partition) where cut.next_offset is null or data._offset >= cut.next_offset";
    }

    /// <summary>Shows what is staged now.</summary>
    /// <param name="day">The day whose staged rows are new; null: none.</param>
    public async Task RefreshAsync(StagedTable target, DateOnly? day, CancellationToken cancel)
    {
        await ViewAsync(Name(target.Ident), await database.ReaderAsync(target.Table, target.Readable(days), cancel), cancel);
        var news = target.ReplacesAll ? target.AllStaged : day is { } d ? target.StagedOf(d) : [];
        await ViewAsync(NewRows(target.Ident), await database.ReaderAsync(target.Table, news, cancel), cancel);
    }

    /// <summary>A view of that quoted two-part name.</summary>
    public async Task ViewAsync(string name, string sql, CancellationToken cancel)
    {
        await NamespaceAsync(name, cancel);
        await database.ExecuteAsync($"create or replace view {name} as {sql}", cancel);
    }

    public async Task TableAsync(string name, string sql, CancellationToken cancel)
    {
        await NamespaceAsync(name, cancel);
        await database.ExecuteAsync($"create or replace table {name} as {sql}", cancel);
    }

    async Task NamespaceAsync(string name, CancellationToken cancel)
    {
        var space = name[..name.IndexOf('.', StringComparison.Ordinal)];
        if (namespaces.Add(space))
            await database.ExecuteAsync($"create schema if not exists {space}", cancel);
    }
}
