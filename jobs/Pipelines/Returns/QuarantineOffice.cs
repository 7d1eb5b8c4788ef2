using System.Globalization;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Returns;

/// <summary>
/// Quarantined rows come back: a released one is taken by the next run although it breaks its rule, which makes its day stale where it is
/// published; a dropped one does not count as open any more. The rows themselves stay in bronze; the acts are in <c>ops.acts</c>.
/// </summary>
public sealed class QuarantineOffice(Lake lake, DuckDbEngine engine, TimeProvider time, IdSource ids, ILogger log)
{
    const int MostAtOnce = 100_000, MostTries = 20;
    const string Place = "_log_id, _topic, _kafka_partition, _offset";

    static readonly TableIdent quarantine = TableIdent.Parse("silver.quarantine");

    readonly ParquetFileWriter writer = new(lake.Store, ids);
    readonly ActCommit commit = new(lake.Catalog, lake.Store);

    /// <summary>Chosen rows by their day and place; without <see cref="Chosen.Dropped"/> those that are open.</summary>
    public async Task<IReadOnlyList<QuarantinedRow>> ListAsync(Chosen chosen, int most, CancellationToken cancel)
    {
        var tables = await lake.Catalog.LoadAllAsync([quarantine, ActTable.Ident], cancel).ConfigureAwait(false);
        return tables.TryGetValue(quarantine, out var rows)
            ? await ReadAsync(rows, tables.GetValueOrDefault(ActTable.Ident), chosen, most, cancel).ConfigureAwait(false)
            : [];
    }

    /// <summary>Lets the next run take them; rows that have no place without their rule stay and are named. Can be repeated.</summary>
    /// <exception cref="LakeException">Conflict: others act all the time.</exception>
    public Task<ActReport> ReleaseAsync(Chosen chosen, Signature signature, CancellationToken cancel) =>
        ActAsync(chosen, ActRow.Release, signature, Lifting.Refuse, cancel);

    /// <summary>They do not count as open any more.</summary>
    /// <exception cref="LakeException">Conflict: others act all the time.</exception>
    public Task<ActReport> DropAsync(Chosen chosen, Signature signature, CancellationToken cancel) =>
        ActAsync(chosen with { Dropped = false }, ActRow.Drop, signature, _ => null, cancel);

    async Task<ActReport> ActAsync(
        Chosen chosen, string verb, Signature signature, Func<QuarantinedRow, string?> refuse, CancellationToken cancel)
    {
        var contracts = await new TableGrowth(lake, log).EnsureAsync([TableContracts.Get(LakeNames.Acts)], cancel).ConfigureAwait(false);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var tables = await lake.Catalog.LoadAllAsync([quarantine, ActTable.Ident], cancel).ConfigureAwait(false);
            var rows = !tables.TryGetValue(quarantine, out var table) ? []
                : await ReadAsync(table, tables[ActTable.Ident], chosen, MostAtOnce, cancel).ConfigureAwait(false);
            var decided = rows.Where(r => r.State != QuarantinedRow.Released).Select(r => (Row: r, Why: refuse(r))).ToList();
            var acted = decided.Where(d => d.Why is null).Select(d => d.Row).ToList();
            var report = new ActReport(
                acted.CountBy(r => r.Table).ToDictionary(t => t.Key, t => (long)t.Value, StringComparer.Ordinal),
                [.. decided.Where(d => d.Why is not null).Select(d => new Stays(d.Row.At, d.Row.Rule, d.Why!))]);
            if (acted.Count == 0)
                return report;
            var act = await new ActTable(writer, time, ids)
                .PrepareAsync(tables[ActTable.Ident], contracts[LakeNames.Acts], acted.Select(r => Row(r, verb)), signature, cancel)
                .ConfigureAwait(false);
            if (await commit.RunAsync(act, [], [], cancel).ConfigureAwait(false))
                return report;
        }
        throw LakeException.Conflict($"others acted {MostTries} times meanwhile; run it again");
    }

    static ActRow Row(QuarantinedRow row, string verb) => new(verb, ActRow.Quarantine, row.Table, row.At, row.Rule, row.Reason)
    {
        TradeDate = row.TradeDate,
        Json = row.Json,
    };

    async Task<IReadOnlyList<QuarantinedRow>> ReadAsync(Table rows, Table? acts, Chosen chosen, int most, CancellationToken cancel)
    {
        await using var session = engine.OpenSession();
        var decided = acts is null
            ? "(SELECT '' AS _log_id, '' AS _topic, 0 AS _kafka_partition, 0::BIGINT AS _offset, '' AS verb WHERE false)"
            : $"(SELECT {Place}, arg_max(verb, act) AS verb FROM ({await ReaderAsync(session, acts, cancel).ConfigureAwait(false)}) WHERE kind = '{ActRow.Quarantine}' GROUP BY ALL)";
        var state = $"CASE d.verb WHEN '{ActRow.Drop}' THEN '{QuarantinedRow.Dropped}' WHEN '{ActRow.Release}' THEN '{QuarantinedRow.Released}' ELSE '{QuarantinedRow.Open}' END";
        var found = await session.RowsAsync($"""
            SELECT trade_date, table_name, rule, reason, row_json, source, sequence, {Place}, {state} AS state
            FROM ({await ReaderAsync(session, rows, cancel).ConfigureAwait(false)}) q LEFT JOIN {decided} d USING ({Place})
            WHERE _offset IS NOT NULL AND {chosen.Where("rule", "trade_date")} AND {(chosen.Dropped ? "true" : $"{state} <> '{QuarantinedRow.Dropped}'")}
            ORDER BY trade_date, {Place}, rule LIMIT {most}
            """, cancel).ConfigureAwait(false);
        return [.. found.Select(r => new QuarantinedRow(
            (DateOnly)r[0]!,
            (string)r[1]!,
            (string)r[2]!,
            (string)r[3]!,
            (string?)r[4],
            (string?)r[5],
            (long?)r[6],
            new(new((string)r[7]!, (string)r[8]!, Convert.ToInt32(r[9], CultureInfo.InvariantCulture)), (long)r[10]!),
            (string)r[11]!))];
    }

    async Task<string> ReaderAsync(DuckDbSession session, Table table, CancellationToken cancel) => await TableReader.SqlForAsync(
        session,
        table,
        table.Metadata.Schema,
        (await lake.Scan.PlanAsync(table, new(), cancel).ConfigureAwait(false)).Files,
        cancel).ConfigureAwait(false);
}
