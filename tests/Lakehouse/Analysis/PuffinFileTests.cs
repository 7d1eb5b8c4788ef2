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
        var read = PuffinFile.Read(file, _ => true);
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
                _ = PuffinFile.Read(file.AsMemory(0, file.Length - cut), _ => true);
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
        var file = FileOf([1, 2, 3, 4], footer);
        Assert.Equal(LakeErrorKind.Corrupt, Assert.Throws<LakeException>(() => PuffinFile.Read(file, _ => true)).Kind);
    }

    static byte[] FileOf(byte[] blobs, string footer)
    {
        var json = Encoding.UTF8.GetBytes(footer);
        return [.. "PFA1"u8, .. blobs, .. "PFA1"u8, .. json, .. BitConverter.GetBytes(json.Length), 0, 0, 0, 0, .. "PFA1"u8];
    }

    static string Entry(int field, long offset, long length, string codec = "") =>
        $$"""{"type":"t","fields":[{{field}}],"snapshot-id":1,"sequence-number":1,"offset":{{offset}},"length":{{length}}{{codec}}}""";

    static string Footer(IEnumerable<string> entries) => $$"""{"blobs":[{{string.Join(',', entries)}}]}""";

    [Fact]
    public void A_blob_that_nobody_wants_may_be_of_any_size_and_compression()
    {
        const string codec = """, "compression-codec":"lz4" """;
        var file = FileOf([1, 2, 3, 4, .. new byte[5 << 20]], Footer([Entry(1, 4, 2, codec), Entry(2, 4, 5 << 20), Entry(3, 5, 2)]));
        Assert.Equal([2, 3], Assert.Single(PuffinFile.Read(file, blob => blob.Fields[0] == 3)).Bytes);
        Assert.Equal(LakeErrorKind.Invalid, Assert.Throws<LakeException>(() => PuffinFile.Read(file, blob => blob.Fields[0] == 1)).Kind);
        Assert.Equal(LakeErrorKind.Corrupt, Assert.Throws<LakeException>(() => PuffinFile.Read(file, blob => blob.Fields[0] == 2)).Kind);
    }

    [Fact]
    public void Blobs_that_overlap_or_swell_have_together_no_more_bytes_than_a_file_may_have()
    {
        using var zstd = new ZstdSharp.Compressor();
        var packed = zstd.Wrap(new byte[4 << 20]).ToArray();
        const string codec = """, "compression-codec":"zstd" """;
        var most = (int)(PuffinFile.MostBytes >> 22);
        Assert.Equal(most, Read(packed, most, codec).Count);
        Assert.Equal(LakeErrorKind.Corrupt, Assert.Throws<LakeException>(() => Read(packed, most + 1, codec)).Kind);
        Assert.Equal(LakeErrorKind.Corrupt, Assert.Throws<LakeException>(() => Read(new byte[4 << 20], most + 1, "")).Kind);

        static IReadOnlyList<(StatisticsBlob, byte[])> Read(byte[] bytes, int count, string codec) => PuffinFile.Read(
            FileOf(bytes, Footer(Enumerable.Range(1, count).Select(i => Entry(i, 4, bytes.Length, codec)))), _ => true);
    }

    [Fact]
    public void A_footer_of_more_blobs_than_a_table_has_columns_is_corrupt()
    {
        var file = FileOf([], Footer(Enumerable.Range(1, 10_001).Select(i => Entry(i, 4, 0))));
        Assert.Equal(LakeErrorKind.Corrupt, Assert.Throws<LakeException>(() => PuffinFile.Read(file, _ => false)).Kind);
    }
}
