using System.Globalization;
using System.Text;
using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Manifests;

/// <summary>The Avro schemas that we write, byte for byte what Java's reader expects (spec, "Manifests", Appendix A).</summary>
static class ManifestSchema
{
    public const string List = """
        {"type":"record","name":"manifest_file","fields":[
        {"name":"manifest_path","type":"string","field-id":500},
        {"name":"manifest_length","type":"long","field-id":501},
        {"name":"partition_spec_id","type":"int","field-id":502},
        {"name":"content","type":"int","field-id":517},
        {"name":"sequence_number","type":"long","field-id":515},
        {"name":"min_sequence_number","type":"long","field-id":516},
        {"name":"added_snapshot_id","type":"long","field-id":503},
        {"name":"added_files_count","type":"int","field-id":504},
        {"name":"existing_files_count","type":"int","field-id":505},
        {"name":"deleted_files_count","type":"int","field-id":506},
        {"name":"added_rows_count","type":"long","field-id":512},
        {"name":"existing_rows_count","type":"long","field-id":513},
        {"name":"deleted_rows_count","type":"long","field-id":514},
        {"name":"partitions","type":["null",{"type":"array","items":{"type":"record","name":"r508","fields":[
        {"name":"contains_null","type":"boolean","field-id":509},
        {"name":"contains_nan","type":["null","boolean"],"default":null,"field-id":518},
        {"name":"lower_bound","type":["null","bytes"],"default":null,"field-id":510},
        {"name":"upper_bound","type":["null","bytes"],"default":null,"field-id":511}]},"element-id":508}],"default":null,"field-id":507},
        {"name":"key_metadata","type":["null","bytes"],"default":null,"field-id":519}]}
        """;

    /// <summary>The schema of a data manifest of that partition type.</summary>
    public static string Entry(PartitionType partition) => EntryHead + PartitionRecord(partition) + EntryTail;

    const string EntryHead = """
        {"type":"record","name":"manifest_entry","fields":[
        {"name":"status","type":"int","field-id":0},
        {"name":"snapshot_id","type":["null","long"],"default":null,"field-id":1},
        {"name":"sequence_number","type":["null","long"],"default":null,"field-id":3},
        {"name":"file_sequence_number","type":["null","long"],"default":null,"field-id":4},
        {"name":"data_file","type":{"type":"record","name":"r2","fields":[
        {"name":"content","type":"int","field-id":134},
        {"name":"file_path","type":"string","field-id":100},
        {"name":"file_format","type":"string","field-id":101},
        {"name":"partition","type":
        """;

    static readonly string EntryTail = $$"""
        ,"field-id":102},
        {"name":"record_count","type":"long","field-id":103},
        {"name":"file_size_in_bytes","type":"long","field-id":104},
        {{Map("column_sizes", 108, 117, 118, "long")}},
        {{Map("value_counts", 109, 119, 120, "long")}},
        {{Map("null_value_counts", 110, 121, 122, "long")}},
        {{Map("nan_value_counts", 137, 138, 139, "long")}},
        {{Map("lower_bounds", 125, 126, 127, "bytes")}},
        {{Map("upper_bounds", 128, 129, 130, "bytes")}},
        {"name":"key_metadata","type":["null","bytes"],"default":null,"field-id":131},
        {"name":"split_offsets","type":["null",{"type":"array","items":"long","element-id":133}],"default":null,"field-id":132},
        {"name":"equality_ids","type":["null",{"type":"array","items":"int","element-id":136}],"default":null,"field-id":135},
        {"name":"sort_order_id","type":["null","int"],"default":null,"field-id":140}]},"field-id":2}]}
        """;

    static string Map(string name, int id, int key, int value, string type) =>
        $$"""{"name":"{{name}}","type":["null",{"type":"array","items":{"type":"record","name":"k{{key}}_v{{value}}","fields":[{"name":"key","type":"int","field-id":{{key}}},{"name":"value","type":"{{type}}","field-id":{{value}}}]},"logicalType":"map"}],"default":null,"field-id":{{id}}}""";

    static string PartitionRecord(PartitionType partition)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        return $$"""{"type":"record","name":"r102","fields":[{{string.Join(',', partition.Fields.Select(f => PartitionField(f.Field, f.Result, named)))}}]}""";
    }

    static string PartitionField(PartitionField field, IcebergType? result, HashSet<string> named)
    {
        var type = AvroType(result ?? throw LakeException.Invalid($"partition field {field.Name} has no known source or transform; it cannot be written"), named);
        var name = Legal(field.Name);
        var original = string.Equals(name, field.Name, StringComparison.Ordinal) ? "" : $",\"iceberg-field-name\":{JsonSerializer.Serialize(field.Name)}";
        return $$"""{"name":"{{name}}","type":["null",{{type}}],"default":null,"field-id":{{field.FieldId}}{{original}}}""";
    }

    /// <summary>A fixed type is defined once in a schema and named after that.</summary>
    static string AvroType(IcebergType type, HashSet<string> named) => type.Name switch
    {
        "boolean" or "int" or "long" or "float" or "double" or "string" => $"\"{type.Name}\"",
        "binary" => "\"bytes\"",
        "date" => """{"type":"int","logicalType":"date"}""",
        "time" => """{"type":"long","logicalType":"time-micros"}""",
        "timestamp" => """{"type":"long","logicalType":"timestamp-micros","adjust-to-utc":false}""",
        "timestamptz" => """{"type":"long","logicalType":"timestamp-micros","adjust-to-utc":true}""",
        "uuid" => Fixed("uuid_fixed", 16, ",\"logicalType\":\"uuid\"", named),
        "decimal" => Fixed($"decimal_{type.Precision}_{type.Scale}", DecimalBytes.LengthOf(type.Precision),
            $",\"logicalType\":\"decimal\",\"precision\":{type.Precision},\"scale\":{type.Scale}", named),
        _ when type.FixedLength is { } length => Fixed($"fixed_{length}", length, "", named),
        _ => throw LakeException.Invalid($"{type} cannot be a partition value"),
    };

    static string Fixed(string name, int size, string more, HashSet<string> named) =>
        named.Add(name) ? $$"""{"type":"fixed","name":"{{name}}","size":{{size}}{{more}}}""" : $"\"{name}\"";

    /// <summary>Java's AvroSchemaUtil.sanitize.</summary>
    static string Legal(string name)
    {
        var legal = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetter(c) || c == '_' || (legal.Length > 0 && char.IsAsciiDigit(c)))
                legal.Append(c);
            else if (char.IsAsciiDigit(c))
                legal.Append('_').Append(c);
            else
                legal.Append("_x").Append(((int)c).ToString("X", CultureInfo.InvariantCulture));
        }
        return legal.ToString();
    }
}
