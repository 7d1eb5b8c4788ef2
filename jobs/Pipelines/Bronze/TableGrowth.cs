using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
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

    /// <summary>Adds the columns of a writer's schema to its table, and widens those that are there.</summary>
    /// <param name="own">The table's contract of ours.</param>
    /// <param name="columns">What is missing; ids count for nothing.</param>
    /// <param name="because">Which schema has them.</param>
    /// <param name="cancel">Ends the commit.</param>
    /// <returns>The contract as the table has it now.</returns>
    public async Task<TableContract> AddAsync(
        TableContract own, IReadOnlyList<ContractColumn> columns, string because, CancellationToken cancel)
    {
        var fields = TableColumns.ToFields(columns.Select(c => c with { Id = 0 }), own);
        var committed = await lake.Contracts.CommitAsync(
            [new(TableIdent.Parse(own.Name), t => new() { Schema = SchemaMigration.Of(t.Metadata, fields).Additive() })],
            [new(own.Name, [.. columns.Select(c => $"{c.Name} {c.Type}")], because)],
            log.NewColumns,
            cancel).ConfigureAwait(false);
        return TableColumns.Of(own, committed[0].Metadata.Schema);
    }
}
