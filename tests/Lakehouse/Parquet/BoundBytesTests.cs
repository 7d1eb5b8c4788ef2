using System.Text;
using CsCheck;
using Dart.Lake.Lakehouse.Parquet;

namespace Dart.Lake.Lakehouse.Tests.Parquet;

public sealed class BoundBytesTests
{
    static readonly int[] edges = [0x61, 0x7F, 0x7FF, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF];
    static readonly byte[] edgeBytes = [0, 1, 0xFE, 0xFF];

    static readonly Gen<byte[]> texts = Gen.Int[0, 7].Select(i => edges[i]).Array[0, 40]
        .Select(points => Encoding.UTF8.GetBytes(string.Concat(points.Select(char.ConvertFromUtf32))));

    [Fact]
    public void Truncated_text_bounds_stay_bounds_of_at_most_sixteen_code_points() => texts.Sample(value =>
    {
        var (lower, upper) = (BoundBytes.LowerText(value)!, BoundBytes.UpperText(value));
        Assert.True(lower.AsSpan().SequenceCompareTo(value) <= 0);
        Assert.True(upper is null || upper.AsSpan().SequenceCompareTo(value) >= 0);
        foreach (var bound in new[] { lower, upper })
            Assert.True(bound is null || Encoding.UTF8.GetString(bound).EnumerateRunes().Count() <= 16);
        // There is no bound only when nothing of that length is greater.
        Assert.True(upper is not null || Encoding.UTF8.GetString(value).EnumerateRunes().Take(16).All(r => r.Value == 0x10FFFF));
    });

    [Fact]
    public void Truncated_binary_bounds_stay_bounds() => Gen.Int[0, 3].Select(i => edgeBytes[i]).Array[0, 40].Sample(value =>
    {
        Assert.True(BoundBytes.LowerBinary(value).AsSpan().SequenceCompareTo(value) <= 0);
        var upper = BoundBytes.UpperBinary(value);
        Assert.True(upper is null ? value.Length > 16 && value.Take(16).All(b => b == 0xFF) : upper.AsSpan().SequenceCompareTo(value) >= 0 && upper.Length <= 16);
    });

    [Fact]
    public void Text_that_is_not_utf8_has_no_bounds()
    {
        Assert.Null(BoundBytes.LowerText([0x61, 0xC3, 0x28]));
        Assert.Null(BoundBytes.UpperText([0x61, 0xC3, 0x28]));
    }
}
