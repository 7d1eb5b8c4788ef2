using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Dart.Lake.Lakehouse.Columns;

/// <summary>Numbers distinct UTF-8 strings in the order in which they come; looked up by span, without a string.</summary>
internal sealed class ByteDictionary
{
    readonly VariableBytes values = new(64);
    // Per slot: code + 1 in the low half (0: free) and the high half of the hash, so that most probes need no look at the bytes.
    ulong[] slots = new ulong[128];
    int last = -1;

    public const int NotUtf8 = -1;

    public int Count => values.Count;

    public VariableBytes Values => values;

    /// <summary>The code of a value, which is added when it is new; <see cref="NotUtf8"/> when it is new and not valid UTF-8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Code(ReadOnlySpan<byte> value) =>
        // Feeds repeat themselves: kind, source and venue are mostly those of the row before.
        last >= 0 && value.SequenceEqual(values[last]) ? last : Find(value);

    int Find(ReadOnlySpan<byte> value)
    {
        var hash = XxHash3.HashToUInt64(value);
        var tag = hash & 0xFFFF_FFFF_0000_0000;
        var mask = slots.Length - 1;
        for (var i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            var slot = slots[i];
            if (slot == 0)
                return Add(value, i, tag);
            if ((slot & 0xFFFF_FFFF_0000_0000) == tag && value.SequenceEqual(values[(int)(uint)slot - 1]))
                return last = (int)(uint)slot - 1;
        }
    }

    int Add(ReadOnlySpan<byte> value, int slot, ulong tag)
    {
        if (!Utf8.IsValid(value))
            return NotUtf8;
        values.Append(value);
        slots[slot] = tag | (uint)values.Count;
        if (values.Count * 2 > slots.Length)
            Rehash();
        return last = values.Count - 1;
    }

    void Rehash()
    {
        var grown = new ulong[slots.Length * 2];
        var mask = grown.Length - 1;
        for (var code = 0; code < values.Count; code++)
        {
            var hash = XxHash3.HashToUInt64(values[code]);
            var i = (int)hash & mask;
            while (grown[i] != 0)
                i = (i + 1) & mask;
            grown[i] = (hash & 0xFFFF_FFFF_0000_0000) | (uint)(code + 1);
        }
        slots = grown;
    }

    public void Clear()
    {
        if (values.Count == 0)
            return;
        values.Truncate(0);
        Array.Clear(slots);
        last = -1;
    }
}
