using Dart.Lake.Lakehouse.Iceberg.Avro;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Manifests;

/// <summary>Reads manifest lists of formats v1 to v3 by field id and writes those of v2 (spec, "Manifest Lists").</summary>
static class ManifestList
{
    /// <exception cref="LakeException">Corrupt: damaged, or a row without path, length or spec.</exception>
    public static List<ManifestFile> Read(ReadOnlyMemory<byte> bytes)
    {
        var file = AvroFile.Open(bytes);
        var manifests = new List<ManifestFile>();
        foreach (var (count, data) in file.Blocks())
        {
            var cursor = new AvroCursor(data.Span);
            for (var i = 0L; i < count; i++)
                manifests.Add(ReadRow(ref cursor, file.Schema));
        }
        return manifests;
    }

    public static byte[] Write(IReadOnlyList<ManifestFile> manifests, Snapshot snapshot, Guid marker)
    {
        var file = new AvroFileWriter(ManifestSchema.List,
        [
            new("format-version", "2"),
            new("snapshot-id", snapshot.SnapshotId.ToString()),
            new("parent-snapshot-id", snapshot.ParentSnapshotId?.ToString() ?? "null"),
            new("sequence-number", snapshot.SequenceNumber.ToString()),
        ], marker);
        foreach (var manifest in manifests)
        {
            WriteRow(file.Next, manifest);
            file.EndObject();
        }
        return file.Finish();
    }

    static ManifestFile ReadRow(ref AvroCursor cursor, AvroFileSchema schema)
    {
        string? path = null;
        byte[]? key = null;
        IReadOnlyList<PartitionSummary>? partitions = null;
        Span<long?> numbers = new long?[521 - 501];
        foreach (var field in schema.Fields)
        {
            if (cursor.Resolve(field.Schema) is not { } type)
                continue;
            switch (field.Id)
            {
                case 500:
                    path = cursor.Text(type);
                    break;
                case 507:
                    partitions = ReadSummaries(ref cursor, type);
                    break;
                case 519:
                    key = cursor.Bytes(type).ToArray();
                    break;
                case >= 501 and <= 520:
                    numbers[field.Id - 501] = cursor.Integer(type);
                    break;
                default:
                    cursor.Skip(type);
                    break;
            }
        }
        return new ManifestFile
        {
            Path = path ?? throw LakeException.Corrupt("a manifest without a path"),
            Length = numbers[0] ?? throw LakeException.Corrupt($"the manifest {path} has no length"),
            SpecId = (int)(numbers[502 - 501] ?? throw LakeException.Corrupt($"the manifest {path} has no partition spec")),
            Content = (int)(numbers[517 - 501] ?? ManifestFile.Data),
            SequenceNumber = numbers[515 - 501] ?? 0,
            MinSequenceNumber = numbers[516 - 501] ?? 0,
            AddedSnapshotId = numbers[503 - 501] ?? 0,
            AddedFiles = (int?)numbers[504 - 501],
            ExistingFiles = (int?)numbers[505 - 501],
            DeletedFiles = (int?)numbers[506 - 501],
            AddedRows = numbers[512 - 501],
            ExistingRows = numbers[513 - 501],
            DeletedRows = numbers[514 - 501],
            Partitions = partitions,
            KeyMetadata = key,
        };
    }

    static List<PartitionSummary> ReadSummaries(ref AvroCursor cursor, AvroFileSchema array)
    {
        var summaries = new List<PartitionSummary>();
        for (var left = cursor.NextBlock(); left > 0; left = cursor.NextBlock())
            for (; left > 0; left--)
                summaries.Add(ReadSummary(ref cursor, array.Items!));
        return summaries;
    }

    static PartitionSummary ReadSummary(ref AvroCursor cursor, AvroFileSchema record)
    {
        var containsNull = true;
        bool? containsNan = null;
        byte[]? lower = null, upper = null;
        foreach (var field in record.Fields)
        {
            if (cursor.Resolve(field.Schema) is not { } type)
                continue;
            switch (field.Id)
            {
                case 509:
                    containsNull = cursor.Boolean(type);
                    break;
                case 518:
                    containsNan = cursor.Boolean(type);
                    break;
                case 510:
                    lower = cursor.Bytes(type).ToArray();
                    break;
                case 511:
                    upper = cursor.Bytes(type).ToArray();
                    break;
                default:
                    cursor.Skip(type);
                    break;
            }
        }
        return new(containsNull, containsNan, lower, upper);
    }

    static void WriteRow(AvroBuffer avro, ManifestFile manifest)
    {
        avro.Text(manifest.Path);
        avro.Integer(manifest.Length);
        avro.Integer(manifest.SpecId);
        avro.Integer(manifest.Content);
        avro.Integer(manifest.SequenceNumber);
        avro.Integer(manifest.MinSequenceNumber);
        avro.Integer(manifest.AddedSnapshotId);
        foreach (var count in (ReadOnlySpan<int?>)[manifest.AddedFiles, manifest.ExistingFiles, manifest.DeletedFiles])
            avro.Integer(Known(count, manifest));
        foreach (var count in (ReadOnlySpan<long?>)[manifest.AddedRows, manifest.ExistingRows, manifest.DeletedRows])
            avro.Integer(Known(count, manifest));
        if (avro.Optional(manifest.Partitions is not null))
            WriteSummaries(avro, manifest.Partitions!);
        if (avro.Optional(manifest.KeyMetadata is not null))
            avro.Bytes(manifest.KeyMetadata);
    }

    static void WriteSummaries(AvroBuffer avro, IReadOnlyList<PartitionSummary> summaries)
    {
        if (summaries.Count > 0)
            avro.Integer(summaries.Count);
        foreach (var summary in summaries)
        {
            avro.Boolean(summary.ContainsNull);
            if (avro.Optional(summary.ContainsNan is not null))
                avro.Boolean(summary.ContainsNan!.Value);
            if (avro.Optional(summary.LowerBound is not null))
                avro.Bytes(summary.LowerBound);
            if (avro.Optional(summary.UpperBound is not null))
                avro.Bytes(summary.UpperBound);
        }
        avro.Integer(0);
    }

    static long Known(long? count, ManifestFile manifest) =>
        count ?? throw LakeException.Invalid($"the manifest {manifest.Path} has no counts (it was written in format v1); rewrite the table's manifests first");
}
