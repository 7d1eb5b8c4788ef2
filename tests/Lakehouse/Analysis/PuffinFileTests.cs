using System.Text;
using CsCheck;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Statistics;

namespace Dart.Lake.Lakehouse.Tests.Analysis;

/// <summary>Files of statistics, and files that only look like some. Iceberg's Java library and PyIceberg read ours elsewhere.</summary>
public sealed class PuffinFileTests
{
    static (StatisticsBlob Blob, byte[] Bytes) Blob(int field, byte[] bytes) =>
        (new(StatisticsBlob.Theta, 7, 3, [field], new Dictionary<string, string> { [StatisticsBlob.Ndv] = "4" }), bytes);

    [Fact]
    public void What_was_written_is_read_again() => Gen.Byte.Array[0, 300].Array[0, 12].Sample(blobs =>
    {
        var (file, footer) = PuffinFile.Write([.. blobs.Select((bytes, i) => Blob(i, bytes))]);
        var read = PuffinFile.Read(file);
        Assert.Equal(blobs, read.Select(b => b.Bytes));
        Assert.Equal(Enumerable.Range(0, blobs.Length), read.Select(b => b.Blob.Fields[0]));
        Assert.All(read, b => Assert.Equal("4", b.Blob.Properties[StatisticsBlob.Ndv]));
        Assert.Equal("PFA1"u8.ToArray(), file.AsSpan(file.Length - footer, 4).ToArray());
    }, iter: 200);

    [Fact]
    public void A_damaged_file_is_refused_or_read_and_nothing_else() =>
        Gen.Select(Gen.Int[0, 2_000], Gen.Byte, Gen.Int[0, 60]).Sample((at, value, cut) =>
        {
            var (file, _) = PuffinFile.Write([Blob(1, [1, 2, 3]), Blob(2, new byte[40])]);
            file[at % file.Length] = value;
            try
            {
                _ = PuffinFile.Read(file.AsMemory(0, file.Length - cut));
            }
            catch (LakeException e)
            {
                Assert.True(e.Kind is LakeErrorKind.Corrupt or LakeErrorKind.Invalid, e.Message);
            }
        }, iter: 3_000);

    [Theory]
    [InlineData("""{"blobs":[{"type":"t","fields":[1],"snapshot-id":1,"sequence-number":1,"offset":4,"length":9223372036854775807}]}""")]
    [InlineData("""{"blobs":[{"type":"t","fields":[1],"snapshot-id":1,"sequence-number":1,"offset":9223372036854775807,"length":4}]}""")]
    [InlineData("""{"blobs":[{"type":"t","fields":[1],"snapshot-id":1,"sequence-number":1,"offset":0,"length":4}]}""")]
    [InlineData("""{"blobs":[{"type":"t","fields":[1],"snapshot-id":1,"sequence-number":1,"offset":4,"length":4,"compression-codec":"zstd"}]}""")]
    [InlineData("""{"blobs":[{"type":"t","fields":["1"],"snapshot-id":1,"sequence-number":1,"offset":4,"length":4}]}""")]
    [InlineData("""{"blobs":{}}""")]
    [InlineData("""{"blobs":[""")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void A_footer_that_contradicts_the_file_is_corrupt(string footer)
    {
        var json = Encoding.UTF8.GetBytes(footer);
        byte[] file = [.. "PFA1"u8, 1, 2, 3, 4, .. "PFA1"u8, .. json, .. BitConverter.GetBytes(json.Length), 0, 0, 0, 0, .. "PFA1"u8];
        Assert.Equal(LakeErrorKind.Corrupt, Assert.Throws<LakeException>(() => PuffinFile.Read(file)).Kind);
    }
}
