using CsCheck;
using Dart.Lake.Lakehouse.Proofs;

namespace Dart.Lake.Lakehouse.Tests.Proofs;

public class OffsetSweepTests
{
    static readonly Gen<List<OffsetRun>> Runs =
        Gen
            .Select(Gen.Long[0, 40], Gen.Long[1, 9])
            .Select((from, length) => new OffsetRun(from, from + length)).List[0, 5].Select(runs => runs.OrderBy(r => r.From).ToList());

    [Fact]
    public void Every_offset_is_judged_as_by_counting_one_by_one() =>
        Gen.Select(Runs, Runs, Runs, Gen.Long[0, 45]).Sample((rows, dead, holes, next) =>
        {
            var judged = new Dictionary<long, ProofFindingKind>();
            foreach (var fault in OffsetSweep.Faults(rows, dead, holes, next))
                for (var offset = fault.Offsets.From; offset < fault.Offsets.To; offset++)
                    judged.Add(offset, fault.Kind);
            for (long offset = 0; offset < 60; offset++)
            {
                var cover = rows.Concat(dead).Concat(holes).Count(r => r.From <= offset && offset < r.To);
                ProofFindingKind? expected = offset >= next ? cover > 0 ? ProofFindingKind.BeyondPosition : null
                    : cover == 0 ? ProofFindingKind.Gap : cover > 1 ? ProofFindingKind.Overlap : null;
                Assert.Equal(expected, judged.TryGetValue(offset, out var kind) ? kind : null);
            }
        }, iter: 2_000);

    [Fact]
    public void Faults_of_one_kind_that_touch_are_one() =>
        Assert.Equal([
            new(ProofFindingKind.Gap, new(0, 5)),
            new(ProofFindingKind.Overlap, new(6, 8)),
            new(ProofFindingKind.BeyondPosition, new(10, 14)),
        ],
            OffsetSweep.Faults([new(5, 8), new(8, 10)], [new(6, 7), new(10, 12)], [new(7, 8), new(12, 14)], 10));

    [Fact]
    public void A_gap_of_a_whole_log_costs_nothing() =>
        Assert.Equal([new(ProofFindingKind.Gap, new(0, 1L << 60))], OffsetSweep.Faults([], [], [], 1L << 60));
}
