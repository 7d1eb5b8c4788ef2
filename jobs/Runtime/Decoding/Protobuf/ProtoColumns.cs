using System.Text;
using System.Text.Unicode;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding.Protobuf;

/// <summary>What types of Protobuf mean in columns.</summary>
internal static class ProtoColumns
{
    /// <summary>How a type is encoded; types of one encoding can be read as each other.</summary>
    public static string Encoding(string type) => type switch
    {
        "int32" or "int64" or "uint32" or "uint64" or "bool" => "a number",
        "sint32" or "sint64" => "a zigzag number",
        "fixed32" or "sfixed32" => "four bytes",
        "fixed64" or "sfixed64" => "eight bytes",
        "string" or "bytes" => "a text",
        "float" or "double" => type,
        _ => "a message",
    };

    /// <summary>The column that holds all values of a field; what no column of ours has, such as a list, is kept as its bytes.</summary>
    public static ColumnType TypeOf(ProtoField field, ProtoEnum? symbols) => field.IsRepeated ? new(ColumnKind.Binary)
        : symbols is not null ? new(ColumnKind.String)
        : field.Type switch
        {
            "double" or "float" => new(ColumnKind.Double),
            "int32" or "sint32" or "sfixed32" => new(ColumnKind.Int),
            "int64" or "sint64" or "sfixed64" or "uint32" or "fixed32" => new(ColumnKind.Long),
            "uint64" or "fixed64" => new(ColumnKind.Decimal, 20),
            "bool" => new(ColumnKind.Boolean),
            "string" => new(ColumnKind.String),
            _ => new(ColumnKind.Binary),
        };

    /// <summary>The field that was read last as a value of that column; null: it is none.</summary>
    public static object? Value(in ProtoReader read, ProtoField field, ProtoEnum? symbols)
    {
        if (field.IsRepeated)
            return read.Whole.ToArray();
        if (symbols is not null)
            return read.Wire != ProtoWire.Varint ? null : symbols.Symbols.GetValueOrDefault((int)read.Value) ?? $"{(int)read.Value}";
        return (field.Type, read.Wire) switch
        {
            ("double", ProtoWire.Fixed64) => BitConverter.UInt64BitsToDouble(read.Value),
            ("float", ProtoWire.Fixed32) => (double)BitConverter.UInt32BitsToSingle((uint)read.Value),
            ("int32", ProtoWire.Varint) or ("sfixed32", ProtoWire.Fixed32) => (int)read.Value,
            ("sint32", ProtoWire.Varint) => (int)((uint)read.Value >> 1) ^ -(int)((uint)read.Value & 1),
            ("int64", ProtoWire.Varint) or ("sfixed64", ProtoWire.Fixed64) => (long)read.Value,
            ("sint64", ProtoWire.Varint) => (long)(read.Value >> 1) ^ -(long)(read.Value & 1),
            ("uint32", ProtoWire.Varint) or ("fixed32", ProtoWire.Fixed32) => (long)(uint)read.Value,
            ("uint64", ProtoWire.Varint) or ("fixed64", ProtoWire.Fixed64) => (Int128)read.Value,
            ("bool", ProtoWire.Varint) => read.Value != 0,
            ("string", ProtoWire.Bytes) => Utf8.IsValid(read.Bytes) ? System.Text.Encoding.UTF8.GetString(read.Bytes) : null,
            ("double" or "float" or "int32" or "sfixed32" or "sint32" or "int64" or "sfixed64" or "sint64" or "uint32" or "fixed32"
                or "uint64" or "fixed64" or "bool" or "string", _) => null,
            (_, ProtoWire.Bytes) => read.Bytes.ToArray(),
            // an enum of a file that is imported
            _ => read.Whole.ToArray(),
        };
    }
}
