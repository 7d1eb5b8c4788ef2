using System.Buffers.Binary;

namespace Dart.Lake.Lakehouse.Iceberg.Avro;

/// <summary>Reads values of one block, each as its writer's schema says. Every length is checked against what is left.</summary>
ref struct AvroCursor(ReadOnlySpan<byte> data)
{
    const int MaxDepth = 64;

    ReadOnlySpan<byte> rest = data;

    public readonly int Remaining => rest.Length;

    /// <summary>Follows a union to the branch that was written; null when that is the null branch.</summary>
    public AvroFileSchema? Resolve(AvroFileSchema schema)
    {
        if (schema.Kind == AvroFileKind.Union)
        {
            var index = ReadVarint();
            schema = index >= 0 && index < schema.Branches.Count ? schema.Branches[(int)index] : throw Damaged($"there is no branch {index} in a union");
        }
        return schema.Kind == AvroFileKind.Null ? null : schema;
    }

    /// <summary>An int or a long.</summary>
    public long Integer(AvroFileSchema schema) =>
        schema.Kind is AvroFileKind.Int or AvroFileKind.Long ? ReadVarint() : throw Damaged($"an integer was expected, not {schema.Kind}");

    public int Int32(AvroFileSchema schema)
    {
        var value = Integer(schema);
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Damaged($"{value} is not a 32-bit integer");
    }

    public bool Boolean(AvroFileSchema schema) => schema.Kind == AvroFileKind.Boolean ? Take(1)[0] != 0 : throw Damaged($"a boolean was expected, not {schema.Kind}");

    public float Single(AvroFileSchema schema) =>
        schema.Kind == AvroFileKind.Float ? BinaryPrimitives.ReadSingleLittleEndian(Take(4)) : throw Damaged($"a float was expected, not {schema.Kind}");

    public double Double(AvroFileSchema schema) => schema.Kind switch
    {
        AvroFileKind.Double => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
        AvroFileKind.Float => BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
        _ => throw Damaged($"a double was expected, not {schema.Kind}"),
    };

    /// <summary>Bytes, a string's UTF-8, or a fixed; valid while the block is.</summary>
    public ReadOnlySpan<byte> Bytes(AvroFileSchema schema) => schema.Kind switch
    {
        AvroFileKind.Bytes or AvroFileKind.String => TakeLong(ReadVarint()),
        AvroFileKind.Fixed => Take(schema.Size),
        _ => throw Damaged($"bytes were expected, not {schema.Kind}"),
    };

    public string Text(AvroFileSchema schema) => System.Text.Encoding.UTF8.GetString(Bytes(schema));

    /// <summary>The number of items of an array's next block, 0 at its end. Call it again after that many items.</summary>
    public long NextBlock()
    {
        var count = ReadVarint();
        if (count < 0)
        {
            count = count == long.MinValue ? throw Damaged("an array's block count is out of range") : -count;
            ReadVarint();
        }
        return count <= rest.Length ? count : throw Damaged($"an array of {count} items in {rest.Length} bytes");
    }

    public void Skip(AvroFileSchema schema) => Skip(schema, 0);

    void Skip(AvroFileSchema schema, int depth)
    {
        if (depth > MaxDepth)
            throw Damaged($"values are nested more than {MaxDepth} deep");
        switch (schema.Kind)
        {
            case AvroFileKind.Null:
                break;
            case AvroFileKind.Int or AvroFileKind.Long or AvroFileKind.Enum:
                ReadVarint();
                break;
            case AvroFileKind.Boolean:
                Take(1);
                break;
            case AvroFileKind.Float:
                Take(4);
                break;
            case AvroFileKind.Double:
                Take(8);
                break;
            case AvroFileKind.Bytes or AvroFileKind.String or AvroFileKind.Fixed:
                Bytes(schema);
                break;
            case AvroFileKind.Record:
                foreach (var field in schema.Fields)
                    Skip(field.Schema, depth + 1);
                break;
            case AvroFileKind.Union:
                if (Resolve(schema) is { } branch)
                    Skip(branch, depth + 1);
                break;
            default:
                SkipItems(schema, depth);
                break;
        }
    }

    void SkipItems(AvroFileSchema schema, int depth)
    {
        for (var count = ReadVarint(); count != 0; count = ReadVarint())
        {
            if (count < 0)
            {
                TakeLong(ReadVarint());
                continue;
            }
            if (count > rest.Length)
                throw Damaged($"an array of {count} items in {rest.Length} bytes");
            for (; count > 0; count--)
            {
                if (schema.Kind == AvroFileKind.Map)
                    TakeLong(ReadVarint());
                Skip(schema.Items!, depth + 1);
            }
        }
    }

    public long ReadVarint()
    {
        ulong value = 0;
        for (var i = 0; i < 10; i++)
        {
            if (i >= rest.Length)
                throw Damaged("it ends within a number");
            var next = rest[i];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                rest = rest[(i + 1)..];
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }
        throw Damaged("a number of more than 10 bytes");
    }

    public ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > rest.Length)
            throw Damaged($"{length} bytes were expected where {rest.Length} are left");
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    ReadOnlySpan<byte> TakeLong(long length) => length is >= 0 and <= int.MaxValue ? Take((int)length) : throw Damaged($"a length of {length}");

    static LakeException Damaged(string what) => LakeException.Corrupt($"the file is damaged: {what}");
}
