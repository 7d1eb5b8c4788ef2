using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>
/// Makes the job's tables, and lets them grow: by what a contract of a new release has, and by what writers' schemas have besides. Each
/// growth is a commit of its own before the rows that need it, and is told in the log and in the ledger.
/// </summary>
internal sealed class TableGrowth(Lake lake, ILogger log)
{
    /// <summary>
    /// Creates the contracts' tables that are not there, and adds what they lack; either all of them fit, or nothing has happened.
    /// </summary>
    /// <returns>The contracts as the tables have them now.</returns>
    /// <exception cref="LakeException">Invalid: a table has columns that its contract does not only add to.</exception>
    public async Task<IReadOnlyDictionary<string, TableContract>> EnsureAsync(
        IReadOnlyCollection<TableContract> contracts, CancellationToken cancel)
    {
        var tables = await lake.Contracts.EnsureAsync(contracts, log.NewColumns, cancel).ConfigureAwait(false);
        return contracts.ToDictionary(
            c => c.Name, c => TableColumns.Of(c, tables[TableIdent.Parse(c.Name)].Metadata.Schema), StringComparer.Ordinal);
    }

    /// <summary>The contract as the table has it now, whatever others have done to it.</summary>
    /// <param name="own">The table's contract of ours.</param>
    /// <param name="before">See <see cref="TableColumns.Of"/>.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<TableContract> NowAsync(TableContract own, TableContract before, CancellationToken cancel) =>
        TableColumns.Of(own, (await LoadAsync(own, cancel).ConfigureAwait(false)).Metadata.Schema, before);

    /// <summary>Adds the columns of a writer's schema to its table, and widens those that are there.</summary>
    /// <param name="own">The table's contract of ours.</param>
    /// <param name="columns">What is missing; ids count for nothing.</param>
    /// <param name="because">Which schema has them.</param>
    /// <param name="before">See <see cref="TableColumns.Of"/>.</param>
    /// <param name="cancel">Ends the commit.</param>
    /// <returns>The contract as the table has it now.</returns>
    /// <exception cref="LakeException">Conflict: the table has columns of these names by now that cannot take the values.</exception>
    public async Task<TableContract> AddAsync(
        TableContract own, IReadOnlyList<ContractColumn> columns, string because, TableContract before, CancellationToken cancel)
    {
        var fields = TableColumns.ToFields(columns.Select(c => c with { Id = 0 }), own);
        var committed = await lake.Contracts.CommitAsync(
            [new(TableIdent.Parse(own.Name), t => new() { Schema = Grown(t.Metadata, fields) })],
            [new(own.Name, [.. columns.Select(c => $"{c.Name} {c.Type}")], because)],
            log.NewColumns,
            cancel).ConfigureAwait(false);
        return TableColumns.Of(own, committed[0].Metadata.Schema, before);
    }

    /// <summary>Adds columns of the contract again that others have dropped; those that they have renamed stay as they are.</summary>
    /// <param name="own">The table's contract of ours.</param>
    /// <param name="before">The columns that the job has written.</param>
    /// <param name="cancel">Ends the commit.</param>
    /// <returns>The contract as the table has it now.</returns>
    /// <exception cref="LakeException">Invalid: a column that is required was dropped, or made again with another type.</exception>
    public async Task<TableContract> RestoreAsync(TableContract own, TableContract before, CancellationToken cancel)
    {
        var table = await LoadAsync(own, cancel).ConfigureAwait(false);
        if (Missing(table).Steps is { Count: > 0 } steps)
            table = (await lake.Contracts.CommitAsync(
                [new(table.Ident, t => new() { Schema = Missing(t).Schema })],
                [new(own.Name, [.. steps.Select(s => s.Does)], "columns that others have dropped")],
                log.NewColumns,
                cancel).ConfigureAwait(false))[0];
        return TableColumns.Of(own, table.Metadata.Schema, before);

        SchemaMigration Missing(Table t)
        {
            var there = t.Metadata.Schema;
            var migration = SchemaMigration.Of(t.Metadata,
                [.. own.ToIceberg().Fields.Where(f => there.Find(f.Name) is not null || there.Find(before.Column(f.Name).Id) is null)]);
            return migration.Steps.FirstOrDefault(s => !s.IsAdditive) is { Why: var why }
                ? throw LakeException.Invalid($"{own.Name} was changed while the job ran: {why}; nothing was committed to it since, what 'dartlake migrate' would do: {string.Join(", ", migration.Steps.Select(s => s.Does))}")
                : migration;
        }
    }

    async Task<Table> LoadAsync(TableContract own, CancellationToken cancel) =>
        await lake.Catalog.TryLoadAsync(TableIdent.Parse(own.Name), cancel).ConfigureAwait(false)
        ?? throw StreamedTables.Gone(TableIdent.Parse(own.Name));

    /// <summary>An additional column is found by the name that it has; one that it had before it was renamed is free again.</summary>
    static IcebergSchema Grown(TableMetadata table, IReadOnlyList<SchemaField> fields)
    {
        var migration = SchemaMigration.Of(table with { Schemas = [table.Schema] }, fields);
        return migration.Steps.FirstOrDefault(s => !s.IsAdditive) is { Why: var why }
            ? throw LakeException.Conflict(why!)
            : migration.Schema;
    }
}
