using System.Buffers.Binary;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;
using Parquet;
using Parquet.Meta;

namespace Dart.Lake.Lakehouse.Parquet;

/// <summary>
/// What a manifest says of a Parquet file, taken from the file's footer and not from the writer's word. Read with another implementation
/// than those that write; the footer is not trusted: counts must agree, and bounds that cannot be right are left out.
/// </summary>
static class FooterMetrics
{
    const int MaxFooter = 64 << 20;

    /// <summary>Reads the footer of a file of flat columns; they are found by their field ids.</summary>
    /// <param name="store">Has the file.</param>
    /// <param name="location">Where.</param>
    /// <param name="schema">The table's schema; columns of the file that it does not know are left out.</param>
    /// <param name="partition">The partition that all rows of the file belong to.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="LakeException">Corrupt: the file is cut off or contradicts itself. Unavailable: it cannot be read.</exception>
    public static async Task<DataFile> ReadAsync(
        IObjectStore store, string location, IcebergSchema schema, PartitionKey partition, CancellationToken cancel)
    {
        var (size, bytes) = await ReadFooter(store, location, cancel);
        FileMetaData footer;
        try
        {
            using var frame = new MemoryStream(bytes, writable: false);
            await using var reader = await ParquetReader.CreateAsync(frame, cancellationToken: cancel);
            footer = reader.Metadata ?? throw Corrupt(location, "it has no footer");
        }
        catch (Exception e) when (e is not LakeException and not OperationCanceledException)
        {
            throw Corrupt(location, $"its footer cannot be read ({e.Message})", e);
        }
        return Describe(location, size, footer, schema, partition);
    }

    /// <summary>The footer in the frame of a file without rows, so that parsing never reaches for the file again.</summary>
    static async Task<(long Size, byte[] Frame)> ReadFooter(IObjectStore store, string location, CancellationToken cancel)
    {
        try
        {
            await using var file = await store.TryOpenAsync(location, cancel)
                ?? throw LakeException.Unavailable($"{FileLocation.Shown(location)} is not there; restore it");
            if (file.Length < 12)
                throw Corrupt(location, $"it has {file.Length} bytes");
            var tail = new byte[8];
            file.Position = file.Length - 8;
            await file.ReadExactlyAsync(tail, cancel);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
            if (!tail.AsSpan(4).SequenceEqual("PAR1"u8))
                throw Corrupt(location, "it does not end with PAR1");
            if (length > MaxFooter || length > file.Length - 12)
                throw Corrupt(location, $"its footer claims {length} bytes");
            var frame = new byte[length + 12];
            "PAR1"u8.CopyTo(frame);
            file.Position = file.Length - 8 - length;
            await file.ReadExactlyAsync(frame.AsMemory(4), cancel);
            return (file.Length, frame);
        }
        catch (IOException e)
        {
            throw LakeException.Unavailable($"{FileLocation.Shown(location)} cannot be read: {e.Message}", e);
        }
    }

    static DataFile Describe(string location, long size, FileMetaData footer, IcebergSchema schema, PartitionKey partition)
    {
        var types = schema.Fields.ToDictionary(f => f.Id, f => f.Type);
        var leaves = footer.Schema.Skip(1).Where(e => e.FieldId is { } id && types.ContainsKey(id) && (e.NumChildren ?? 0) == 0)
            .GroupBy(e => e.Name, StringComparer.Ordinal).Where(g => g.Count() == 1).Select(g => g.First())
            .ToDictionary(
                e => e.Name, e => (Id: e.FieldId!.Value, Bounds: new ColumnBounds(types[e.FieldId!.Value], e)), StringComparer.Ordinal);
        Dictionary<int, long> sizes = [], values = [], nulls = [];
        HashSet<int> unknownNulls = [];
        foreach (var group in footer.RowGroups)
            foreach (var column in group.Columns)
            {
                var meta = column.MetaData ?? throw Corrupt(location, "a column has no metadata");
                if (meta.PathInSchema is not [var name] || !leaves.TryGetValue(name, out var leaf))
                    continue;
                if (meta.NumValues != group.NumRows)
                    throw Corrupt(location, $"column {name} has {meta.NumValues} values in a row group of {group.NumRows} rows");
                if (meta.TotalCompressedSize < 0 || meta.TotalCompressedSize > size)
                    throw Corrupt(location, $"column {name} claims {meta.TotalCompressedSize} of {size} bytes");
                sizes[leaf.Id] = sizes.GetValueOrDefault(leaf.Id) + meta.TotalCompressedSize;
                values[leaf.Id] = values.GetValueOrDefault(leaf.Id) + meta.NumValues;
                if (meta.Statistics?.NullCount is >= 0 and var count && count <= meta.NumValues)
                    nulls[leaf.Id] = nulls.GetValueOrDefault(leaf.Id) + count;
                else
                    unknownNulls.Add(leaf.Id);
                leaf.Bounds.Add(meta.Statistics, meta.NumValues);
            }
        if (footer.NumRows < 0 || footer.RowGroups.Any(g => g.NumRows < 0) || footer.RowGroups.Sum(g => g.NumRows) != footer.NumRows)
            throw Corrupt(location, $"its row groups do not add up to {footer.NumRows} rows");
        return new DataFile
        {
            Path = location,
            Partition = partition,
            RecordCount = footer.NumRows,
            FileSizeInBytes = size,
            ColumnSizes = sizes,
            ValueCounts = values,
            NullValueCounts = nulls.Where(n => !unknownNulls.Contains(n.Key)).ToDictionary(),
            LowerBounds = BoundsOf(b => b.Lower),
            UpperBounds = BoundsOf(b => b.Upper),
            SplitOffsets = SplitOffsets(footer, size),
        };

        Dictionary<int, byte[]> BoundsOf(Func<ColumnBounds, byte[]?> side) =>
            leaves.Values.Select(l => (l.Id, Bound: side(l.Bounds))).Where(l => l.Bound is not null).ToDictionary(l => l.Id, l => l.Bound!);
    }

    /// <summary>Where row groups begin; none when the footer gives offsets that cannot be.</summary>
    static IReadOnlyList<long> SplitOffsets(FileMetaData footer, long size)
    {
        var offsets = new List<long>();
        foreach (var group in footer.RowGroups)
        {
            if (group.Columns is not [{ MetaData: { } first }, ..])
                return [];
            var start = first.DictionaryPageOffset is > 0 and var dictionary && dictionary < first.DataPageOffset
                ? dictionary
                : first.DataPageOffset;
            if (start < 4 || start >= size || offsets.Count > 0 && start <= offsets[^1])
                return [];
            offsets.Add(start);
        }
        return offsets;
    }

    static LakeException Corrupt(string location, string what, Exception? inner = null) =>
        LakeException.Corrupt($"{FileLocation.Shown(location)} is not a whole Parquet file: {what}; restore it, or delete its rows' partition and load it again", inner);
}
