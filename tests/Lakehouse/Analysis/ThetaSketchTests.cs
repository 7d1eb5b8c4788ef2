using System.Text;
using CsCheck;
using Dart.Lake.Lakehouse.Iceberg.Statistics;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Tests.Analysis;

/// <summary>Sketches against plain sets of hashes.</summary>
public sealed class ThetaSketchTests
{
    static ulong HashOf(long value) => Murmur3X64.HashShort((ulong)value, sizeof(long), ThetaSketchBuilder.Seed);

    static ThetaSketch Of(IEnumerable<long> values)
    {
        var builder = new ThetaSketchBuilder();
        foreach (var value in values)
            builder.Add(HashOf(value));
        return builder.Build();
    }

    static ThetaSketch Union(params IEnumerable<ThetaSketch> sketches)
    {
        var builder = new ThetaSketchBuilder();
        foreach (var sketch in sketches)
            builder.Add(sketch);
        return builder.Build();
    }

    /// <summary>The smallest hashes of all, found by sorting them.</summary>
    static (long Theta, long[] Hashes) Smallest(IEnumerable<long> values)
    {
        long[] all = [.. values.Select(v => (long)(HashOf(v) >> 1)).Distinct().Order()];
        return all.Length > ThetaSketchBuilder.Nominal
            ? (all[ThetaSketchBuilder.Nominal], all[..ThetaSketchBuilder.Nominal])
            : (ThetaSketch.Whole, all);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(300)]
    [InlineData(ThetaSketchBuilder.Nominal)]
    public void Up_to_the_nominal_number_a_sketch_counts_exactly(int distinct) =>
        Assert.Equal(distinct, Of(Enumerable.Range(0, distinct * 3).Select(i => (long)(i % Math.Max(1, distinct)))).Estimate);

    [Theory]
    [InlineData(4_097)]
    [InlineData(50_000)]
    [InlineData(1_000_000)]
    public void Beyond_it_a_sketch_is_within_five_percent(int distinct) =>
        Assert.InRange(Of(Enumerable.Range(0, distinct).Select(i => i * 7L)).Estimate, distinct * 0.95, distinct * 1.05);

    [Fact]
    public void A_sketch_is_the_smallest_hashes_of_all() => Gen.Select(Gen.Int[0, 30_000], Gen.Long[0, 1L << 40]).Sample(
        (count, from) =>
        {
            var values = Enumerable.Range(0, count).Select(i => from + i % 20_000).ToList();
            var (sketch, right) = (Of(values), Smallest(values));
            Assert.Equal(right.Theta, sketch.Theta);
            Assert.Equal(right.Hashes, sketch.Hashes);
        }, iter: 40);

    [Fact]
    public void The_union_of_parts_is_the_sketch_of_the_whole() =>
        Gen.Select(Gen.Int[0, 15_000], Gen.Int[0, 15_000], Gen.Int[0, 15_000]).Sample((first, second, shift) =>
        {
            var parts = new[] { Enumerable.Range(0, first), Enumerable.Range(shift, second) };
            var whole = Of(parts.SelectMany(p => p).Select(v => (long)v));
            var united = Union(parts.Select(p => Of(p.Select(v => (long)v))));
            Assert.Equal(whole.Theta, united.Theta);
            Assert.Equal(whole.Hashes, united.Hashes);
            var other = Union(parts.Reverse().Select(p => Of(p.Select(v => (long)v))).Append(united));
            Assert.Equal(whole.Hashes, other.Hashes);
        }, iter: 40);

    [Fact]
    public void Bytes_that_were_written_are_read_as_the_same_sketch() => Gen.OneOf(Gen.Int[0, 3], Gen.Int[4, 20_000]).Sample(count =>
    {
        var sketch = Of(Enumerable.Range(0, count).Select(i => (long)i));
        var read = ThetaSketchBytes.Read(ThetaSketchBytes.Write(sketch));
        Assert.Equal(sketch.Theta, read.Theta);
        Assert.Equal(sketch.Hashes, read.Hashes);
    }, iter: 60);

    [Fact]
    public void Bytes_that_are_no_sketch_are_refused_whatever_they_are() =>
        Gen.Select(Gen.Int[0, 9_000], Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 40]).Sample(
            (count, at, value, cut) =>
            {
                var bytes = ThetaSketchBytes.Write(Of(Enumerable.Range(0, count).Select(i => (long)i)));
                bytes[at % bytes.Length] = value;
                try
                {
                    var read = ThetaSketchBytes.Read(bytes.AsSpan(0, Math.Max(0, bytes.Length - cut)));
                    Assert.All(read.Hashes, hash => Assert.InRange(hash, 1, read.Theta - 1));
                }
                catch (LakeException e)
                {
                    Assert.Equal(LakeErrorKind.Corrupt, e.Kind);
                }
            }, iter: 300);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_threshold_that_nothing_lies_below_is_refused(long theta)
    {
        var bytes = ThetaSketchBytes.Write(new(1, []));
        BitConverter.TryWriteBytes(bytes.AsSpan(16), theta);
        Assert.Equal(LakeErrorKind.Corrupt, Assert.Throws<LakeException>(() => ThetaSketchBytes.Read(bytes)).Kind);
    }

    /// <summary>Values of MurmurHash3's C++ original, as Guava's tests list them.</summary>
    [Theory]
    [InlineData(0, 0x629942693e10f867, "hell")]
    [InlineData(1, 0xa78ddff5adae8d10, "hello")]
    [InlineData(2, 0x8a486b23f422e826, "hello ")]
    [InlineData(3, 0x2ea59f466f6bed8c, "hello w")]
    [InlineData(4, 0x79f6305a386c572c, "hello wo")]
    [InlineData(5, 0xc2219d213ec1f1b5, "hello wor")]
    [InlineData(0, 0xe34bbc7bbc071b6c, "The quick brown fox jumps over the lazy dog")]
    [InlineData(0, 0x658ca970ff85269a, "The quick brown fox jumps over the lazy cog")]
    public void Text_is_hashed_as_the_author_of_the_hash_does(ulong seed, ulong hash, string text) =>
        Assert.Equal(hash, Murmur3X64.Hash(Encoding.ASCII.GetBytes(text), seed));

    [Fact]
    public void Few_bytes_as_a_number_have_the_hash_of_the_bytes() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 8], Gen.ULong).Sample((bytes, length, seed) =>
        {
            var few = length == 0 ? 0 : bytes & ulong.MaxValue >> 64 - 8 * length;
            Assert.Equal(Murmur3X64.Hash(BitConverter.GetBytes(few).AsSpan(0, length), seed), Murmur3X64.HashShort(few, length, seed));
        });
}
