using System.Buffers.Binary;

namespace Dart.Lake.Lakehouse.Iceberg.Values;

/// <summary>Binary single-value serialization of bounds and partition summaries (spec, Appendix D).</summary>
static class SingleValue
{
    /// <summary>The value's bytes in that type.</summary>
    /// <exception cref="LakeException">Invalid: the value does not fit the type.</exception>
    public static byte[] Serialize(IcebergType type, Literal value)
    {
        switch (type.Name)
        {
            case "boolean":
                return [value.Integer == 0 ? (byte)0 : (byte)1];
            case "int" or "date":
                var four = new byte[4];
                BinaryPrimitives.WriteInt32LittleEndian(four, checked((int)value.Integer));
                return four;
            case "long" or "time" or "timestamp" or "timestamptz" or "timestamp_ns" or "timestamptz_ns":
                var eight = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(eight, checked((long)value.Integer));
                return eight;
            case "float":
                var single = new byte[4];
                BinaryPrimitives.WriteSingleLittleEndian(single, (float)value.RealValue);
                return single;
            case "double":
                var real = new byte[8];
                BinaryPrimitives.WriteDoubleLittleEndian(real, value.RealValue);
                return real;
            case "decimal":
                return value.Scale == type.Scale ? DecimalBytes.Minimal(value.Integer)
                    : throw LakeException.Invalid($"a value of scale {value.Scale} is not one of {type}; rescale it first");
            case var name when IsBytes(name):
                return value.Bytes.ToArray();
            default:
                throw LakeException.Invalid($"{type} has no single-value form");
        }
    }

    /// <summary>
    /// The value of bytes that were written in that type or in one that it was promoted from (int for long, float for double,
    /// date for timestamp), told by their length.
    /// </summary>
    /// <exception cref="LakeException">Corrupt: a length that the type cannot have.</exception>
    public static Literal Deserialize(IcebergType type, ReadOnlySpan<byte> bytes)
    {
        switch (type.Name)
        {
            case "boolean" when bytes.Length == 1:
                return Literal.Of(bytes[0] != 0);
            case "int" or "date" or "long" or "time" when bytes.Length == 4:
                return Literal.Of(BinaryPrimitives.ReadInt32LittleEndian(bytes));
            case "timestamp" or "timestamptz" when bytes.Length == 4:
                return Literal.Of(BinaryPrimitives.ReadInt32LittleEndian(bytes) * 86_400_000_000L);
            case "long" or "time" or "timestamp" or "timestamptz" or "timestamp_ns" or "timestamptz_ns" when bytes.Length == 8:
                return Literal.Of(BinaryPrimitives.ReadInt64LittleEndian(bytes));
            case "float" or "double" when bytes.Length == 4:
                return Literal.Of((double)BinaryPrimitives.ReadSingleLittleEndian(bytes));
            case "double" when bytes.Length == 8:
                return Literal.Of(BinaryPrimitives.ReadDoubleLittleEndian(bytes));
            case "decimal":
                return Literal.Decimal(DecimalBytes.Read(bytes), type.Scale);
            case var name when IsBytes(name):
                return Literal.Of(bytes.ToArray());
            default:
                throw LakeException.Corrupt($"a bound of {bytes.Length} bytes is not a value of type {type}");
        }
    }

    static bool IsBytes(string name) => name is "string" or "binary" or "uuid" || name.StartsWith("fixed[", StringComparison.Ordinal);
}
