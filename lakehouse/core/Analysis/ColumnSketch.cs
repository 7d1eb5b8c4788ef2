using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Dart.Lake.Lakehouse.Iceberg.Statistics;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Analysis;

/// <summary>
/// Hashes the values of a column, a batch at a time and without an object per value, as Iceberg's Java library and Trino do: the hash is of
/// the bytes of the spec's single-value serialization (Appendix D). Nulls are not counted, nor values of no byte.
/// </summary>
/// <param name="column">In the table.</param>
/// <param name="known">What is known of it already.</param>
sealed class ColumnSketch(SchemaField column, ThetaSketch known)
{
    const ulong Seed = ThetaSketchBuilder.Seed;

    readonly ThetaSketchBuilder sketch = new();

    public SchemaField Column => column;

    public ThetaSketch Build()
    {
        sketch.Add(known);
        return sketch.Build();
    }

    /// <summary>A value by its bytes.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        if (value.Length > 0)
            sketch.Add(Murmur3X64.Hash(value, Seed));
    }

    /// <exception cref="LakeException">Bug: an array that no column of that type is read as.</exception>
    public void Add(IArrowArray array)
    {
        switch (array)
        {
            case BooleanArray truths:
                AddTruths(truths);
                break;
            case Int32Array ints:
                AddNumbers(MemoryMarshal.Cast<int, uint>(ints.Values), ints);
                break;
            case Date32Array dates:
                AddNumbers(MemoryMarshal.Cast<int, uint>(dates.Values), dates);
                break;
            case FloatArray singles:
                AddNumbers(MemoryMarshal.Cast<float, uint>(singles.Values), singles);
                break;
            case Int64Array longs:
                AddNumbers(MemoryMarshal.Cast<long, ulong>(longs.Values), longs);
                break;
            case Time64Array times:
                AddNumbers(MemoryMarshal.Cast<long, ulong>(times.Values), times);
                break;
            case TimestampArray stamps:
                AddNumbers(MemoryMarshal.Cast<long, ulong>(stamps.Values), stamps);
                break;
            case DoubleArray reals:
                AddNumbers(MemoryMarshal.Cast<double, ulong>(reals.Values), reals);
                break;
            case Decimal128Array decimals:
                AddDecimals(decimals);
                break;
            case StringArray uuids when column.Type.Name == "uuid":
                AddUuids(uuids);
                break;
            case BinaryArray bytes:
                AddBytes(bytes);
                break;
            default:
                throw LakeException.Bug($"the column '{column.Name}' of type {column.Type} is read as {array.Data.DataType.Name}");
        }
    }

    /// <summary>Which values of an array are not null; asking the array itself costs more than to hash a number.</summary>
    readonly ref struct ValidBits(Apache.Arrow.Array array)
    {
        readonly ReadOnlySpan<byte> bits = array.NullCount > 0 ? array.NullBitmapBuffer.Span : default;
        readonly int offset = array.Offset;

        public bool this[int row] => bits.IsEmpty || (bits[offset + row >> 3] >> (offset + row & 7) & 1) != 0;
    }

    void AddTruths(BooleanArray array)
    {
        for (var i = 0; i < array.Length; i++)
            if (array.GetValue(i) is { } value)
                sketch.Add(Murmur3X64.HashShort(value ? 1UL : 0, 1, Seed));
    }

    /// <summary>
    /// Values by their four or eight bytes. Rows come in the order of their writing, in which many columns repeat a value: that is hashed
    /// once.
    /// </summary>
    void AddNumbers<T>(ReadOnlySpan<T> values, Apache.Arrow.Array array)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        var valid = new ValidBits(array);
        var (last, isFirst) = (T.Zero, true);
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (value == last && !isFirst || !valid[i])
                continue;
            (last, isFirst) = (value, false);
            sketch.Add(Murmur3X64.HashShort(ulong.CreateTruncating(value), Unsafe.SizeOf<T>(), Seed));
        }
    }

    void AddDecimals(Decimal128Array array)
    {
        var values = MemoryMarshal.Cast<byte, (long Low, long High)>(array.ValueBuffer.Span).Slice(array.Offset, array.Length);
        var valid = new ValidBits(array);
        var (last, isFirst) = ((0L, 0L), true);
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (value == last && !isFirst || !valid[i])
                continue;
            (last, isFirst) = (value, false);
            sketch.Add(HashDecimal(value.Low, value.High));
        }
    }

    /// <summary>Of the fewest bytes that hold the unscaled value, two's complement, the highest first.</summary>
    static ulong HashDecimal(long low, long high)
    {
        if (high == low >> 63)
        {
            // the bits that differ from the sign, and one for it
            var length = (64 - BitOperations.LeadingZeroCount((ulong)(low ^ low >> 63))) / 8 + 1;
            return Murmur3X64.HashShort(BinaryPrimitives.ReverseEndianness((ulong)low << 64 - 8 * length), length, Seed);
        }
        Span<byte> all = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(all, high);
        BinaryPrimitives.WriteInt64BigEndian(all[8..], low);
        var start = 0;
        while (all[start] == 0 && all[start + 1] < 0x80 || all[start] == 0xFF && all[start + 1] >= 0x80)
            start++;
        return Murmur3X64.Hash(all[start..], Seed);
    }

    void AddUuids(StringArray array)
    {
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < array.Length; i++)
        {
            if (array.IsNull(i))
                continue;
            Guid.Parse(array.GetString(i), CultureInfo.InvariantCulture).TryWriteBytes(bytes, bigEndian: true, out _);
            sketch.Add(Murmur3X64.Hash(bytes, Seed));
        }
    }

    /// <summary>string as UTF-8, binary and fixed.</summary>
    void AddBytes(BinaryArray array)
    {
        var offsets = array.ValueOffsets;
        var values = array.ValueBuffer.Span;
        var valid = new ValidBits(array);
        ReadOnlySpan<byte> last = [];
        for (var i = 0; i < array.Length; i++)
        {
            var value = values[offsets[i]..offsets[i + 1]];
            if (value.Length == 0 || value.SequenceEqual(last) || !valid[i])
                continue;
            last = value;
            sketch.Add(Murmur3X64.Hash(value, Seed));
        }
    }
}
