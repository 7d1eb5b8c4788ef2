using System.Buffers.Text;
using Dart.Lake.Lakehouse.Iceberg.Avro;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Manifests;

/// <summary>
/// Reads manifests of formats v1 to v3. Fields are found by Iceberg's field ids in the writer's schema, never by name or
/// place, and what is not known is skipped.
/// </summary>
static class ManifestReader
{
    /// <summary>A manifest that the metadata of format v1 names in place of a list: what it says of itself.</summary>
    /// <exception cref="LakeException">Corrupt: damaged, or a partition spec that is no number.</exception>
    public static ManifestFile Describe(ReadOnlyMemory<byte> bytes, string path, long snapshotId) => new()
    {
        Path = path,
        Length = bytes.Length,
        SpecId = !AvroFile.Open(bytes).Header.TryGetValue("partition-spec-id", out var id) ? 0
            : Utf8Parser.TryParse(id, out int spec, out var used) && used == id.Length ? spec
            : throw LakeException.Corrupt("its partition-spec-id is no number"),
        AddedSnapshotId = snapshotId,
    };

    /// <summary>All entries, deleted ones too.</summary>
    /// <exception cref="LakeException">Corrupt: damaged, or an entry that lacks what it may not inherit.</exception>
    public static List<ManifestEntry> Read(ReadOnlyMemory<byte> bytes, ManifestFile manifest, PartitionType partition)
    {
        var file = AvroFile.Open(bytes);
        var (entries, before) = (new List<ManifestEntry>(), new FileParts());
        foreach (var (count, data) in file.Blocks())
        {
            var cursor = new AvroCursor(data.Span);
            for (var i = 0L; i < count; i++)
                entries.Add(ReadEntry(ref cursor, file.Schema, manifest, partition, ref before));
        }
        return entries;
    }

    /// <param name="before">What the entry before this one has; gets what this one has.</param>
    static ManifestEntry ReadEntry(
        ref AvroCursor cursor, AvroFileSchema schema, ManifestFile manifest, PartitionType partition, ref FileParts before)
    {
        int status = -1;
        long? snapshot = null, sequence = null, fileSequence = null;
        DataFile? file = null;
        foreach (var field in schema.Fields)
        {
            if (cursor.Resolve(field.Schema) is not { } type)
                continue;
            switch (field.Id)
            {
                case 0:
                    status = cursor.Int32(type);
                    break;
                case 1:
                    snapshot = cursor.Integer(type);
                    break;
                case 2:
                    file = ReadFile(ref cursor, type, partition, ref before);
                    break;
                case 3:
                    sequence = cursor.Integer(type);
                    break;
                case 4:
                    fileSequence = cursor.Integer(type);
                    break;
                default:
                    cursor.Skip(type);
                    break;
            }
        }
        if (status is < 0 or > 2 || file is null)
            throw LakeException.Corrupt($"an entry with status {status} {(file is null ? "and without a data file" : "")}");
        var inherits = status == (int)EntryStatus.Added || manifest.SequenceNumber == 0;
        var number = sequence ?? (inherits ? manifest.SequenceNumber : throw LakeException.Corrupt($"the entry of {file.Path} has no sequence number and may not inherit one"));
        return new((EntryStatus)status, snapshot
            ?? manifest.AddedSnapshotId, number, fileSequence ?? (inherits ? manifest.SequenceNumber : number),
            file with { SpecId = manifest.SpecId, SequenceNumber = number });
    }

    static DataFile ReadFile(ref AvroCursor cursor, AvroFileSchema schema, PartitionType partition, ref FileParts before)
    {
        var file = new FileParts();
        foreach (var field in schema.Fields)
            if (cursor.Resolve(field.Schema) is { } type)
                ReadField(ref cursor, field.Id, type, partition, file, before);
        before = file;
        return new DataFile
        {
            Path = file.Path ?? throw LakeException.Corrupt("an entry without a file path"),
            FileFormat = file.Format,
            Partition = file.Partition,
            RecordCount = file.Records is >= 0 and var records ? records : throw LakeException.Corrupt($"the entry of {file.Path} has no record count"),
            FileSizeInBytes = file.Size is >= 0 and var size ? size : throw LakeException.Corrupt($"the entry of {file.Path} has no file size"),
            ColumnSizes = file.ColumnSizes,
            ValueCounts = file.ValueCounts,
            NullValueCounts = file.NullValueCounts,
            NanValueCounts = file.NanValueCounts,
            LowerBounds = file.LowerBounds,
            UpperBounds = file.UpperBounds,
            SplitOffsets = file.SplitOffsets,
            SortOrderId = file.SortOrderId,
            KeyMetadata = file.KeyMetadata,
            Content = file.Content,
        };
    }

    static void ReadField(ref AvroCursor cursor, int id, AvroFileSchema type, PartitionType partition, FileParts file, FileParts before)
    {
        switch (id)
        {
            case 100:
                file.Path = cursor.Text(type);
                break;
            case 101:
                file.Format = cursor.Text(type);
                break;
            case 102:
                file.Partition = ReadPartition(ref cursor, type, partition);
                break;
            case 103:
                file.Records = cursor.Integer(type);
                break;
            case 104:
                file.Size = cursor.Integer(type);
                break;
            case 108:
                file.ColumnSizes = ReadCounts(ref cursor, type, before.ColumnSizes);
                break;
            case 109:
                file.ValueCounts = ReadCounts(ref cursor, type, before.ValueCounts);
                break;
            case 110:
                file.NullValueCounts = ReadCounts(ref cursor, type, before.NullValueCounts);
                break;
            case 137:
                file.NanValueCounts = ReadCounts(ref cursor, type, before.NanValueCounts);
                break;
            case 125:
                file.LowerBounds = ReadBounds(ref cursor, type, before.LowerBounds);
                break;
            case 128:
                file.UpperBounds = ReadBounds(ref cursor, type, before.UpperBounds);
                break;
            case 131:
                file.KeyMetadata = cursor.Bytes(type).ToArray();
                break;
            case 132:
                file.SplitOffsets = ReadOffsets(ref cursor, type);
                break;
            case 134:
                file.Content = cursor.Int32(type);
                break;
            case 140:
                file.SortOrderId = cursor.Int32(type);
                break;
            default:
                cursor.Skip(type);
                break;
        }
    }

    static PartitionKey ReadPartition(ref AvroCursor cursor, AvroFileSchema record, PartitionType partition)
    {
        var values = new object?[partition.Fields.Count];
        foreach (var field in record.Fields)
        {
            if (cursor.Resolve(field.Schema) is not { } type)
                continue;
            var index = IndexOf(partition, field.Id);
            if (index >= 0 && partition.Fields[index].Result is { } result)
                values[index] = ReadValue(ref cursor, type, result);
            else
                cursor.Skip(type);
        }
        return values.Length == 0 ? PartitionKey.Unpartitioned : new PartitionKey(values);
    }

    static int IndexOf(PartitionType partition, int fieldId)
    {
        for (var i = 0; i < partition.Fields.Count; i++)
            if (partition.Fields[i].Field.FieldId == fieldId)
                return i;
        return -1;
    }

    static object ReadValue(ref AvroCursor cursor, AvroFileSchema schema, IcebergType type) => type.Name switch
    {
        "boolean" => cursor.Boolean(schema),
        "int" or "date" => cursor.Int32(schema),
        "long" or "time" or "timestamp" or "timestamptz" or "timestamp_ns" or "timestamptz_ns" => cursor.Integer(schema),
        "float" => cursor.Single(schema),
        "double" => cursor.Double(schema),
        "string" => cursor.Text(schema),
        "uuid" when schema.Kind == AvroFileKind.String => Guid.TryParse(cursor.Text(schema), out var guid) ? guid : throw LakeException.Corrupt("a uuid that is none"),
        _ => PartitionValues.FromLiteral(type, SingleValue.Deserialize(type, cursor.Bytes(schema)))!,
    };

    /// <summary>An int-keyed map, which Avro holds as an array of (key, value) records.</summary>
    static ColumnValues<long> ReadCounts(ref AvroCursor cursor, AvroFileSchema schema, ColumnValues<long> like)
    {
        var (key, value) = PairOf(schema);
        var counts = new List<(int, long)>(like.Count);
        for (var left = cursor.NextBlock(); left > 0; left = cursor.NextBlock())
            for (; left > 0; left--)
                counts.Add((cursor.Int32(key), cursor.Integer(value)));
        return ColumnValues<long>.Of(counts, like);
    }

    static ColumnValues<byte[]> ReadBounds(ref AvroCursor cursor, AvroFileSchema schema, ColumnValues<byte[]> like)
    {
        var (key, value) = PairOf(schema);
        var bounds = new List<(int, byte[])>(like.Count);
        for (var left = cursor.NextBlock(); left > 0; left = cursor.NextBlock())
            for (; left > 0; left--)
                bounds.Add((cursor.Int32(key), cursor.Bytes(value).ToArray()));
        return ColumnValues<byte[]>.Of(bounds, like);
    }

    static List<long> ReadOffsets(ref AvroCursor cursor, AvroFileSchema schema)
    {
        var offsets = new List<long>();
        for (var left = cursor.NextBlock(); left > 0; left = cursor.NextBlock())
            for (; left > 0; left--)
                offsets.Add(cursor.Integer(schema.Items!));
        return offsets;
    }

    static (AvroFileSchema Key, AvroFileSchema Value) PairOf(AvroFileSchema map) =>
        map.Kind == AvroFileKind.Array
            && map.Items is { Kind: AvroFileKind.Record, Fields: [var key, var value] } ? (key.Schema, value.Schema)
        : throw LakeException.Corrupt("a map of statistics is not an array of keys and values");

    sealed class FileParts
    {
        public string? Path;
        public string Format = "PARQUET";
        public PartitionKey Partition = PartitionKey.Unpartitioned;
        public int Content;
        public long Records = -1, Size = -1;
        public ColumnValues<long> ColumnSizes = ColumnValues<long>.None, ValueCounts = ColumnValues<long>.None;
        public ColumnValues<long> NullValueCounts = ColumnValues<long>.None, NanValueCounts = ColumnValues<long>.None;
        public ColumnValues<byte[]> LowerBounds = ColumnValues<byte[]>.None, UpperBounds = ColumnValues<byte[]>.None;
        public IReadOnlyList<long> SplitOffsets = [];
        public int? SortOrderId;
        public byte[]? KeyMetadata;
    }
}
