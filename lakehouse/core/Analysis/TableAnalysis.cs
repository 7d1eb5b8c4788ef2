using System.Globalization;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Statistics;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Analysis;

/// <summary>
/// How many distinct values the columns of tables have, as sketches that cost-based optimisers read and other engines go on from (Puffin
/// spec, <c>apache-datasketches-theta-v1</c>). A table is read once at most: of one that has only grown since its last statistics, what
/// has come. Columns that are nested, or of a type that is not read here, have none.
/// </summary>
/// <param name="lake">Has the tables.</param>
/// <param name="session">Reads rows; used by nobody else meanwhile.</param>
/// <param name="ids">Draws names of files.</param>
public sealed class TableAnalysis(Lake lake, DuckDbSession session, IdSource ids)
{
    /// <summary>Rows between two words of how far it is.</summary>
    const int ProgressRows = 1 << 20;

    /// <summary>Writes the statistics of a table's current snapshot; the table names them when they are committed.</summary>
    /// <param name="table">As it is.</param>
    /// <param name="progress">Told now and then: rows that were read, of how many.</param>
    /// <param name="cancel">Ends it, and nothing has changed.</param>
    /// <returns>Null: there is nothing to write, for its rows have statistics, or it has no row or column to make some of.</returns>
    /// <exception cref="LakeException">Invalid: a table of another format than v2, or with deletes or files that are not ours to read;
    /// Corrupt or Unavailable: a file.</exception>
    public async Task<AnalyzedTable?> WriteAsync(Table table, IProgress<(long Done, long Of)>? progress, CancellationToken cancel)
    {
        var metadata = table.Metadata;
        if (metadata.FormatVersion != 2)
            throw LakeException.Invalid($"{table.Ident} is of format v{metadata.FormatVersion}; this program writes v2 only, so analyze it with the engine that wrote it");
        if (metadata.CurrentSnapshot is not { } snapshot || KnownStatistics.HasCurrent(metadata))
            return null;
        var plan = await lake.Scan.PlanAsync(table, new ScanOptions(), cancel);
        var columns = plan.Schema.Fields.Where(f => IsRead(f.Type)).ToList();
        if (columns.Count == 0 || plan.Files.Count == 0)
            return null;
        var (known, files) = await ToReadAsync(table, plan, columns, cancel);
        var sketches = columns.Select(c => new ColumnSketch(c, known?.Sketches[c.Id] ?? ThetaSketch.Empty)).ToList();
        var toRead = files.Count == 0 ? [] : sketches.Where(sketch => !FileConstants.TryAdd(sketch, files)).ToList();
        if (toRead.Count > 0)
            await ReadAsync(table, plan.Schema, files, toRead, progress, cancel);
        return new(table, await WriteAsync(metadata, snapshot, sketches, cancel))
        {
            Files = files.Count,
            KnownFiles = plan.Files.Count - files.Count,
            Rows = files.Sum(f => f.RecordCount),
        };
    }

    /// <summary>
    /// Names statistics in their tables, in one commit. Those of a table that has gone on meanwhile are of the snapshot that they were made
    /// of, which engines find from the later ones.
    /// </summary>
    /// <exception cref="LakeException">Conflict: a snapshot is not there any more; all that a commit throws. The files are deleted unless
    /// it is not known whether they are named.</exception>
    public async Task CommitAsync(IReadOnlyList<AnalyzedTable> analyzed, CancellationToken cancel)
    {
        if (analyzed.Count == 0)
            return;
        try
        {
            await lake.Catalog.CommitAsync([.. analyzed.Select(ChangeOf)], null, cancel);
        }
        catch (LakeException e) when (!e.OutcomeIsUnknown)
        {
            await DiscardAsync(analyzed);
            throw;
        }
    }

    /// <summary>Deletes what was written and will not be committed.</summary>
    public Task DiscardAsync(IEnumerable<AnalyzedTable> analyzed) =>
        UnreferencedFiles.DeleteAsync(lake.Store, analyzed.Select(a => a.Statistics.Path));

    static TableChange ChangeOf(AnalyzedTable analyzed) =>
        new(analyzed.Table.Ident, _ => new TableIntent { Statistics = analyzed.Statistics })
        {
            Uuid = analyzed.Table.Metadata.TableUuid,
        };

    static bool IsRead(IcebergType type) => type.FixedLength is not null || type.Name is
        "boolean" or "int" or "long" or "float" or "double" or "decimal" or "date" or "time" or "timestamp" or "timestamptz"
        or "string" or "binary" or "uuid";

    /// <summary>
    /// What an earlier snapshot's statistics leave to read. A sketch cannot forget: where a file has gone, all are read again.
    /// </summary>
    async Task<(KnownStatistics? Known, IReadOnlyList<DataFile> Files)> ToReadAsync(
        Table table, ScanPlan plan, IReadOnlyList<SchemaField> columns, CancellationToken cancel)
    {
        if (await KnownStatistics.FindAsync(table.Metadata, columns, lake.Store, cancel) is not { } known)
            return (null, plan.Files);
        var then = await lake.Scan.PlanAsync(table, new ScanOptions { SnapshotId = known.Snapshot.SnapshotId }, cancel);
        var old = then.Files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var added = plan.Files.Where(f => !old.Remove(f.Path)).ToList();
        return old.Count == 0 ? (known, added) : (null, plan.Files);
    }

    async Task ReadAsync(
        Table table, IcebergSchema schema, IReadOnlyList<DataFile> files, List<ColumnSketch> sketches,
        IProgress<(long Done, long Of)>? progress, CancellationToken cancel)
    {
        var (all, done, told) = (files.Sum(f => f.RecordCount), 0L, 0L);
        var rows = await TableReader.SqlForAsync(session, table, schema, files, cancel);
        var names = string.Join(", ", sketches.Select(s => SqlText.Name(TableReader.ShownName(schema, s.Column))));
        await using var answer = await session.QueryAsync($"SELECT {names} FROM ({rows})", [], cancel);
        await foreach (var batch in answer.ReadBatchesAsync(cancel))
        {
            for (var i = 0; i < sketches.Count; i++)
                sketches[i].Add(batch.Column(i));
            done += batch.Length;
            if (done - told < ProgressRows)
                continue;
            told = done;
            progress?.Report((done, all));
        }
        if (done != all)
            throw LakeException.Corrupt($"files of {table.Ident} hold {done} rows where its manifests say {all}; see 'dartlake verify'");
    }

    async Task<StatisticsFile> WriteAsync(TableMetadata table, Snapshot snapshot, List<ColumnSketch> sketches, CancellationToken cancel)
    {
        var blobs = new List<(StatisticsBlob Blob, byte[] Bytes)>();
        foreach (var column in sketches)
        {
            var sketch = column.Build();
            var ndv = ((long)sketch.Estimate).ToString(CultureInfo.InvariantCulture);
            var properties = new Dictionary<string, string>(StringComparer.Ordinal) { [StatisticsBlob.Ndv] = ndv };
            blobs.Add((
                new(StatisticsBlob.Theta, snapshot.SnapshotId, snapshot.SequenceNumber, [column.Column.Id], properties),
                ThetaSketchBytes.Write(sketch)));
        }
        var (file, footer) = PuffinFile.Write(blobs);
        var name = $"{StatisticsFile.Prefix}{snapshot.SnapshotId}-{ids.NewId():N}{StatisticsFile.Suffix}";
        var location = $"{SnapshotProducer.MetadataFolder(table)}/{name}";
        await lake.Store.WriteNewAsync(location, file, cancel);
        return new(snapshot.SnapshotId, location, file.Length, footer, [.. blobs.Select(b => b.Blob)]);
    }
}
