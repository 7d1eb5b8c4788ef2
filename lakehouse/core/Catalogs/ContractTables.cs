using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// The tables of contracts: made when they are not there, and grown when a new release's contract has more. A change of columns is a
/// commit of its own and a run of kind <c>schema</c> in the ledger.
/// </summary>
public sealed class ContractTables
{
    /// <summary>The kind of runs and notes in the ledger.</summary>
    public const string Kind = "schema";
    const string Because = "this release's contract";

    readonly ICatalog catalog;
    readonly Ledger ledger;
    readonly TimeProvider time;
    readonly IdSource ids;

    internal ContractTables(ICatalog catalog, Ledger ledger, TimeProvider time, IdSource ids) =>
        (this.catalog, this.ledger, this.time, this.ids) = (catalog, ledger, time, ids);

    /// <summary>
    /// Creates the contracts' tables that are not there, and adds what they lack; either all of them fit, or nothing has happened.
    /// </summary>
    /// <param name="contracts">Of tables.</param>
    /// <param name="told">Takes each table that has grown.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>All of them as they are now.</returns>
    /// <exception cref="LakeException">Invalid: a contract does not only add to its table.</exception>
    public async Task<IReadOnlyDictionary<TableIdent, Table>> EnsureAsync(
        IReadOnlyCollection<TableContract> contracts, Action<ColumnsChanged> told, CancellationToken cancel)
    {
        var byIdent = contracts.ToDictionary(c => TableIdent.Parse(c.Name));
        var tables = await catalog.LoadAllAsync([.. byIdent.Keys], cancel).ConfigureAwait(false);
        var grown = tables.Values.Select(t => new TableMigration(t.Ident, Additive(t, byIdent[t.Ident]).Steps))
            .Where(m => m.Steps.Count > 0)
            .ToList();
        foreach (var (ident, contract) in byIdent.Where(c => !tables.ContainsKey(c.Key)))
            await CreateAsync(ident, contract, cancel).ConfigureAwait(false);
        if (grown.Count > 0)
            await CommitAsync(
                [.. grown.Select(m => new TableChange(m.Table, t => new() { Schema = Additive(t, byIdent[m.Table]).Schema }))],
                [.. grown.Select(m => new ColumnsChanged(m.Table.ToString(), [.. m.Steps.Select(s => s.Does)], Because))],
                told,
                cancel).ConfigureAwait(false);
        return grown.Count == 0 && tables.Count == byIdent.Count
            ? tables
            : await catalog.LoadAllAsync([.. byIdent.Keys], cancel).ConfigureAwait(false);
    }

    /// <summary>Whether a table has all that its contract has, or would grow into it.</summary>
    /// <exception cref="LakeException">Invalid: it cannot.</exception>
    public static bool Fits(Table table, TableContract contract) => Additive(table, contract).Steps.Count == 0;

    /// <summary>The table that would be made of a contract; the catalog has none.</summary>
    public static Table Empty(TableContract contract) => Made(TableIdent.Parse(contract.Name), contract.ToDefinition());

    /// <summary>The same of columns that no contract tells.</summary>
    public static Table Empty(TableIdent ident, IcebergSchema schema) =>
        Made(ident, new(schema, [], new Dictionary<string, string>()));

    static Table Made(TableIdent ident, TableDefinition definition) =>
        new(ident, "", MetadataEdit.Create(definition, "", Guid.Empty, 0));

    /// <summary>Commits changes of columns, with their run.</summary>
    /// <param name="changes">To the tables.</param>
    /// <param name="added">What the ledger and <paramref name="told"/> get to know.</param>
    /// <param name="told">Takes it when it is committed.</param>
    /// <param name="cancel">Ends the commit.</param>
    public async Task<IReadOnlyList<Table>> CommitAsync(
        IReadOnlyList<TableChange> changes, IReadOnlyList<ColumnsChanged> added, Action<ColumnsChanged> told, CancellationToken cancel)
    {
        var (began, run) = (time.GetUtcNow(), ids.NewId().ToString("D"));
        var body = JsonSerializer.Serialize(new { because = added[0].Because, columns = added.ToDictionary(a => a.Table, a => a.Columns) });
        var committed = await catalog.CommitAsync(changes, new(run, Kind, body), cancel).ConfigureAwait(false);
        foreach (var one in added)
            told(one);
        await ledger.SaveRunAsync(
            new()
            {
                RunId = run,
                Kind = Kind,
                Status = "succeeded",
                StartedAt = began,
                EndedAt = time.GetUtcNow(),
                Outputs = body,
            },
            cancel).ConfigureAwait(false);
        return committed;
    }

    /// <summary>What tables that are there lack of those of this release: columns, and the properties that new tables have.</summary>
    /// <exception cref="LakeException">Invalid: a table cannot become that of its contract.</exception>
    public async Task<IReadOnlyList<TableMigration>> PlanAsync(CancellationToken cancel) =>
    [
        .. (await ThereAsync(cancel).ConfigureAwait(false)).Values
            .Select(t => new TableMigration(t.Ident, [.. Full(t).Steps, .. Missing(t).Select(Set)]))
            .Where(m => m.Steps.Count > 0)
            .OrderBy(m => m.Table.ToString(), StringComparer.Ordinal),
    ];

    /// <summary>Makes all tables that are there those of their contracts, in one commit. Doing it again does nothing.</summary>
    /// <returns>What was done.</returns>
    /// <exception cref="LakeException">Invalid: a table cannot become that of its contract; nothing has happened.</exception>
    public async Task<IReadOnlyList<TableMigration>> MigrateAsync(CancellationToken cancel)
    {
        var plan = await PlanAsync(cancel).ConfigureAwait(false);
        if (plan.Count > 0)
            await CommitAsync(
                [.. plan.Select(m => new TableChange(
                    m.Table,
                    t => new() { Schema = Full(t).Schema, Properties = Missing(t).ToDictionary(p => p.Key, p => (string?)p.Value) }))],
                [.. plan.Select(m => new ColumnsChanged(m.Table.ToString(), [.. m.Steps.Select(s => s.Does)], "dartlake migrate"))],
                _ => { },
                cancel).ConfigureAwait(false);
        return plan;
    }

    /// <summary>The contract with the ids that a table has given to its columns: what rows are written by.</summary>
    public static TableContract In(IcebergSchema schema, TableContract contract) => contract with
    {
        Columns = [.. contract.Columns.Select(c => schema.Find(c.Name) is { } field ? c with { Id = field.Id } : c)],
    };

    async Task<IReadOnlyDictionary<TableIdent, Table>> ThereAsync(CancellationToken cancel) => await catalog.LoadAllAsync(
        [.. TableContracts.All.Where(c => c.Table is not null).Select(c => TableIdent.Parse(c.Name))], cancel).ConfigureAwait(false);

    async Task CreateAsync(TableIdent ident, TableContract contract, CancellationToken cancel)
    {
        try
        {
            await catalog.CreateAsync(ident, contract.ToDefinition(), cancel).ConfigureAwait(false);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Conflict)
        {
            // Another process was first.
        }
    }

    static SchemaMigration Additive(Table table, TableContract contract)
    {
        SchemaMigration migration;
        try
        {
            migration = Full(table, contract);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            throw CannotGrow(table, e.Message, "and 'dartlake migrate' cannot help");
        }
        return migration.Steps.FirstOrDefault(s => !s.IsAdditive) is not { Why: var why }
            ? migration
            : throw CannotGrow(table, why!, $"what 'dartlake migrate' would do: {string.Join(", ", migration.Steps.Select(s => s.Does))}");
    }

    static LakeException CannotGrow(Table table, string why, string help) =>
        LakeException.Invalid($"{table.Ident} cannot grow into the contract of this release: {why}; nothing was read, {help}");

    /// <summary>What a table says itself stays, whoever set it.</summary>
    static IEnumerable<KeyValuePair<string, string>> Missing(Table table) =>
        TableUpkeep.OfNewTables.Where(p => !table.Metadata.Properties.ContainsKey(p.Key));

    static MigrationStep Set(KeyValuePair<string, string> property) => new($"set {property.Key} to {property.Value}, which new tables have", null);

    static SchemaMigration Full(Table table) => Full(table, TableContracts.Get(table.Ident.ToString()));

    /// <summary>Columns that are required and that no contract has could not be written.</summary>
    static SchemaMigration Full(Table table, TableContract contract)
    {
        var migration = SchemaMigration.Of(table.Metadata, contract.ToIceberg().Fields);
        var strange = migration.Schema.Fields.Where(f => f.Required && contract.IndexOf(f.Name) < 0).ToList();
        return strange.Count == 0
            ? migration
            : new(
                migration.Schema with
                {
                    Fields = [.. migration.Schema.Fields.Select(f => strange.Contains(f) ? f with { Required = false } : f)],
                },
                [
                    .. migration.Steps,
                    .. strange.Select(f => new MigrationStep($"make {f.Name} optional", $"{table.Ident} has the required column {f.Name}, which is in no contract")),
                ]);
    }
}
