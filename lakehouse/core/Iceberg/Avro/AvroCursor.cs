using System.Buffers.Binary;

namespace Dart.Lake.Lakehouse.Iceberg.Avro;

/// <summary>Reads values of one block, each as its writer's schema says. Every length is checked against what is left.</summary>
ref struct AvroCursor(ReadOnlySpan<byte> data)
{
    const int MaxDepth = 64;

    ReadOnlySpan<byte> rest = data;

    public readonly int Remaining => rest.Length;

    /// <summary>Follows a union to the branch that was written; null when that is the null branch.</summary>
    public AvroSchema? Resolve(AvroSchema schema)
    {
        if (schema.Kind == AvroKind.Union)
        {
            var index = ReadVarint();
            schema = index >= 0 && index < schema.Branches.Count ? schema.Branches[(int)index] : throw Damaged($"there is no branch {index} in a union");
        }
        return schema.Kind == AvroKind.Null ? null : schema;
    }

    /// <summary>An int or a long.</summary>
    public long Integer(AvroSchema schema) =>
        schema.Kind is AvroKind.Int or AvroKind.Long ? ReadVarint() : throw Damaged($"an integer was expected, not {schema.Kind}");

    public int Int32(AvroSchema schema)
    {
        var value = Integer(schema);
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Damaged($"{value} is not a 32-bit integer");
    }

    public bool Boolean(AvroSchema schema) => schema.Kind == AvroKind.Boolean ? Take(1)[0] != 0 : throw Damaged($"a boolean was expected, not {schema.Kind}");

    public float Single(AvroSchema schema) => schema.Kind == AvroKind.Float ? BinaryPrimitives.ReadSingleLittleEndian(Take(4)) : throw Damaged($"a float was expected, not {schema.Kind}");

    public double Double(AvroSchema schema) => schema.Kind switch
    {
        AvroKind.Double => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
        AvroKind.Float => BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
        _ => throw Damaged($"a double was expected, not {schema.Kind}"),
    };

    /// <summary>Bytes, a string's UTF-8, or a fixed; valid while the block is.</summary>
    public ReadOnlySpan<byte> Bytes(AvroSchema schema) => schema.Kind switch
    {
        AvroKind.Bytes or AvroKind.String => TakeLong(ReadVarint()),
        AvroKind.Fixed => Take(schema.Size),
        _ => throw Damaged($"bytes were expected, not {schema.Kind}"),
    };

    public string Text(AvroSchema schema) => System.Text.Encoding.UTF8.GetString(Bytes(schema));

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

    public void Skip(AvroSchema schema) => Skip(schema, 0);

    void Skip(AvroSchema schema, int depth)
    {
        if (depth > MaxDepth)
            throw Damaged($"values are nested more than {MaxDepth} deep");
        switch (schema.Kind)
        {
            case AvroKind.Null:
                break;
            case AvroKind.Int or AvroKind.Long or AvroKind.Enum:
                ReadVarint();
                break;
            case AvroKind.Boolean:
                Take(1);
                break;
            case AvroKind.Float:
                Take(4);
                break;
            case AvroKind.Double:
                Take(8);
                break;
            case AvroKind.Bytes or AvroKind.String or AvroKind.Fixed:
                Bytes(schema);
                break;
            case AvroKind.Record:
                foreach (var field in schema.Fields)
                    Skip(field.Schema, depth + 1);
                break;
            case AvroKind.Union:
                if (Resolve(schema) is { } branch)
                    Skip(branch, depth + 1);
                break;
            default:
                SkipItems(schema, depth);
                break;
        }
    }

    void SkipItems(AvroSchema schema, int depth)
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
                if (schema.Kind == AvroKind.Map)
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
