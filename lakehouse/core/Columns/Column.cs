using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Columns;

/// <summary>
/// A column of a batch in Arrow's memory layout. Appending allocates nothing but the growth of its buffers. Not thread-safe; Arrow
/// views are valid until the next append, truncation or reset.
/// </summary>
public abstract unsafe class Column
{
    const int MaxRows = 1 << 26;

    // Bits start as ones, so that appending a value need not touch them: only a null clears its bit.
    readonly PinnedBuffer? validity;

    private protected Column(ContractColumn definition, int capacity)
    {
        Definition = definition;
        Capacity = (capacity + 63) & ~63;
        if (definition.Nullable)
        {
            validity = new(Capacity / 8);
            validity.Span(0, validity.Size).Fill(0xFF);
        }
    }

    public ContractColumn Definition { get; }

    /// <summary>Rows appended, nulls included.</summary>
    public int Count { get; private protected set; }

    public int NullCount { get; private set; }

    /// <summary>Bytes that the rows take.</summary>
    public virtual long ByteSize => (long)Count * Width + (validity is null ? 0 : (Count + 7) / 8);

    /// <summary>Rows for which all buffers have room.</summary>
    private protected int Capacity;

    /// <summary>Bytes of one value in the buffer of fixed width.</summary>
    private protected abstract int Width { get; }

    private protected abstract void GrowValues(int capacity);

    /// <summary>Writes what stands in the place of a null and counts the row.</summary>
    private protected abstract void AppendBlank();

    /// <summary>Appends a null.</summary>
    /// <exception cref="LakeException">Invalid: the column is required.</exception>
    public void AppendNull()
    {
        if (validity is null)
            throw LakeException.Invalid($"column {Definition.Name} is required but has no value");
        var row = Count;
        AppendBlank();
        validity.Address[row >> 3] &= (byte)~(1 << (row & 7));
        NullCount++;
    }

    public bool IsNull(int row) => validity is not null && (uint)row < (uint)Count && (validity.Address[row >> 3] & (1 << (row & 7))) == 0;

    /// <summary>
    /// Appends a value as an object, null for a null: where rows are few,
    /// such as a day's close. Decimals are unscaled, of either width.
    /// </summary>
    /// <exception cref="LakeException">Bug: the value is of another type
    /// than the column. Invalid: a required column has no value.</exception>
    public void AppendBoxed(object? value)
    {
        switch (this, value)
        {
            case (_, null): AppendNull(); break;
            case (TextColumn column, string v): column.Append(v); break;
            case (BooleanColumn column, bool v): column.Append(v); break;
            case (Int32Column column, int v): column.Append(v); break;
            case (Int64Column column, long v): column.Append(v); break;
            case (Int64Column column, Int128 v): column.Append(checked((long)v)); break;
            case (Int128Column column, Int128 v): column.Append(v); break;
            case (DoubleColumn column, double v): column.Append(v); break;
            case (BinaryColumn column, byte[] v): column.Append(v); break;
            default: throw LakeException.Bug($"column {Definition.Name} does not hold a {value.GetType().Name}");
        }
    }

    /// <summary>Appends a row of another column of the same definition.</summary>
    internal void AppendFrom(Column source, int row)
    {
        if (source.IsNull(row))
            AppendNull();
        else
            AppendValueOf(source, row);
    }

    /// <summary>Appends a row of a column whose type this one's is, or is wider than.</summary>
    internal void AppendWider(Column source, int row)
    {
        switch (this, source)
        {
            case (Int64Column column, Int32Column narrow) when !narrow.IsNull(row): column.Append(narrow.Values[row]); break;
            case (DoubleColumn column, Int32Column narrow) when !narrow.IsNull(row): column.Append(narrow.Values[row]); break;
            case (Int128Column column, Int64Column narrow) when !narrow.IsNull(row): column.Append(narrow.Values[row]); break;
            default: AppendFrom(source, row); break;
        }
    }

    private protected abstract void AppendValueOf(Column source, int row);

    /// <summary>Forgets all rows from <paramref name="rows"/> on.</summary>
    public virtual void Truncate(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, Count);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        for (var row = rows; row < Count && NullCount > 0; row++)
            if (IsNull(row))
            {
                validity!.Address[row >> 3] |= (byte)(1 << (row & 7));
                NullCount--;
            }
        Count = rows;
    }

    /// <summary>The type of <see cref="ToArrow"/>; a text column changes from dictionary to plain when it has too many values.</summary>
    public abstract IArrowType ArrowType { get; }

    /// <summary>The rows as an Arrow array, without a copy.</summary>
    public abstract IArrowArray ToArrow();

    private protected ArrowBuffer ValidityView() => NullCount == 0 ? ArrowBuffer.Empty : validity!.View((Count + 7) / 8);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private protected void Grow()
    {
        if (Capacity >= MaxRows)
            throw LakeException.Bug($"a batch of more than {MaxRows} rows; cut it earlier");
        var capacity = Math.Max(Capacity * 2, 64);
        GrowValues(capacity);
        if (validity is not null)
        {
            var used = validity.Size;
            validity.Grow(used, capacity / 8);
            validity.Span(used, validity.Size - used).Fill(0xFF);
        }
        Capacity = capacity;
    }

    private protected IArrowArray Fixed(PinnedBuffer values, int bytes) =>
        ArrowArrayFactory.BuildArray(new ArrayData(ArrowType, Count, NullCount, 0, [ValidityView(), values.View(bytes)]));
}
