using System.Globalization;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>Reads bronze.dead_letters, and writes files anew without some of their rows.</summary>
sealed class DeadLetterRows(Lake lake, DuckDbSession session, IdSource ids, PartLimit limit)
{
    const string Place = LastActs.Place;
    static readonly TableIdent gone = new("job", "gone");
    static readonly string columns =
        $"{Place}, {Times.Micros("_timestamp")}, {Times.Micros("_ingested_at")}, schema_id, reason, detail, key, value, dropped";

    readonly LastActs acts = new(lake, session);

    /// <summary>Chosen rows in the order of their places.</summary>
    /// <param name="letters">bronze.dead_letters.</param>
    /// <param name="decided">ops.acts, in the same state of the catalog; null: there is none.</param>
    /// <param name="chosen">Which.</param>
    /// <param name="most">So many.</param>
    /// <param name="cancel">Ends the query.</param>
    public async Task<IReadOnlyList<DeadLetter>> ReadAsync(
        Table letters, Table? decided, Chosen chosen, int most, CancellationToken cancel)
    {
        var values = new List<object?>();
        var all = await acts.ReaderAsync(letters, Pruned(chosen), cancel).ConfigureAwait(false);
        var some = await ChosenAsync(all, decided, chosen, values, cancel).ConfigureAwait(false);
        var rows = await session.RowsAsync($"SELECT {columns} FROM ({some}) ORDER BY {Place} LIMIT {most}", cancel, values)
            .ConfigureAwait(false);
        return [.. rows.Select(Letter)];
    }

    /// <summary>The newest time at which a row was read; null: there is no row.</summary>
    public async Task<long?> NewestAsync(Table letters, CancellationToken cancel) => (long?)(await session.RowsAsync(
        $"SELECT max({Times.Micros("_ingested_at")}) FROM ({await acts.ReaderAsync(letters, null, cancel).ConfigureAwait(false)})", cancel)
        .ConfigureAwait(false))[0][0];

    /// <summary>The files that can hold chosen rows.</summary>
    public async Task<IReadOnlyList<DataFile>> PlanAsync(Table letters, Chosen chosen, CancellationToken cancel) =>
        (await lake.Scan.PlanAsync(letters, new() { Filter = Pruned(chosen) }, cancel).ConfigureAwait(false)).Files;

    /// <summary>Chosen rows of some files, as many as one commit takes.</summary>
    /// <param name="letters">bronze.dead_letters.</param>
    /// <param name="decided">ops.acts, in the same state of the catalog.</param>
    /// <param name="chosen">Which.</param>
    /// <param name="newest">Only rows that were read until then.</param>
    /// <param name="from">The files, and behind which place.</param>
    /// <param name="cancel">Ends the query.</param>
    public async Task<LetterPart> ReadAsync(
        Table letters, Table decided, Chosen chosen, long newest, LetterCursor.Step from, CancellationToken cancel)
    {
        var values = new List<object?>();
        var selects = new List<string>();
        foreach (var (i, file) in from.Files.Index())
            selects.Add($"SELECT {i} AS file, * FROM ({await SqlAsync(letters, [file], cancel).ConfigureAwait(false)})");
        var some = await ChosenAsync(string.Join(" UNION ALL ", selects), decided, chosen, values, cancel).ConfigureAwait(false);
        values.Add(newest);
        var behind = $"SELECT * FROM ({some}) WHERE {Times.Micros("_ingested_at")} <= ? AND {LastActs.Behind(from.After, values)}";
        var first = limit.First(behind, Place, "coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0)");
        var rows = await session.RowsAsync($"SELECT {columns}, file, chosen FROM ({first}) ORDER BY {Place}", cancel, values)
            .ConfigureAwait(false);
        return new(
            from,
            [.. rows.Select(Letter)],
            [.. rows.Select(r => from.Files[Convert.ToInt32(r[12], CultureInfo.InvariantCulture)])],
            rows.Count == 0 || rows.Count == Convert.ToInt64(rows[0][13], CultureInfo.InvariantCulture));
    }

    /// <summary>What a commit puts in the place of files, so that some rows are gone.</summary>
    public sealed record Rewritten(IReadOnlySet<string> Removed, IReadOnlyList<DataFile> Added);

    /// <summary>Writes files anew without some of their rows.</summary>
    /// <param name="letters">bronze.dead_letters.</param>
    /// <param name="contract">As the table has it.</param>
    /// <param name="holding">The files that hold the rows.</param>
    /// <param name="places">Of the rows.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">Invalid: the table has columns that nothing here can write.</exception>
    public async Task<Rewritten> WithoutAsync(
        Table letters, TableContract contract, IReadOnlyList<DataFile> holding, IReadOnlyList<LogPosition> places, CancellationToken cancel)
    {
        if (contract.OtherNames is [var other, ..])
            throw LakeException.Invalid($"{contract.Name} has the column {other}, which nothing here can write, so no row can leave it; drop the column");
        await new BoundTable()
            .Add("_log_id", places.Select(p => p.Partition.LogId))
            .Add("_topic", places.Select(p => p.Partition.Topic))
            .Add("_kafka_partition", places.Select(p => (long)p.Partition.Partition))
            .Add("_offset", places.Select(p => p.Next))
            .LoadAsync(session, gone, cancel).ConfigureAwait(false);
        var kept = $"SELECT * FROM ({await SqlAsync(letters, holding, cancel).ConfigureAwait(false)}) ANTI JOIN {gone} USING ({Place})";
        var added = await new ExportQuery(session, lake.Store, ids)
            .WriteAsync(kept, contract, letters.Metadata.Location, cancel)
            .ConfigureAwait(false);
        return new(holding.Select(f => f.Path).ToHashSet(StringComparer.Ordinal), added);
    }

    /// <summary>SQL of chosen rows, with whether they are dropped.</summary>
    async Task<string> ChosenAsync(string rows, Table? decided, Chosen chosen, List<object?> values, CancellationToken cancel) => $"""
            SELECT letters.*, coalesce(d.verb = '{ActRow.Drop}', false) AS dropped
            FROM ({rows}) letters LEFT JOIN {await acts.SqlAsync(decided, ActRow.DeadLetter, "", cancel).ConfigureAwait(false)} d USING ({Place})
            WHERE {chosen.Where("reason", "CAST(_ingested_at AT TIME ZONE 'UTC' AS DATE)", values)}
                AND {(chosen.Dropped ? "true" : $"coalesce(d.verb <> '{ActRow.Drop}', true)")}
            """;

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
