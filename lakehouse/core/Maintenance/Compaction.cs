using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>
/// Joins the small files of a table's closed partitions, in one commit that leaves every row as it is. Streams and runs go on: an append
/// is rebased on, and what somebody else took out meanwhile is left out. Killed at any point nothing has changed, or all has.
/// </summary>
/// <param name="lake">Has the table.</param>
/// <param name="ids">Draws names of files.</param>
public sealed class Compaction(Lake lake, IdSource ids)
{
    /// <summary>The summary key of a snapshot that maintenance made.</summary>
    public const string SummaryKey = "dartlake.maintenance";

    /// <summary>How often what was joined is chosen anew because files had left the table.</summary>
    const int MaxChoices = 5;

    /// <summary>Files that are joined to one.</summary>
    sealed record Joined(IReadOnlyList<DataFile> Files, DataFile Result);

    /// <summary>Compacts a table; when there is nothing to join, nothing is committed.</summary>
    /// <param name="ident">Of a table that is there.</param>
    /// <param name="options">Which days, and how large files shall be.</param>
    /// <param name="progress">Told after each new file: files that were joined, of how many.</param>
    /// <param name="cancel">Ends it between files, and nothing has changed.</param>
    /// <exception cref="LakeException">Invalid: no such table, or one with deletes or files that are not ours to read; Corrupt or
    /// Unavailable: a file; Conflict: others take out what is joined again and again.</exception>
    public async Task<CompactReport> RunAsync(
        TableIdent ident, CompactOptions options, IProgress<(int Done, int Of)>? progress, CancellationToken cancel)
    {
        var table = await lake.Catalog.TryLoadAsync(ident, cancel)
            ?? throw LakeException.Invalid($"there is no table {ident}; 'dartlake table ls' lists all");
        if (!CanCompact(table.Metadata))
            throw LakeException.Invalid($"{ident} is of format v{table.Metadata.FormatVersion}; this program writes v2 only, so compact it with the engine that wrote it");
        var bins = await PlanAsync(table, (await lake.Scan.PlanAsync(table, new ScanOptions(), cancel)).Files, options, cancel);
        if (bins.Count == 0)
            return new(ident, 0, 0, 0, 0, 0, 0, 0, null);
        var joined = new List<Joined>();
        try
        {
            foreach (var bin in bins)
            {
                joined.Add(await JoinAsync(table, bin, cancel));
                progress?.Report((joined.Sum(j => j.Files.Count), bins.Sum(b => b.Count)));
            }
        }
        catch
        {
            await DiscardAsync(joined);
            throw;
        }
        return await CommitAsync(table, joined, cancel);
    }

    /// <summary>Whether it is of the format that is committed to.</summary>
    internal static bool CanCompact(TableMetadata table) => table.FormatVersion == 2;

    /// <summary>The groups of a table's live files that a compaction would join, without an effect.</summary>
    internal async Task<IReadOnlyList<IReadOnlyList<DataFile>>> PlanAsync(
        Table table, IReadOnlyList<DataFile> files, CompactOptions options, CancellationToken cancel)
    {
        var small = CompactionPlan.Small(table.Metadata, files, options);
        var several = small.GroupBy(f => f.Partition).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet();
        var shaped = new List<(DataFile, string)>();
        foreach (var file in small.Where(f => several.Contains(f.Partition)))
            if (await ParquetFileJoiner.ShapeAsync(lake.Store, file.Path, cancel) is { } shape)
                shaped.Add((file, shape));
        return CompactionPlan.Bins(shaped, CompactionPlan.TargetOf(table.Metadata, options));
    }

    async Task<Joined> JoinAsync(Table table, IReadOnlyList<DataFile> bin, CancellationToken cancel)
    {
        var location = $"{FolderOf(table, bin[0])}/{ids.NewId():N}.parquet";
        await ParquetFileJoiner.JoinAsync(lake.Store, [.. bin.Select(f => f.Path)], location, cancel);
        var file = await FooterMetrics.ReadAsync(lake.Store, location, table.Metadata.Schema, bin[0].Partition, cancel) with
        {
            SpecId = table.Metadata.DefaultSpecId,
            NanValueCounts = NanCounts(bin),
        };
        var said = bin.Sum(f => f.RecordCount);
        return file.RecordCount == said ? new(bin, file) : throw LakeException.Corrupt(
            $"files of {table.Ident} hold {file.RecordCount} rows where its manifests say {said}: {FileLocation.Shown(bin[0].Path)} and {bin.Count - 1} others; see 'dartlake verify'");
    }

    /// <summary>Beside the first of them, when that lies in the table's folder.</summary>
    static string FolderOf(Table table, DataFile file)
    {
        var (home, path) = (FileLocation.Normal(table.Metadata.Location), FileLocation.Normal(file.Path));
        return path.StartsWith(home + "/", StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : $"{home}/data";
    }

    /// <summary>Of columns that all files count; footers do not.</summary>
    static Dictionary<int, long> NanCounts(IReadOnlyList<DataFile> files) => files[0].NanValueCounts.Keys
        .Where(id => files.All(f => f.NanValueCounts.ContainsKey(id)))
        .ToDictionary(id => id, id => files.Sum(f => f.NanValueCounts[id]));

    async Task<CompactReport> CommitAsync(Table table, List<Joined> joined, CancellationToken cancel)
    {
        var (wanted, choices) = (joined.Sum(j => j.Files.Count), 0);
        while (joined.Count > 0)
        {
            try
            {
                var committed = await lake.Catalog.CommitAsync([ChangeOf(table, joined)], null, cancel);
                return Report(table.Ident, joined, wanted, committed[0].Metadata.CurrentSnapshotId);
            }
            catch (LakeException e) when (e.Kind == LakeErrorKind.Conflict && ++choices < MaxChoices)
            {
                joined = await StillThereAsync(table, joined, cancel);
            }
            catch (LakeException e) when (e.Kind is LakeErrorKind.Conflict or LakeErrorKind.Invalid)
            {
                await DiscardAsync(joined);
                throw;
            }
        }
        return Report(table.Ident, joined, wanted, null);
    }

    static TableChange ChangeOf(Table table, List<Joined> joined) => new(table.Ident, now =>
        now.Metadata.DefaultSpecId != table.Metadata.DefaultSpecId
        ? throw LakeException.Conflict($"the partitioning of {table.Ident} has changed meanwhile; nothing was committed")
        : new TableIntent
        {
            Rewrite = joined.SelectMany(j => j.Files).Select(f => f.Path).ToHashSet(StringComparer.Ordinal),
            Add = [.. joined.Select(j => j.Result)],
            Summary = SummaryOf(now.Metadata),
        })
    { Uuid = table.Metadata.TableUuid };

    /// <summary>How far the table is in its logs is as true of this snapshot as of the one before.</summary>
    static Dictionary<string, string> SummaryOf(TableMetadata table)
    {
        var summary = new Dictionary<string, string>(StringComparer.Ordinal) { [SummaryKey] = "compact" };
        if (table.CurrentSnapshot?.Summary.GetValueOrDefault(LakeNames.Offsets) is { } offsets)
            summary[LakeNames.Offsets] = offsets;
        return summary;
    }

    /// <summary>Those all of whose files are in the table; what was joined of others is deleted.</summary>
    async Task<List<Joined>> StillThereAsync(Table table, List<Joined> joined, CancellationToken cancel)
    {
        var now = await lake.Catalog.TryLoadAsync(table.Ident, cancel);
        var live = now is null
            || now.Metadata.TableUuid != table.Metadata.TableUuid
            || now.Metadata.DefaultSpecId != table.Metadata.DefaultSpecId
            ? []
            : (await lake.Scan.PlanAsync(now, new ScanOptions(), cancel)).Files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var there = joined.Where(j => j.Files.All(f => live.Contains(f.Path))).ToList();
        await DiscardAsync(joined.Except(there));
        return there;
    }

    Task DiscardAsync(IEnumerable<Joined> joined) => UnreferencedFiles.DeleteAsync(lake.Store, joined.Select(j => j.Result.Path));

    static CompactReport Report(TableIdent ident, List<Joined> joined, int wanted, long? snapshot)
    {
        var files = joined.SelectMany(j => j.Files).ToList();
        return new(
            ident,
            files.Select(f => f.Partition).Distinct().Count(),
            files.Count,
            joined.Count,
            files.Sum(f => f.RecordCount),
            files.Sum(f => f.FileSizeInBytes),
            joined.Sum(j => j.Result.FileSizeInBytes),
            wanted - files.Count,
            snapshot);
    }
}
