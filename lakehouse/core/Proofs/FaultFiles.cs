using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>Turns faults into findings that name the files. Reads the files a second time, and only when there is a fault.</summary>
static class FaultFiles
{
    /// <summary>As many faults are described one by one; the rest is counted.</summary>
    const int DescribedMax = 200;

    public static async Task<IReadOnlyList<ProofFinding>> DescribeAsync(
        IObjectStore store,
        IReadOnlyList<(LogPartition Partition, OffsetSweep.Fault Fault)> faults,
        IReadOnlyList<(string Path, CoordinateFile.Columns Columns)> files,
        CancellationToken cancel)
    {
        if (faults.Count == 0)
            return [];
        var described = faults.Take(DescribedMax).Select(f => new Sought(f.Partition, f.Fault)).ToList();
        var byPlace = described.GroupBy(s => s.Partition).ToDictionary(g => g.Key, g => g.ToList());
        foreach (var (path, columns) in files)
        {
            try
            {
                await CoordinateFile.ReadAsync(store, path, columns, group => Look(group, path, byPlace), cancel);
            }
            catch (Exception e) when (e is LakeException or FileNotFoundException)
            {
                // The first reading has reported the file.
                continue;
            }
        }
        var findings = described.Select(s => s.ToFinding()).ToList();
        if (faults.Count > DescribedMax)
            findings.Add(Rest(faults[DescribedMax].Partition, faults[DescribedMax].Fault, faults.Count - DescribedMax));
        return findings;
    }

    static ProofFinding Rest(LogPartition partition, OffsetSweep.Fault first, int count) =>
        new(first.Kind, partition, first.Offsets, [], $"and {count:N0} more, the first in {partition} at {first.Offsets}");

    static void Look(CoordinateRows group, string path, Dictionary<LogPartition, List<Sought>> byPlace)
    {
        List<Sought>? here = null;
        for (var i = 0; i < group.From.Length; i++)
        {
            if (i == 0 || !group.SamePlace(i, i - 1))
                here = byPlace.GetValueOrDefault(group.PlaceOf(i));
            if (here is null)
                continue;
            var run = new OffsetRun(group.From[i], group.To?[i] ?? group.From[i] + 1);
            foreach (var sought in here)
                sought.See(run, path);
        }
    }

    /// <summary>A fault and the files that hold its offsets; of a gap, those that hold its neighbours.</summary>
    sealed class Sought(LogPartition partition, OffsetSweep.Fault fault)
    {
        readonly OffsetRun offsets = fault.Kind == ProofFindingKind.Gap ? new(fault.Offsets.From - 1, fault.Offsets.To + 1) : fault.Offsets;
        readonly SortedSet<string> files = new(StringComparer.Ordinal);

        public LogPartition Partition => partition;

        public void See(OffsetRun run, string path)
        {
            if (run.From < offsets.To && offsets.From < run.To)
                files.Add(path);
        }

        public ProofFinding ToFinding() => new(fault.Kind, partition, fault.Offsets, [.. files], Says());

        string Says()
        {
            var several = fault.Offsets.Count > 1;
            var where = $"{partition}: {(several ? "offsets" : "offset")} {fault.Offsets}";
            var names = files.Count == 0 ? "" : string.Join(", ", files);
            var beside = names.Length == 0 ? "" : $"; beside it lies {names}";
            return fault.Kind switch
            {
                ProofFindingKind.Gap => $"{where} {(several ? "are" : "is")} in none of rows, dead letters, holes{beside}",
                ProofFindingKind.Duplicate => $"{where} {(several ? "are" : "is")} there more than once, in {names}",
                ProofFindingKind.Overlap => $"{where} {(several ? "are" : "is")} in more than one of rows, dead letters, holes, in {names}",
                _ => $"{where} {(several ? "lie" : "lies")} at or beyond the table's position, in {names}",
            };
        }
    }
}
