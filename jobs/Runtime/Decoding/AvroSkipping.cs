namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>Passes over a value of any type, and sees that it is one.</summary>
internal static class AvroSkipping
{
    const int Deepest = 64;

    // of items that take no bytes there could be as many as a number says
    const long MostEmptyItems = 1_000_000;

    /// <summary>False: the bytes are no value of the type.</summary>
    public static bool TrySkip(ref AvroReader reader, AvroType type, int depth = 0) => type.Kind switch
    {
        _ when depth > Deepest => false,
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
        AvroKind.Array => TrySkipItems(ref reader, type, isMap: false, depth),
        AvroKind.Map => TrySkipItems(ref reader, type, isMap: true, depth),
        AvroKind.Union => reader.TryLong(out var branch) && (ulong)branch < (ulong)type.Children.Count
            && TrySkip(ref reader, type.Children[(int)branch], depth + 1),
        AvroKind.Record => TrySkipFields(ref reader, type, depth),
        _ => throw LakeException.Bug($"{type.Kind} cannot be passed over"),
    };

    static bool TrySkipText(ref AvroReader reader) => reader.TryBytes(out var text) && System.Text.Unicode.Utf8.IsValid(text);

    static bool TrySkipFields(ref AvroReader reader, AvroType record, int depth)
    {
        for (var i = 0; i < record.Children.Count; i++)
            if (!TrySkip(ref reader, record.Children[i], depth + 1))
                return false;
        return true;
    }

    /// <summary>Blocks of items: a count, negative where a size follows; a count of zero ends them.</summary>
    static bool TrySkipItems(ref AvroReader reader, AvroType items, bool isMap, int depth)
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
            if (count > reader.Remaining && count > MostEmptyItems)
                return false;
            for (; count > 0; count--)
                if (isMap && !TrySkipText(ref reader) || !TrySkip(ref reader, items.Children[0], depth + 1))
                    return false;
        }
    }
}
