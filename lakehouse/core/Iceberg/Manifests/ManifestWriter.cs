using Dart.Lake.Lakehouse.Iceberg.Avro;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Manifests;

/// <summary>
/// Makes one data manifest of format v2. Entries keep what the caller gives; added ones leave sequence numbers to be inherited.
/// </summary>
sealed class ManifestWriter
{
    readonly PartitionType partition;
    readonly AvroFileWriter file;
    readonly PartitionSummaries summaries;
    readonly int[] files = new int[3];
    readonly long[] rows = new long[3];
    long minSequence = long.MaxValue;

    public ManifestWriter(TableMetadata table, PartitionType partition, Guid marker)
    {
        this.partition = partition;
        summaries = new PartitionSummaries(partition);
        file = new AvroFileWriter(ManifestSchema.Entry(partition),
        [
            new("schema", SchemaJson.ToText(table.Schema)),
            new("schema-id", table.CurrentSchemaId.ToString()),
            new("partition-spec", SpecJson.ToText(partition.Spec)),
            new("partition-spec-id", partition.Spec.SpecId.ToString()),
            new("format-version", "2"),
            new("content", "data"),
        ], marker);
    }

    public void Add(EntryStatus status, long snapshotId, long? sequenceNumber, long? fileSequenceNumber, DataFile data)
    {
        var values = partition.Literals(data.Partition);
        summaries.Add(values);
        files[(int)status]++;
        rows[(int)status] += data.RecordCount;
        if (status != EntryStatus.Deleted && sequenceNumber is { } number)
            minSequence = Math.Min(minSequence, number);
        var avro = file.Next;
        avro.Integer((int)status);
        avro.Optional(present: true);
        avro.Integer(snapshotId);
        Optional(avro, sequenceNumber);
        Optional(avro, fileSequenceNumber);
        WriteFile(avro, data, values);
        file.EndObject();
    }

    /// <summary>The file's bytes and its row for the list of the commit with that snapshot and sequence number.</summary>
    public (byte[] Bytes, ManifestFile File) Finish(string path, long snapshotId, long sequenceNumber)
    {
        var bytes = file.Finish();
        return (bytes, new ManifestFile
        {
            Path = path,
            Length = bytes.Length,
            SpecId = partition.Spec.SpecId,
            SequenceNumber = sequenceNumber,
            MinSequenceNumber = Math.Min(minSequence, sequenceNumber),
            AddedSnapshotId = snapshotId,
            AddedFiles = files[(int)EntryStatus.Added],
            ExistingFiles = files[(int)EntryStatus.Existing],
            DeletedFiles = files[(int)EntryStatus.Deleted],
            AddedRows = rows[(int)EntryStatus.Added],
            ExistingRows = rows[(int)EntryStatus.Existing],
            DeletedRows = rows[(int)EntryStatus.Deleted],
            Partitions = summaries.ToList(),
        });
    }

    void WriteFile(AvroBuffer avro, DataFile data, IReadOnlyList<Literal?> values)
    {
        avro.Integer(0);
        avro.Text(data.Path);
        avro.Text(data.FileFormat);
        for (var i = 0; i < values.Count; i++)
            WritePartitionValue(avro, partition.Fields[i].Result!, values[i]);
        avro.Integer(data.RecordCount);
        avro.Integer(data.FileSizeInBytes);
        WriteMap(avro, data.ColumnSizes, static (a, v) => a.Integer(v));
        WriteMap(avro, data.ValueCounts, static (a, v) => a.Integer(v));
        WriteMap(avro, data.NullValueCounts, static (a, v) => a.Integer(v));
        WriteMap(avro, data.NanValueCounts, static (a, v) => a.Integer(v));
        WriteMap(avro, data.LowerBounds, static (a, v) => a.Bytes(v));
        WriteMap(avro, data.UpperBounds, static (a, v) => a.Bytes(v));
        if (avro.Optional(data.KeyMetadata is not null))
            avro.Bytes(data.KeyMetadata);
        if (avro.Optional(data.SplitOffsets.Count > 0))
        {
            avro.Integer(data.SplitOffsets.Count);
            foreach (var offset in data.SplitOffsets)
                avro.Integer(offset);
            avro.Integer(0);
        }
        avro.Optional(present: false);
        Optional(avro, data.SortOrderId);
    }

    static void WritePartitionValue(AvroBuffer avro, IcebergType type, Literal? value)
    {
        if (!avro.Optional(value is not null))
            return;
        var v = value!.Value;
        switch (type.Name)
        {
            case "boolean":
                avro.Boolean(v.Integer != 0);
                break;
            case "float":
                avro.Single((float)v.RealValue);
                break;
            case "double":
                avro.Double(v.RealValue);
                break;
            case "decimal":
                avro.Raw(DecimalBytes.Fixed(v.Integer, DecimalBytes.LengthOf(type.Precision)));
                break;
            case "string" or "binary":
                avro.Bytes(v.Bytes);
                break;
            case "uuid" or ['f', 'i', 'x', 'e', 'd', ..]:
                avro.Raw(v.Bytes);
                break;
            default:
                avro.Integer((long)v.Integer);
                break;
        }
    }

    /// <summary>Present even when empty: PyIceberg's tables of entries cannot show an absent one.</summary>
    static void WriteMap<T>(AvroBuffer avro, IReadOnlyDictionary<int, T> map, Action<AvroBuffer, T> write)
    {
        avro.Optional(present: true);
        if (map.Count > 0)
            avro.Integer(map.Count);
        foreach (var (key, value) in map)
        {
            avro.Integer(key);
            write(avro, value);
        }
        avro.Integer(0);
    }

    static void Optional(AvroBuffer avro, long? value)
    {
        if (avro.Optional(value is not null))
            avro.Integer(value!.Value);
    }
}
