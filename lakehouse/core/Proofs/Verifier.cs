using System.Collections.Concurrent;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>
/// Proves, per bronze table and partition, that every offset below the table's position is in exactly one of its rows, the dead
/// letters and the holes. Takes positions and file lists from metadata, and everything else from the rows of the files.
/// </summary>
public sealed class Verifier(ICatalog catalog, TableScan scan, IObjectStore store)
{
    const int ReadersMax = 2;
    static readonly TableIdent DeadLetters = TableIdent.Parse(LakeNames.DeadLetters), Holes = TableIdent.Parse(LakeNames.LogHoles);

    /// <summary>
    /// Proves the named bronze tables, or all of them, as one read of the catalog saw them. A table that cannot be read is a finding of
    /// its own and does not stop the others; one in bronze that no job of ours writes is left out, unless it is named.
    /// </summary>
    /// <exception cref="LakeException">Invalid: no such bronze table, or one that no job writes.</exception>
    public async Task<VerifyReport> VerifyAsync(IReadOnlyCollection<TableIdent>? only, CancellationToken cancel)
    {
        var survey = await catalog.SurveyAsync(cancel);
        var bronze = survey.Tables.Keys.Concat(survey.LeftOut.Keys)
            .Where(t => t.Namespace == DeadLetters.Namespace && t != DeadLetters)
            .Order()
            .ToList();
        var foreign = bronze.Where(t => survey.Tables.TryGetValue(t, out var table) && IsForeign(table)).ToList();
        var wanted = only is null ? bronze.Except(foreign).ToList() : Named(only, bronze, foreign);

        var coverage = new Coverage();
        var reads = new Dictionary<TableIdent, TableRead>();
        var unread = new Dictionary<TableIdent, string>();
        foreach (var ident in wanted.Append(DeadLetters).Append(Holes))
            if (survey.LeftOut.TryGetValue(ident, out var why))
                unread[ident] = why.Message;
            else if (survey.Tables.TryGetValue(ident, out var table))
                await TryAsync(ident, unread, async () => reads[ident] = await ReadAsync(table, coverage, cancel));

        var proofs = new Dictionary<TableIdent, TableProof>();
        var claimed = new HashSet<LogPartition>();
        if (unread.Keys.FirstOrDefault(t => t == DeadLetters || t == Holes) is { } half)
            foreach (var ident in reads.Keys.Where(wanted.Contains))
                unread.Add(ident, $"{ident} cannot be proven while {half} cannot be read");
        else
            foreach (var ident in wanted.Where(reads.ContainsKey))
                await TryAsync(
                    ident, unread, async () => proofs[ident] = await ProveAsync(survey.Tables[ident], reads, coverage, claimed, cancel));
        foreach (var (ident, why) in unread)
            proofs[ident] = new(ident, 0, 0, [], [new(ProofFindingKind.TableUnreadable, null, null, [], why)]);
        var rest = only is null && !unread.ContainsKey(DeadLetters) && !unread.ContainsKey(Holes)
            ? Rest(reads, coverage, unread.Count > 0 ? null : claimed)
            : [];
        return new([.. wanted.Append(DeadLetters).Append(Holes).Where(proofs.ContainsKey).Select(t => proofs[t]), .. rest])
        {
            LeftOut = only is null ? foreign : [],
        };
    }

    static List<TableIdent> Named(IReadOnlyCollection<TableIdent> only, List<TableIdent> bronze, List<TableIdent> foreign)
    {
        var found = only
            .Select(t => t.FindIn(bronze) ?? throw LakeException.Invalid(
                $"there is no bronze table {t}; there are {(bronze.Count == 0 ? "none" : string.Join(", ", bronze))}"))
            .ToHashSet();
        return found.FirstOrDefault(foreign.Contains) is { } other
            ? throw LakeException.Invalid($"{other} is not a table that a bronze job writes: its rows have no coordinates to prove")
            : [.. bronze.Where(found.Contains)];
    }

    static bool IsForeign(Table table) =>
        !table.Metadata.Properties.ContainsKey(LakeNames.Position) && !CoordinateFile.Columns.AreIn(table.Metadata.Schema);

    static async Task TryAsync(TableIdent ident, Dictionary<TableIdent, string> unread, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (LakeException e)
        {
            unread[ident] = e.Message.Contains(ident.ToString(), StringComparison.Ordinal) ? e.Message : $"{ident}: {e.Message}";
        }
    }

    /// <summary>What reading a table's files gave.</summary>
    sealed record TableRead(
        IReadOnlyList<string> Files, CoordinateFile.Columns Columns, long Rows, IReadOnlyList<ProofFinding> Findings);

    async Task<TableRead> ReadAsync(Table table, Coverage coverage, CancellationToken cancel)
    {
        var plan = await scan.PlanAsync(table, new ScanOptions(), cancel);
        var columns = table.Ident == Holes ? CoordinateFile.Columns.OfHoles(plan.Schema) : CoordinateFile.Columns.OfRows(plan.Schema);
        var findings = new ConcurrentQueue<ProofFinding>();
        foreach (var twice in plan.Files.GroupBy(f => f.Path, StringComparer.Ordinal).Where(g => g.Count() > 1))
            findings.Enqueue(OfFile(ProofFindingKind.FileTwice, twice.Key, $"{table.Ident} lists {twice.Key} {twice.Count()} times"));
        long rows = 0;
        var readers = new ParallelOptions { MaxDegreeOfParallelism = ReadersMax, CancellationToken = cancel };
        await Parallel.ForEachAsync(plan.Files, readers, async (file, token) =>
        {
            var (count, finding) = await ReadFileAsync(table, file, columns, coverage, token);
            Interlocked.Add(ref rows, count);
            if (finding is not null)
                findings.Enqueue(finding);
        });
        return new([.. plan.Files.Select(f => f.Path)], columns, rows, [.. findings.OrderBy(f => f.Says, StringComparer.Ordinal)]);
    }

    async Task<(long Rows, ProofFinding? Finding)> ReadFileAsync(
        Table table, DataFile file, CoordinateFile.Columns columns, Coverage coverage, CancellationToken cancel)
    {
        long rows = 0;
        try
        {
            await CoordinateFile.ReadAsync(store, file.Path, columns, group =>
            {
                rows += group.From.Length;
                coverage.Add(table.Ident, group);
            }, cancel);
            return (rows, rows == file.RecordCount ? null
                : OfFile(ProofFindingKind.FileCorrupt, file.Path, $"{file.Path} holds {rows} rows where the manifest of {table.Ident} says {file.RecordCount}"));
        }
        catch (FileNotFoundException)
        {
            return (rows, OfFile(ProofFindingKind.FileMissing, file.Path, $"{file.Path} of {table.Ident} is not there; restore it, or roll the table back"));
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Corrupt)
        {
            return (rows, OfFile(ProofFindingKind.FileCorrupt, file.Path, $"{table.Ident}: {e.Message}"));
        }
    }

    async Task<TableProof> ProveAsync(
        Table table, Dictionary<TableIdent, TableRead> reads, Coverage coverage, HashSet<LogPartition> claimed, CancellationToken cancel)
    {
        var read = reads[table.Ident];
        var positions = RecordedPositions.Of(table);
        var faults = new List<(LogPartition Partition, OffsetSweep.Fault Fault)>();
        var partitions = new List<PartitionProof>();
        foreach (var place in positions.Next.Keys.Union(coverage.PartitionsOf(table.Ident)).Order())
        {
            claimed.Add(place);
            var next = positions.Next.GetValueOrDefault(place);
            var rows = coverage.RowsOf(table.Ident, place);
            var dead = coverage.RowsOf(DeadLetters, place);
            var holes = coverage.HolesOf(place);
            var counts = new PartitionProof(place, next, rows.Offsets.Count, dead.Offsets.Count, holes.Sum(h => h.Count));
            partitions.Add(counts with { Lost = coverage.LostOf(place) });
            faults.AddRange(OffsetSweep.Faults(rows.Offsets.Runs(), dead.Offsets.Runs(), holes, next).Select(f => (place, f)));
            faults.AddRange(rows.Twice.Runs().Concat(dead.Twice.Runs())
                .Select(run => (place, new OffsetSweep.Fault(ProofFindingKind.Duplicate, run))));
        }
        var concerned = reads.Where(r => r.Key == table.Ident || r.Key == DeadLetters || r.Key == Holes)
            .SelectMany(r => r.Value.Files.Distinct(StringComparer.Ordinal).Select(f => (f, r.Value.Columns)));
        var found = await FaultFiles.DescribeAsync(store, faults, [.. concerned], cancel);
        IReadOnlyList<ProofFinding> findings = [.. PositionFindings(table, positions), .. read.Findings, .. found];
        return new(table.Ident, read.Files.Count, read.Rows, partitions, findings);
    }

    /// <summary>
    /// Dead letters and holes of logs that no table has a position in (not known when not every table was read), and what is wrong with
    /// the files of these two tables.
    /// </summary>
    static IEnumerable<TableProof> Rest(Dictionary<TableIdent, TableRead> reads, Coverage coverage, HashSet<LogPartition>? claimed)
    {
        foreach (var ident in new[] { DeadLetters, Holes }.Where(reads.ContainsKey))
        {
            var places = ident == Holes ? coverage.PartitionsOfHoles : coverage.PartitionsOf(ident);
            var strays = places.Where(p => claimed?.Contains(p) == false).Order()
                .Select(p => new ProofFinding(ProofFindingKind.BeyondPosition, p, null, [], $"{ident} speaks of {p}, in which no bronze table has a position"));
            yield return new(ident, reads[ident].Files.Count, reads[ident].Rows, [], [.. reads[ident].Findings, .. strays]);
        }
    }

    static IEnumerable<ProofFinding> PositionFindings(Table table, RecordedPositions positions)
    {
        if (positions.SnapshotId is not { } id)
            yield break;
        var line = new MainLine(table.Metadata);
        if (!line.DescendsFrom(id))
            yield return OfPosition($"{table.Ident}: the position belongs to snapshot {id}, which main does not descend from; after a wanted rollback start the job with --read-again, which reads again what came after it, or with --accept-position, which does not");
        else if (line.Snapshots.FirstOrDefault(s => s.SnapshotId == id) is { } named
            && RecordedPositions.OfSummary(named) is { } summary
            && !Same(summary, positions.Next))
            yield return OfPosition($"{table.Ident}: the position differs from the offsets in the summary of its snapshot {id}");
    }

    static bool Same(IReadOnlyDictionary<LogPartition, long> a, IReadOnlyDictionary<LogPartition, long> b) =>
        a.Count == b.Count && a.All(at => b.TryGetValue(at.Key, out var next) && next == at.Value);

    static ProofFinding OfPosition(string says) => new(ProofFindingKind.PositionCorrupt, null, null, [], says);

    static ProofFinding OfFile(ProofFindingKind kind, string path, string says) => new(kind, null, null, [path], says);
}
