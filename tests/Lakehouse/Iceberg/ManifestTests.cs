using Avro.File;
using Avro.Generic;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

public sealed class ManifestTests
{
    static readonly IcebergType[] types = [IcebergType.Boolean, IcebergType.Int, IcebergType.Long, IcebergType.Float, IcebergType.Double, IcebergType.Date, IcebergType.Time,
        IcebergType.Timestamp, IcebergType.Timestamptz, IcebergType.String, IcebergType.Uuid, IcebergType.Binary, IcebergType.Fixed(4), IcebergType.Decimal(
            9, 2), IcebergType.Decimal(28, 10), IcebergType.Decimal(9, 2)];

    static readonly object?[] values = [true, -5, 1L << 40, 1.5f, -2.25, 19_000, 5L, -1L, 1_700_000_000_000_000L, "naïve 𝄞", new Guid("f79c3e09-677c-4bbd-a479-3f349cb785e7"),
        new byte[] { 0, 255 }, new byte[] { 1, 2, 3, 4 }, -14.20m, 123456789012345678.0123456789m, 0.01m];

    /// <summary>Apache.Avro knows a uuid only as a string; the spec, and Java, write a fixed.</summary>
    static readonly int[] forAvro = [.. Enumerable.Range(0, types.Length).Where(i => types[i] != IcebergType.Uuid)];

    static TableMetadata AllTypes => Of(Enumerable.Range(0, types.Length));

    static TableMetadata Of(IEnumerable<int> columns) => MetadataEdit.Create(new TableDefinition(
        new(0, [.. columns.Select(i => new SchemaField(i + 1, $"c{i}", types[i], Required: false))]),
        [.. columns.Select(i => new PartitionFieldDefinition($"c{i}", "identity", $"c{i}"))], new Dictionary<string, string>()), "file:///t", Guid.Empty, 0);

    [Fact]
    public void Partition_values_of_every_type_and_all_statistics_come_back()
    {
        var file = new DataFile
        {
            Path = "file:///t/a.parquet",
            Partition = new PartitionKey(values),
            RecordCount = 3,
            FileSizeInBytes = 1L << 33,
            ColumnSizes = new Dictionary<int, long> { [1] = 1, [2] = 1L << 40 },
            ValueCounts = new Dictionary<int, long> { [1] = 3 },
            NullValueCounts = new Dictionary<int, long> { [1] = 0 },
            NanValueCounts = new Dictionary<int, long> { [5] = 2 },
            LowerBounds = new Dictionary<int, byte[]> { [10] = "a"u8.ToArray() },
            UpperBounds = new Dictionary<int, byte[]> { [10] = [] },
            SplitOffsets = [4, 1L << 35],
            SortOrderId = 0,
        };
        var nulls = file with { Path = "file:///t/b.parquet", Partition = new PartitionKey(new object?[types.Length]), SplitOffsets = [], SortOrderId = null };
        var (bytes, manifest) = Write(AllTypes, file, nulls);

        var entries = ManifestReader.Read(bytes, manifest, PartitionType.Of(AllTypes, 0));
        Assert.Equal([file.Partition, nulls.Partition], entries.Select(e => e.File.Partition));
        var back = entries[0].File;
        Assert.Equal(
            (file.Path, 3L, 1L << 33, 7L, (int?)0),
            (back.Path, back.RecordCount, back.FileSizeInBytes, back.SequenceNumber, back.SortOrderId));
        Assert.Equal(file.ColumnSizes, back.ColumnSizes);
        Assert.Equal(file.NanValueCounts, back.NanValueCounts);
        Assert.Equal(file.LowerBounds[10], back.LowerBounds[10]);
        Assert.Equal(file.UpperBounds[10], back.UpperBounds[10]);
        Assert.Equal(file.SplitOffsets, back.SplitOffsets);
        Assert.All(manifest.Partitions!, p => Assert.True(p.ContainsNull));
    }

    [Fact]
    public void Apache_Avro_reads_what_we_write()
    {
        var (bytes, manifest) = Write(Of(forAvro), Enumerable.Range(0, 500).Select(i => new DataFile
        {
            Path = $"file:///t/{i}.parquet",
            Partition = new PartitionKey([.. forAvro.Select(c => values[c])]),
            RecordCount = i,
            FileSizeInBytes = 10,
            LowerBounds = new Dictionary<int, byte[]> { [i] = [(byte)i] },
        }).ToArray());
        using var reader = DataFileReader<GenericRecord>.OpenReader(new MemoryStream(bytes));
        var read = new List<GenericRecord>();
        while (reader.HasNext())
            read.Add(reader.Next());
        Assert.Equal(500, read.Count);
        var file = (GenericRecord)read[499]["data_file"];
        Assert.Equal(("file:///t/499.parquet", 499L), ((string)file["file_path"], (long)file["record_count"]));
        Assert.Equal("naïve 𝄞", ((GenericRecord)file["partition"])["c9"]);
        Assert.Equal("2", System.Text.Encoding.UTF8.GetString(reader.GetMeta("format-version")));
        Assert.Equal(bytes.Length, manifest.Length);
    }

    [Fact]
    public void A_manifest_cut_or_changed_anywhere_is_corrupt_or_still_well_formed()
    {
        var (bytes, manifest) = Write(
            AllTypes, new DataFile { Path = "file:///t/a.parquet", Partition = new PartitionKey(values), RecordCount = 1, FileSizeInBytes = 1 });
        var partition = PartitionType.Of(AllTypes, 0);
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var bad = bytes.ToArray();
            if (i % 2 == 0)
                bad = bad[..random.Next(bad.Length)];
            else
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                ManifestReader.Read(bad, manifest, partition);
            }
            catch (LakeException e)
            {
                Assert.True(e.Kind is LakeErrorKind.Corrupt or LakeErrorKind.Invalid, e.Message);
            }
        }
    }

    static (byte[] Bytes, ManifestFile File) Write(TableMetadata table, params DataFile[] files)
    {
        var writer = new ManifestWriter(table, PartitionType.Of(table, 0), Guid.Empty);
        foreach (var file in files)
            writer.Add(EntryStatus.Added, 5, null, null, file);
        return writer.Finish("file:///t/m.avro", 5, 7);
    }
}
