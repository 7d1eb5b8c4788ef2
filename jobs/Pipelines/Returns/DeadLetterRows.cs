using System.Globalization;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Returns;

/// <summary>Reads bronze.dead_letters, and writes files anew without some of their rows.</summary>
sealed class DeadLetterRows(Lake lake, DuckDbSession session, IdSource ids)
{
    const string Place = "_log_id, _topic, _kafka_partition, _offset";

    // a query of one SELECT a file
    const int FilesAtOnce = 100;

    /// <summary>Chosen rows in the order of their places.</summary>
    /// <param name="letters">bronze.dead_letters.</param>
    /// <param name="acts">ops.acts, in the same state of the catalog; null: there is none.</param>
    /// <param name="chosen">Which.</param>
    /// <param name="after">Only rows behind this place.</param>
    /// <param name="most">So many.</param>
    /// <param name="cancel">Ends the query.</param>
    public async Task<IReadOnlyList<DeadLetter>> ReadAsync(
        Table letters, Table? acts, Chosen chosen, LogPosition? after, int most, CancellationToken cancel)
    {
        var decided = acts is null
            ? "(SELECT '' AS _log_id, '' AS _topic, 0 AS _kafka_partition, 0::BIGINT AS _offset, '' AS verb WHERE false)"
            : $"(SELECT {Place}, arg_max(verb, act) AS verb FROM ({await ReaderAsync(acts, null, cancel).ConfigureAwait(false)}) WHERE kind = '{ActRow.DeadLetter}' GROUP BY ALL)";
        var behind = after is { } last ? $"({Place}) > {Chosen.Values([last])}" : "true";
        var rows = await session.RowsAsync($"""
            SELECT {Place}, {Micros("_timestamp")}, {Micros("_ingested_at")}, schema_id, reason, detail, key, value, coalesce(d.verb = '{ActRow.Drop}', false)
            FROM ({await ReaderAsync(letters, Pruned(chosen), cancel).ConfigureAwait(false)}) letters LEFT JOIN {decided} d USING ({Place})
            WHERE {chosen.Where("reason", "CAST(_ingested_at AT TIME ZONE 'UTC' AS DATE)")} AND {behind} AND {(chosen.Dropped ? "true" : $"coalesce(d.verb <> '{ActRow.Drop}', true)")}
            ORDER BY {Place} LIMIT {most}
            """, cancel).ConfigureAwait(false);
        return [.. rows.Select(Letter)];
    }

    /// <summary>What a commit puts in the place of files, so that some rows are gone.</summary>
    public sealed record Rewritten(IReadOnlySet<string> Removed, IReadOnlyList<DataFile> Added);

    /// <summary>Writes the files that hold the rows anew, without them; null: one of them is in no file.</summary>
    /// <exception cref="LakeException">Invalid: the table has columns that nothing here can write.</exception>
    public async Task<Rewritten?> WithoutAsync(
        Table letters, TableContract contract, IReadOnlyList<LogPosition> gone, CancellationToken cancel)
    {
        if (contract.OtherNames is [var other, ..])
            throw LakeException.Invalid($"{contract.Name} has the column {other}, which nothing here can write, so no row can leave it; drop the column");
        await session.ExecuteAsync($"CREATE OR REPLACE TEMP TABLE gone AS SELECT * FROM (VALUES {Chosen.Values(gone)}) v({Place})", cancel).ConfigureAwait(false);
        var (least, most) = (gone.Min(g => g.Next), gone.Max(g => g.Next));
        var plan = await lake.Scan
            .PlanAsync(letters, new() { Filter = Pruned(new() { From = least, To = most }) }, cancel)
            .ConfigureAwait(false);
        var holding = new List<DataFile>();
        var found = 0L;
        foreach (var files in plan.Files.Chunk(FilesAtOnce))
        {
            var counts = new List<string>();
            foreach (var (i, file) in files.Index())
                counts.Add($"SELECT {i} AS file, count(*) AS rows FROM ({await SqlAsync(letters, [file], cancel).ConfigureAwait(false)}) SEMI JOIN gone USING ({Place})");
            foreach (var row in await session.RowsAsync(string.Join(" UNION ALL ", counts), cancel).ConfigureAwait(false))
                if (Convert.ToInt64(row[1], CultureInfo.InvariantCulture) is > 0 and var rows)
                {
                    holding.Add(files[Convert.ToInt32(row[0], CultureInfo.InvariantCulture)]);
                    found += rows;
                }
        }
        if (found < gone.Count)
            return null;
        var kept = $"SELECT * FROM ({await SqlAsync(letters, holding, cancel).ConfigureAwait(false)}) ANTI JOIN gone USING ({Place})";
        var added = await new ExportQuery(session, lake.Store, ids)
            .WriteAsync(kept, contract, letters.Metadata.Location, cancel)
            .ConfigureAwait(false);
        return new(holding.Select(f => f.Path).ToHashSet(StringComparer.Ordinal), added);
    }

    async Task<string> ReaderAsync(Table table, Predicate? filter, CancellationToken cancel)
    {
        var plan = await lake.Scan.PlanAsync(table, new() { Filter = filter }, cancel).ConfigureAwait(false);
        return await SqlAsync(table, plan.Files, cancel).ConfigureAwait(false);
    }

    Task<string> SqlAsync(Table table, IReadOnlyList<DataFile> files, CancellationToken cancel) =>
        TableReader.SqlForAsync(session, table, table.Metadata.Schema, files, cancel);

    /// <summary>What files can be told apart by.</summary>
    static Predicate? Pruned(Chosen chosen)
    {
        var parts = new List<Predicate>();
        if (chosen.From is { } from)
            parts.Add(Predicate.Ge("_offset", Literal.Of(from)));
        if (chosen.To is { } to)
            parts.Add(Predicate.Le("_offset", Literal.Of(to)));
        return parts.Count == 0 ? null : Predicate.And(parts);
    }

    /// <summary>The greatest and the least time that a file can hold are infinite to the engine.</summary>
    static string Micros(string column) =>
        $"coalesce(epoch_us({column}), CASE WHEN {column} > TIMESTAMPTZ '1970-01-01 00:00:00+00' THEN {long.MaxValue} WHEN {column} IS NOT NULL THEN {-long.MaxValue} END)::BIGINT";

    static DeadLetter Letter(object?[] row) => new(
        new(new((string)row[0]!, (string)row[1]!, Convert.ToInt32(row[2], CultureInfo.InvariantCulture)), (long)row[3]!),
        (long?)row[4],
        (long)row[5]!,
        row[6] is { } id ? Convert.ToInt32(id, CultureInfo.InvariantCulture) : null,
        (string)row[7]!,
        (string)row[8]!,
        (byte[]?)row[9],
        (byte[]?)row[10],
        (bool)row[11]!);
}
