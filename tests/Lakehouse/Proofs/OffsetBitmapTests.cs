using CsCheck;
using Dart.Lake.Lakehouse.Proofs;

namespace Dart.Lake.Lakehouse.Tests.Proofs;

public class OffsetBitmapTests
{
    [Fact]
    public void Runs_are_those_of_a_sorted_set() =>
        Gen.OneOf(Gen.Long[0, 300], Gen.Long[65_400, 65_700], Gen.Long[1L << 40, (1L << 40) + 200]).List[0, 400].Sample(offsets =>
        {
            var bitmap = new OffsetBitmap();
            var model = new SortedSet<long>();
            foreach (var offset in offsets)
                Assert.Equal(model.Add(offset), bitmap.Add(offset));
            Assert.Equal(model.Count, bitmap.Count);
            var runs = bitmap.Runs().ToList();
            Assert.Equal(model, runs.SelectMany(r => Enumerable.Range(0, (int)r.Count).Select(i => r.From + i)));
            Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.True(pair.First.To < pair.Second.From));
        }, iter: 300);

    [Fact]
    public void Offsets_that_are_spread_too_wide_are_refused_and_not_kept()
    {
        var bitmap = new OffsetBitmap();
        var refused = Assert.Throws<LakeException>(() =>
        {
            for (long i = 0; i < 40_000; i++)
                bitmap.Add(i << 20);
        });
        Assert.Equal(LakeErrorKind.Corrupt, refused.Kind);
        Assert.Equal(32_768, bitmap.Count);
    }
}
