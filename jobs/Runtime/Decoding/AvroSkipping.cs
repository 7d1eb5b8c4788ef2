namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>Passes over a value of any type, and sees that it is one.</summary>
internal static class AvroSkipping
{
    const int Deepest = 64;

    // of items and fields that take no bytes there could be as many as a number or a schema says
    const long MostEmpty = 1_000_000;

    /// <summary>False: the bytes are no value of the type, or one with absurdly many parts that take no bytes.</summary>
    public static bool TrySkip(ref AvroReader reader, AvroType type)
    {
        // what takes bytes stands in at most so many others
        var parts = MostEmpty + (long)(Deepest + 1) * reader.Remaining;
        return TrySkip(ref reader, type, 0, ref parts);
    }

    static bool TrySkip(ref AvroReader reader, AvroType type, int depth, ref long parts) => type.Kind switch
    {
        _ when depth > Deepest || --parts < 0 => false,
        AvroKind.Null => true,
        AvroKind.Boolean => reader.TryBoolean(out _),
        AvroKind.Int => reader.TryInt(out _),
        AvroKind.Long => reader.TryLong(out _),
        AvroKind.Float => reader.TryTake(sizeof(float), out _),
        AvroKind.Double => reader.TryTake(sizeof(double), out _),
        AvroKind.Bytes => reader.TryBytes(out _),
        AvroKind.String => TrySkipText(ref reader),
        AvroKind.Enum => reader.TryLong(out var symbol) && (ulong)symbol < (ulong)type.Symbols.Count,
        AvroKind.Fixed => reader.TryTake(type.Size, out _),
        AvroKind.Array => TrySkipItems(ref reader, type, isMap: false, depth, ref parts),
        AvroKind.Map => TrySkipItems(ref reader, type, isMap: true, depth, ref parts),
        AvroKind.Union => reader.TryLong(out var branch) && (ulong)branch < (ulong)type.Children.Count
            && TrySkip(ref reader, type.Children[(int)branch], depth + 1, ref parts),
        AvroKind.Record => TrySkipFields(ref reader, type, depth, ref parts),
        _ => throw LakeException.Bug($"{type.Kind} cannot be passed over"),
    };

    static bool TrySkipText(ref AvroReader reader) => reader.TryBytes(out var text) && System.Text.Unicode.Utf8.IsValid(text);

    static bool TrySkipFields(ref AvroReader reader, AvroType record, int depth, ref long parts)
    {
        for (var i = 0; i < record.Children.Count; i++)
            if (!TrySkip(ref reader, record.Children[i], depth + 1, ref parts))
                return false;
        return true;
    }

    /// <summary>Blocks of items: a count, negative where a size follows; a count of zero ends them.</summary>
    static bool TrySkipItems(ref AvroReader reader, AvroType items, bool isMap, int depth, ref long parts)
    {
        while (true)
        {
            if (!reader.TryLong(out var count) || count == long.MinValue)
                return false;
            if (count == 0)
                return true;
            if (count < 0 && !reader.TryLong(out _))
                return false;
            count = Math.Abs(count);
            if (count > parts)
                return false;
            for (; count > 0; count--)
                if (isMap && !TrySkipText(ref reader) || !TrySkip(ref reader, items.Children[0], depth + 1, ref parts))
                    return false;
        }
    }
}
