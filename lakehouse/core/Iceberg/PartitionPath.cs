using System.Text;

namespace Dart.Lake.Lakehouse.Iceberg;

/// <summary>Where new data files of a table go.</summary>
public static class PartitionPath
{
    /// <summary>A location for a new Parquet file: <c>TABLE/data/field=value/RANDOM.parquet</c>; the folder may not exist yet.</summary>
    public static string NewDataFileLocation(this Table table, PartitionKey partition, IdSource ids)
    {
        var folder = Of(table.Metadata.Spec, table.Metadata.Schema, partition);
        var data = table.Metadata.Properties.GetValueOrDefault("write.data.path", $"{table.Metadata.Location}/data").TrimEnd('/');
        return $"{data}/{(folder.Length == 0 ? "" : folder + "/")}{ids.NewId():D}.parquet";
    }

    /// <summary><c>name=value/…</c>, percent-free: what is not a letter, digit, dot, dash or underscore becomes an underscore.</summary>
    internal static string Of(PartitionSpec spec, IcebergSchema schema, PartitionKey key)
    {
        if (key.Values.Count != spec.Fields.Count)
            throw LakeException.Invalid($"a partition of {key.Values.Count} values, but spec {spec.SpecId} has {spec.Fields.Count} fields");
        return string.Join('/', spec.Fields.Select((field, i) =>
        {
            var source = schema.Find(field.SourceId)?.Type ?? throw LakeException.Invalid($"partition field {field.Name} has no source column {field.SourceId}");
            var value = PartitionValues.ToLiteral(field.Transform.ResultType(source) ?? source, key.Values[i]);
            return $"{Safe(field.Name)}={Safe(field.Transform.Show(source, value))}";
        }));
    }

    static string Safe(string text)
    {
        var safe = new StringBuilder();
        foreach (var c in text.Length > 64 ? text[..64] : text)
            safe.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_');
        return safe.ToString();
    }
}
