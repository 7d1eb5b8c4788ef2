using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Parquet;

public sealed class ParquetFileWriterTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("dartlake-parquet-").FullName;
    readonly ParquetFileWriter writer = new(new LocalObjectStore("/"), IdSource.Seeded(7));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Pyarrow_reads_every_type_with_nulls_as_it_was_appended()
    {
        var (batch, rows) = AllTypesRows.Make(seed: 1, count: 3000);
        var file = Assert.Single(await writer.WriteAsync(batch, folder, CancellationToken.None));
        var judged = await PyArrow.Judge(PyArrow.Describe, new Uri(file.Path).LocalPath);
        Assert.Equal(rows, judged.GetProperty("rows").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetString()).ToArray()));
        var columns = judged.GetProperty("columns").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);
        foreach (var column in batch.Contract.Columns)
        {
            Assert.Equal(column.Id.ToString(), columns[column.Name].GetProperty("id").GetString());
            Assert.Equal(column.Nullable, columns[column.Name].GetProperty("nullable").GetBoolean());
            Assert.Equal("ZSTD", columns[column.Name].GetProperty("codec").GetString());
            // decimals that are stored as integers are delta encoded too unless the contract says otherwise
            var isDelta = column.Encoding == ColumnEncoding.Delta
                || column is { Encoding: ColumnEncoding.Default, Type: { Kind: ColumnKind.Decimal, Precision: <= 18 } };
            Assert.Equal(isDelta, Encodings(column.Name).Contains("DELTA_BINARY_PACKED"));
        }
        Assert.Contains("RLE_DICTIONARY", Encodings("code"));
        Assert.Equal("INT64", columns["price"].GetProperty("physical").GetString());
        Assert.Equal("timestamp[us, tz=UTC]", columns["at"].GetProperty("arrow").GetString());
        Assert.StartsWith("Dart.Lake version 0.1.0 (build", judged.GetProperty("created_by").GetString(), StringComparison.Ordinal);

        IEnumerable<string?> Encodings(string name) => columns[name].GetProperty("encodings").EnumerateArray().Select(e => e.GetString());
    }

    [Fact]
    public async Task Statistics_are_those_that_PyIceberg_takes_from_the_same_file()
    {
        var (batch, _) = AllTypesRows.Make(seed: 2, count: 2000);
        var file = Assert.Single(await writer.WriteAsync(batch, folder, CancellationToken.None));
        var stats = (await PyArrow.Judge(PyArrow.Describe, new Uri(file.Path).LocalPath)).GetProperty("stats");
        Assert.Equal(stats.GetProperty("rows").GetInt64(), file.RecordCount);
        Assert.Equal(Numbers("sizes"), Sorted(file.ColumnSizes));
        Assert.Equal(Numbers("values"), Sorted(file.ValueCounts));
        Assert.Equal(Numbers("nulls"), Sorted(file.NullValueCounts));
        Assert.Equal(stats.GetProperty("splits").EnumerateArray().Select(s => s.GetInt64()), file.SplitOffsets);
        Assert.Equal(Hex("lower"), Sorted(file.LowerBounds).Select(b => (b.Key, Convert.ToHexStringLower(b.Value))));
        Assert.Equal(Hex("upper"), Sorted(file.UpperBounds).Select(b => (b.Key, Convert.ToHexStringLower(b.Value))));

        IEnumerable<KeyValuePair<int, long>> Numbers(string name) =>
            stats.GetProperty(name)
                .EnumerateObject()
                .Select(p => KeyValuePair.Create(int.Parse(p.Name), p.Value.GetInt64()))
                .OrderBy(p => p.Key);
        IEnumerable<(int, string)> Hex(string name) =>
            stats.GetProperty(name).EnumerateObject().Select(p => (int.Parse(p.Name), p.Value.GetString()!)).OrderBy(p => p.Item1);
    }

    static IEnumerable<KeyValuePair<int, T>> Sorted<T>(IReadOnlyDictionary<int, T> values) => values.OrderBy(v => v.Key);

    [Fact]
    public async Task Rows_of_several_days_become_a_file_per_day()
    {
        var contract = Contracts.AllTypes with { Partitions = [new("at", "day", "at_day")] };
        var batch = new ColumnBatch(contract);
        const long day = 86_400_000_000;
        long?[] times = [20_000 * day, 20_001 * day - 1, -1, null, 20_001 * day, 0, 20_000 * day + 5];
        foreach (var time in times)
            AppendOnly(batch, time);
        var files = await writer.WriteAsync(batch, "file://" + folder, CancellationToken.None);
        Assert.Equal([new PartitionKey(20_000), new(-1), new((object?)null), new(20_001), new(0)], files.Select(f => f.Partition));
        Assert.Equal([3L, 1, 1, 1, 1], files.Select(f => f.RecordCount));
        Assert.Contains("/data/at_day=2024-10-04/", files[0].Path, StringComparison.Ordinal);
        Assert.Contains("/data/at_day=null/", files[2].Path, StringComparison.Ordinal);
        Assert.Equal(files.Count, files.Select(f => f.Path).Distinct().Count());
    }

    static void AppendOnly(ColumnBatch batch, long? time)
    {
        batch.Int32(0).Append(1);
        batch.Int64(1).Append(1);
        for (var i = 2; i < batch.ColumnCount; i++)
            if (i == 9 && time is { } at) batch.Int64(9).Append(at); else batch[i].AppendNull();
        batch.EndRow();
    }

    [Fact]
    public async Task An_empty_batch_becomes_no_file()
    {
        Assert.Empty(await writer.WriteAsync(new ColumnBatch(Contracts.AllTypes), folder, CancellationToken.None));
        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_column_of_nulls_has_no_bounds_but_a_count()
    {
        var batch = new ColumnBatch(Contracts.AllTypes);
        AppendOnly(batch, null);
        var file = Assert.Single(await writer.WriteAsync(batch, folder, CancellationToken.None));
        Assert.Equal(1, file.NullValueCounts[9 + 1]);
        Assert.Equal([1, 2], file.LowerBounds.Keys.Order());
        Assert.Equal([1, 2], file.UpperBounds.Keys.Order());
    }

    [Fact]
    public async Task A_file_that_was_cut_off_is_corrupt_and_named()
    {
        var (batch, _) = AllTypesRows.Make(seed: 3, count: 100);
        var path = new Uri(Assert.Single(await writer.WriteAsync(batch, folder, CancellationToken.None)).Path).LocalPath;
        var whole = await File.ReadAllBytesAsync(path);
        var schema = batch.Contract.ToIceberg();
        foreach (var length in (int[])[0, 3, 11, 12, whole.Length / 2, whole.Length - 1])
        {
            await File.WriteAllBytesAsync(path, whole.AsMemory(0, length));
            var e = await Assert.ThrowsAsync<LakeException>(() => FooterMetrics.ReadAsync(
                new LocalObjectStore("/"), path, schema, PartitionKey.Unpartitioned, CancellationToken.None));
            Assert.Equal(LakeErrorKind.Corrupt, e.Kind);
            Assert.Contains(path, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_footer_with_flipped_bytes_never_ends_in_anything_but_an_answer_or_corrupt()
    {
        var (batch, _) = AllTypesRows.Make(seed: 4, count: 50);
        var path = new Uri(Assert.Single(await writer.WriteAsync(batch, folder, CancellationToken.None)).Path).LocalPath;
        var whole = await File.ReadAllBytesAsync(path);
        var footer = BitConverter.ToInt32(whole, whole.Length - 8);
        var random = new Random(5);
        for (var i = 0; i < 400; i++)
        {
            var damaged = whole.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                damaged[whole.Length - 8 - random.Next(1, footer)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(path, damaged);
            try
            {
                await FooterMetrics.ReadAsync(
                    new LocalObjectStore("/"), path, batch.Contract.ToIceberg(), PartitionKey.Unpartitioned, CancellationToken.None);
            }
            catch (LakeException e) when (e.Kind == LakeErrorKind.Corrupt)
            {
            }
        }
    }
}
