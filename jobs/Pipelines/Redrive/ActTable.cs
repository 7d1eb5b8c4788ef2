using System.Globalization;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>
/// The table <c>ops.acts</c>. Its acts are numbered: a commit asserts that nobody has acted since it looked, so of two that choose the
/// same record one is refused and looks again.
/// </summary>
sealed class ActTable(ParquetFileWriter writer, TimeProvider time, IdSource ids)
{
    public static readonly TableIdent Ident = ActNumber.Table;

    /// <summary>An act that is ready to be committed.</summary>
    /// <param name="Number">Of the act.</param>
    /// <param name="Snapshot">Of ops.acts, when it is committed.</param>
    /// <param name="Change">Its part of the commit.</param>
    public sealed record Prepared(long Number, long Snapshot, TableChange Change)
    {
        /// <summary>The summary of the snapshots that it makes in other tables.</summary>
        public Dictionary<string, string> Summary => Said(Number);
    }

    /// <summary>Writes the rows of the act that follows those which the table has.</summary>
    /// <param name="table">As one read of the catalog saw it.</param>
    /// <param name="contract">As the table has it.</param>
    /// <param name="rows">Of one verb.</param>
    /// <param name="signature">Who, and why.</param>
    /// <param name="written">Gets the files.</param>
    /// <param name="cancel">Ends the writing.</param>
    public async Task<Prepared> PrepareAsync(
        Table table,
        TableContract contract,
        IEnumerable<ActRow> rows,
        Signature signature,
        List<DataFile> written,
        CancellationToken cancel)
    {
        var last = ActNumber.Of(table);
        var released = ActNumber.OfReleases(table);
        var batch = new ColumnBatch(contract, 64);
        foreach (var row in rows)
        {
            Add(batch, row, last + 1, signature);
            if (row.Verb == ActRow.Release)
                released = last + 1;
        }
        var files = await writer.WriteAsync(batch, table.Metadata.Location, cancel).ConfigureAwait(false);
        written.AddRange(files);
        var snapshot = ids.NewLong();
        var intent = new TableIntent
        {
            Add = files,
            SnapshotId = snapshot,
            Summary = Said(last + 1),
            Properties = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                [LakeNames.Act] = Text(last + 1),
                [LakeNames.Released] = Text(released),
            },
        };
        var adding = WrittenColumns.Keeping(Ident, contract, intent);
        return new(last + 1, snapshot, adding with
        {
            Plan = now => ActNumber.Of(now) == last
                ? adding.Plan(now)
                : throw LakeException.Conflict($"somebody else has acted on dead letters or quarantine meanwhile, act {ActNumber.Of(now)}; look again"),
        });
    }

    void Add(ColumnBatch batch, ActRow row, long number, Signature signature)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["act"] = number,
            ["acted_at"] = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
            ["acted_by"] = signature.By,
            ["why"] = signature.Why,
            ["verb"] = row.Verb,
            ["kind"] = row.Kind,
            ["table_name"] = row.Table,
            ["trade_date"] = row.TradeDate is { } day ? day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber : null,
            ["reason"] = row.Reason,
            ["detail"] = row.Detail,
            ["_log_id"] = row.At.Partition.LogId,
            ["_topic"] = row.At.Partition.Topic,
            ["_kafka_partition"] = row.At.Partition.Partition,
            ["_offset"] = row.At.Next,
            ["schema_id"] = row.SchemaId,
            ["key"] = row.Key,
            ["value"] = row.Value,
            ["row_json"] = row.Json,
        };
        for (var i = 0; i < batch.ColumnCount; i++)
            batch[i].AppendBoxed(values.GetValueOrDefault(batch[i].Definition.Name));
        batch.EndRow();
    }

    static Dictionary<string, string> Said(long number) => new(StringComparer.Ordinal) { [LakeNames.Act] = Text(number) };

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
