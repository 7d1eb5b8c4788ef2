using System.Globalization;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Statistics;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Analysis;

/// <summary>
/// How many distinct values the columns of tables have, as sketches that cost-based optimisers read and other engines go on from (Puffin
/// spec, <c>apache-datasketches-theta-v1</c>). A file is read once at most: of a table that has only grown since its last statistics, or
/// was compacted, what has come, and of a column that has none yet all. Columns that are nested, or of a type that is not read here, have
/// none.
/// </summary>
/// <param name="lake">Has the tables.</param>
/// <param name="engine">Reads rows, in sessions of their own.</param>
/// <param name="ids">Draws names of files.</param>
public sealed class TableAnalysis(Lake lake, DuckDbEngine engine, IdSource ids)
{
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
        var columns = metadata.Schema.Fields.Where(f => IsRead(f.Type)).ToList();
        if (columns.Count == 0 || metadata.CurrentSnapshot is not { } snapshot
            || await KnownStatistics.HasCurrentAsync(metadata, columns, lake.Store, cancel))
            return null;
        var plan = await lake.Scan.PlanAsync(table, new ScanOptions(), cancel);
        if (plan.Files.Count == 0)
            return null;
        var known = await KnownAsync(table, plan, columns, cancel);
        var sketches = columns.Select(c => new ColumnSketch(c, known.Sketches.GetValueOrDefault(c.Id) ?? ThetaSketch.Empty)).ToList();
        var files = plan.Files.ToLookup(f => known.Files.Contains(f.Path));
        ColumnRead[] reads =
        [
            ColumnRead.Of([.. files[false]], sketches),
            ColumnRead.Of([.. files[true]], sketches.Where(s => !known.Sketches.ContainsKey(s.Column.Id))),
        ];
        var reader = new ColumnReader(engine, table, plan.Schema, progress, reads.Sum(r => r.Rows));
        foreach (var read in reads)
            await reader.ReadAsync(read, cancel);
        return new(table, await WriteAsync(metadata, snapshot, sketches, cancel))
        {
            Files = reads.Sum(r => r.Files.Count),
            KnownFiles = files[true].Count(),
            Rows = reads.Sum(r => r.Rows),
        };
    }

    /// <summary>
    /// Names statistics in their tables, in one commit. Those of a table that has gone on meanwhile are of the snapshot that they were made
    /// of, which engines find from the later ones.
    /// </summary>
    /// <exception cref="LakeException">Conflict: a snapshot is not there any more; all that a commit throws. The files are deleted unless
    /// it is not known whether they are named, and so they are when it is cancelled, which it is before its tables move only.</exception>
    public async Task CommitAsync(IReadOnlyList<AnalyzedTable> analyzed, CancellationToken cancel)
    {
        if (analyzed.Count == 0)
            return;
        try
        {
            await lake.Catalog.CommitAsync([.. analyzed.Select(ChangeOf)], null, cancel);
        }
        catch (Exception e) when (e is LakeException { OutcomeIsUnknown: false }
            || e is OperationCanceledException && cancel.IsCancellationRequested)
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

    /// <summary>What an earlier state's statistics tell: sketches by field id, and the files that they need not see again.</summary>
    async Task<(IReadOnlyDictionary<int, ThetaSketch> Sketches, IReadOnlySet<string> Files)> KnownAsync(
        Table table, ScanPlan plan, IReadOnlyList<SchemaField> columns, CancellationToken cancel) =>
        await KnownStatistics.FindAsync(table.Metadata, columns, lake.Store, cancel) is { } known
        && await new KnownFiles(lake.Scan, table).FindAsync(known.Snapshot, plan, cancel) is { } files
            ? (known.Sketches, files)
            : (new Dictionary<int, ThetaSketch>(), new HashSet<string>());

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
