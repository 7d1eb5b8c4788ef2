using System.Text;

namespace Dart.Lake.Lakehouse.Iceberg.Values;

/// <summary>Between a partition's values as <see cref="PartitionKey"/> holds them and typed literals.</summary>
static class PartitionValues
{
    /// <summary>The value of a partition field of that result type; null stays null.</summary>
    /// <exception cref="LakeException">Invalid: the value is of another type.</exception>
    public static Literal? ToLiteral(IcebergType type, object? value) => (type.Name, value) switch
    {
        (_, null) => null,
        ("boolean", bool b) => Literal.Of(b),
        ("int" or "date", int i) => Literal.Of(i),
        ("date", DateOnly d) => Literal.Of(d),
        ("long" or "time" or "timestamp" or "timestamptz" or "timestamp_ns" or "timestamptz_ns", long l) => Literal.Of(l),
        ("long", int i) => Literal.Of(i),
        ("float", float f) => Literal.Of((double)f),
        ("double", double d) => Literal.Of(d),
        ("decimal", decimal d) => Literal.Decimal(Rescale(d, type), type.Scale),
        ("string", string s) => Literal.Of(s),
        ("uuid", Guid g) => Literal.Of(g),
        (_, byte[] b) when type.Name == "binary" || type.FixedLength == b.Length => Literal.Of(b),
        _ => throw LakeException.Invalid($"the partition value {value} ({value!.GetType().Name}) is not of type {type}"),
    };

    public static object? FromLiteral(IcebergType type, Literal? value)
    {
        if (value is not { } v)
            return null;
        return type.Name switch
        {
            "boolean" => v.Integer != 0,
            "int" or "date" => checked((int)v.Integer),
            "long" or "time" or "timestamp" or "timestamptz" or "timestamp_ns" or "timestamptz_ns" => checked((long)v.Integer),
            "float" => (float)v.RealValue,
            "double" => v.RealValue,
            "decimal" => DecimalBytes.ToDecimal(v.Integer, v.Scale) ?? throw LakeException.Invalid($"the partition value {v} has more digits than a C# decimal holds"),
            "string" => Encoding.UTF8.GetString(v.Bytes),
            "uuid" => new Guid(v.Bytes, bigEndian: true),
            _ => v.Bytes.ToArray(),
        };
    }

    static Int128 Rescale(decimal value, IcebergType type)
    {
        var unscaled = DecimalBytes.Unscaled(value);
        for (var scale = value.Scale; scale < type.Scale; scale++)
            unscaled = checked(unscaled * 10);
        for (var scale = value.Scale; scale > type.Scale; scale--)
            unscaled = unscaled % 10 == 0 ? unscaled / 10 : throw LakeException.Invalid($"the partition value {value} has more places than {type}");
        return unscaled;
    }
}
