using System.Globalization;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>How far bronze is, and which records are its dead letters because the registry lacked their schemas, at one moment.</summary>
/// <param name="Positions">The next offset of each partition that it reads.</param>
/// <param name="Unknown">The records; null: too many to be held.</param>
/// <param name="Location">Of the metadata of bronze.dead_letters, another one when there are more; null: there is no such table.</param>
sealed record BronzeLetters(IReadOnlyDictionary<LogPartition, long> Positions, IReadOnlyCollection<LogPosition>? Unknown, string? Location)
{
    public static readonly TableIdent Ident = TableIdent.Parse(LakeNames.DeadLetters);

    static readonly TableIdent fromTable = new("job", "letters_from");

    /// <param name="parts">Have the lake.</param>
    /// <param name="from">By partition: records at lower offsets do not count, nor do those of other partitions.</param>
    /// <param name="since">Nor do those that bronze read before.</param>
    /// <param name="most">So many are held.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<BronzeLetters> ReadAsync(
        HotParts parts, IReadOnlyDictionary<LogPartition, long> from, DateTimeOffset since, int most, CancellationToken cancel)
    {
        await using var session = await LakeSession
            .OpenAsync(parts.Engine, parts.Lake.Catalog, parts.Lake.Scan, new ScanOptions(), cancel)
            .ConfigureAwait(false);
        var positions = BronzeRows.PositionsIn(session).ToDictionary(p => p.Key, p => p.Value.Next);
        if (session.TryGet(Ident) is not { } table)
            return new(positions, [], null);
        await new BoundTable()
            .Add("log", from.Keys.Select(p => p.LogId))
            .Add("topic", from.Keys.Select(p => p.Topic))
            .Add("part", from.Keys.Select(p => (long)p.Partition))
            .Add("low", from.Values)
            .LoadAsync(session, fromTable, cancel)
            .ConfigureAwait(false);
        var unknown = new HashSet<LogPosition>();
        await using var result = await session.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT _log_id, _topic, _kafka_partition::BIGINT, _offset FROM bronze.dead_letters, job.letters_from
            WHERE reason = 'UNKNOWN_SCHEMA' AND _log_id = log AND _topic = topic AND _kafka_partition = part AND _offset >= low
              AND epoch_us(_ingested_at) >= {since.ToUnixTimeMilliseconds() * 1000}
            LIMIT {most + 1}
            """), cancel).ConfigureAwait(false);
        await foreach (var batch in result.ReadBatchesAsync(cancel).ConfigureAwait(false))
        {
            var row = new ArrowRow(batch);
            for (row.Index = 0; row.Index < batch.Length; row.Index++)
                unknown.Add(new(new(row.Text(0)!, row.Text(1)!, (int)row.Long(2)), row.Long(3)));
        }
        return new(positions, unknown.Count <= most ? unknown : null, table.MetadataLocation);
    }
}
