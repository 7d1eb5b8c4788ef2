using System.Text.Json;
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
internal sealed class TableGrowth(Lake lake, TimeProvider time, IdSource ids, ILogger log)
{
    /// <summary>The kind of its runs and notes in the ledger.</summary>
    public const string Kind = "schema";

    /// <summary>
    /// Creates the contracts' tables that are not there, and adds what they lack; either all of them fit, or nothing has happened.
    /// </summary>
    /// <returns>The contracts as the tables have them now.</returns>
    /// <exception cref="LakeException">Invalid: a table has columns that its contract does not only add to.</exception>
    public async Task<IReadOnlyDictionary<string, TableContract>> EnsureAsync(
        IReadOnlyCollection<TableContract> contracts, CancellationToken cancel)
    {
        var byIdent = contracts.ToDictionary(c => TableIdent.Parse(c.Name));
        var tables = await lake.Catalog.LoadAllAsync([.. byIdent.Keys], cancel).ConfigureAwait(false);
        var grown = byIdent.Where(c => tables.TryGetValue(c.Key, out var table)
            && !ReferenceEquals(Grown(table, c.Value), table.Metadata.Schema))
            .ToList();
        foreach (var (ident, contract) in byIdent.Where(c => !tables.ContainsKey(c.Key)))
            await CreateAsync(ident, contract, cancel).ConfigureAwait(false);
        if (grown.Count > 0)
            await CommitAsync(
                [.. grown.Select(c => new TableChange(c.Key, t => new() { Schema = Grown(t, c.Value) }))],
                grown.ToDictionary(c => c.Value.Name, c => Missing(tables[c.Key], c.Value)),
                "this release's contract",
                cancel).ConfigureAwait(false);
        tables = await lake.Catalog.LoadAllAsync([.. byIdent.Keys], cancel).ConfigureAwait(false);
        return byIdent.ToDictionary(c => c.Value.Name, c => TableColumns.Of(c.Value, tables[c.Key].Metadata.Schema),
            StringComparer.Ordinal);
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
        var ident = TableIdent.Parse(own.Name);
        var fields = TableColumns.ToFields(columns.Select(c => c with { Id = 0 }), own);
        var committed = await CommitAsync(
            [new(ident, t => new() { Schema = SchemaGrowth.With(t.Metadata, fields) })],
            new() { [own.Name] = [.. columns.Select(c => $"{c.Name} {c.Type}")] },
            because,
            cancel).ConfigureAwait(false);
        return TableColumns.Of(own, committed[0].Metadata.Schema);
    }

    async Task CreateAsync(TableIdent ident, TableContract contract, CancellationToken cancel)
    {
        try
        {
            await lake.Catalog.CreateAsync(ident, contract.ToDefinition(), cancel).ConfigureAwait(false);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Conflict)
        {
            // Another process was first.
        }
    }

    async Task<IReadOnlyList<Table>> CommitAsync(
        IReadOnlyList<TableChange> changes, Dictionary<string, IReadOnlyList<string>> columns, string because, CancellationToken cancel)
    {
        var (began, run) = (time.GetUtcNow(), ids.NewId().ToString("D"));
        var body = JsonSerializer.Serialize(new { because, columns });
        var committed = await lake.Catalog.CommitAsync(changes, new(run, Kind, body), cancel).ConfigureAwait(false);
        foreach (var (table, added) in columns)
            log.NewColumns(table, string.Join(", ", added), because);
        await lake.Ledger.SaveRunAsync(
            new()
            {
                RunId = run,
                Kind = Kind,
                Status = "succeeded",
                StartedAt = began,
                EndedAt = time.GetUtcNow(),
                Outputs = body
            }, cancel)
                .ConfigureAwait(false);
        return committed;
    }

    static IcebergSchema Grown(Table table, TableContract contract)
    {
        try
        {
            var schema = SchemaGrowth.With(table.Metadata, contract.ToIceberg().Fields);
            _ = TableColumns.Of(contract, schema);
            return schema;
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            throw LakeException.Invalid($"{table.Ident} cannot grow into the contract of this release: {e.Message}; nothing was read. What 'dartlake migrate' would do: copy {table.Ident} into a new table of the contract, and keep the old one beside it", e);
        }
    }

    static IReadOnlyList<string> Missing(Table table, TableContract contract)
    {
        var there = table.Metadata.Schema.Fields.Select(f => $"{f.Name} {f.Type}").ToHashSet(StringComparer.Ordinal);
        return [.. contract.ToIceberg().Fields.Select(f => $"{f.Name} {f.Type}").Where(f => !there.Contains(f))];
    }
}
