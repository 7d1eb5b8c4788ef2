using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>
/// Quarantined rows come back: a released one is taken by the next run although it breaks its rule, which makes its day stale where it is
/// published; a dropped one does not count as open any more. The rows themselves stay in bronze; the acts are in <c>ops.acts</c>.
/// </summary>
public sealed class QuarantineOffice(Lake lake, DuckDbEngine engine, TimeProvider time, IdSource ids, ILogger log)
{
    static readonly TableIdent quarantine = TableIdent.Parse("silver.quarantine");

    readonly ActTable acts = new(new ParquetFileWriter(lake.Store, ids), time, ids);
    readonly FileCommit commit = new(lake.Catalog, lake.Store);
    readonly TableGrowth growth = new(lake, log);

    /// <summary>Of one commit.</summary>
    internal PartLimit Limit { get; init; } = PartLimit.Standard;

    /// <summary>Chosen rows by their day and place; without <see cref="Chosen.Dropped"/> those that are open.</summary>
    public async Task<IReadOnlyList<QuarantinedRow>> ListAsync(Chosen chosen, int most, CancellationToken cancel)
    {
        var tables = await lake.Catalog.LoadAllAsync([quarantine, ActTable.Ident], cancel).ConfigureAwait(false);
        if (!tables.TryGetValue(quarantine, out var rows))
            return [];
        await using var session = engine.OpenSession();
        return await new QuarantineRows(lake, session, Limit)
            .ReadAsync(rows, tables.GetValueOrDefault(ActTable.Ident), chosen, most, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Lets the next run take them. Rows that have no place without their rule, or that gold could not compute with, stay and are named.
    /// Can be repeated.
    /// </summary>
    /// <exception cref="LakeException">Conflict: others act all the time.</exception>
    public Task<ActReport> ReleaseAsync(Chosen chosen, Signature signature, CancellationToken cancel) => ActAsync(
        chosen,
        ActRow.Release,
        signature,
        async (session, rows) =>
        {
            var open = rows.Where(r => r.State != QuarantinedRow.Released).ToList();
            var figures = await GoldFigures.OfAsync(lake, session, open, cancel).ConfigureAwait(false);
            return open.Select(r => (r, Lifting.Refuse(r) ?? figures.Refuse(r)));
        },
        cancel);

    /// <summary>They do not count as open any more; one that was released cannot be dropped, and is named.</summary>
    /// <exception cref="LakeException">Conflict: others act all the time.</exception>
    public Task<ActReport> DropAsync(Chosen chosen, Signature signature, CancellationToken cancel) => ActAsync(
        chosen with { Dropped = false },
        ActRow.Drop,
        signature,
        (_, rows) => Task.FromResult(rows.Select(r => (r, r.State != QuarantinedRow.Released
            ? null
            : "it was released, and the next run takes it: a release is not taken back; bust it, or send it again as it should be"))),
        cancel);

    delegate Task<IEnumerable<(QuarantinedRow Row, string? Why)>> Decide(DuckDbSession session, IReadOnlyList<QuarantinedRow> rows);

    async Task<ActReport> ActAsync(Chosen chosen, string verb, Signature signature, Decide decide, CancellationToken cancel)
    {
        var contracts = await growth.EnsureAsync([TableContracts.Get(LakeNames.Acts)], cancel).ConfigureAwait(false);
        await using var session = engine.OpenSession();
        QuarantinedRow? after = null;
        return await ActParts.RunAsync(async () =>
        {
            var tables = await lake.Catalog.LoadAllAsync([quarantine, ActTable.Ident], cancel).ConfigureAwait(false);
            var rows = !tables.TryGetValue(quarantine, out var table) ? []
                : await new QuarantineRows(lake, session, Limit)
                    .ReadPartAsync(table, tables[ActTable.Ident], chosen, after, cancel)
                    .ConfigureAwait(false);
            if (rows.Count == 0)
                return ActParts.Outcome.End;
            var decided = (await decide(session, rows).ConfigureAwait(false)).ToList();
            var taken = decided.Where(d => d.Why is null).Select(d => d.Row).ToList();
            var refused = await commit.RunAsync(async written =>
            {
                if (taken.Count == 0)
                    return null;
                var contract = contracts[LakeNames.Acts];
                var act = await acts
                    .PrepareAsync(tables[ActTable.Ident], contract, taken.Select(r => Row(r, verb)), signature, written, cancel)
                    .ConfigureAwait(false);
                return new([act.Change], act.Snapshot);
            }, cancel).ConfigureAwait(false);
            if (refused is not null)
                return default;
            after = rows[^1];
            return new(new(
                taken.CountBy(r => r.Table).ToDictionary(t => t.Key, t => (long)t.Value, StringComparer.Ordinal),
                [.. decided.Where(d => d.Why is not null).Select(d => new Stays(d.Row.At, d.Row.Rule, d.Why!))]));
        }).ConfigureAwait(false);
    }

    static ActRow Row(QuarantinedRow row, string verb) => new(verb, ActRow.Quarantine, row.Table, row.At, row.Rule, row.Reason)
    {
        TradeDate = row.TradeDate,
        Json = row.Json,
    };
}
