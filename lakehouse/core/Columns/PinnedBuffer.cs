using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;

namespace Dart.Lake.Lakehouse.Columns;

/// <summary>
/// A growing buffer at a fixed address. It lies on the pinned heap and not in native memory, so that an Arrow view that outlives
/// the column keeps its bytes alive instead of reading freed ones.
/// </summary>
internal sealed unsafe class PinnedBuffer
{
    /// <summary>No buffer grows past this; a batch is cut long before.</summary>
    public const int MaxBytes = 1 << 30;

    byte[] bytes;

    public PinnedBuffer(int size)
    {
        bytes = GC.AllocateUninitializedArray<byte>(Math.Max(size, 64), pinned: true);
        Address = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes));
    }

    public byte* Address { get; private set; }

    public int Size => bytes.Length;

    /// <summary>At least doubles the buffer and keeps the first <paramref name="used"/> bytes.</summary>
    public void Grow(int used, long needed)
    {
        var size = Math.Max(needed, Math.Min(bytes.Length * 2L, MaxBytes));
        if (size > MaxBytes)
            throw LakeException.Bug($"a column of {size} bytes is past the limit of {MaxBytes}; cut the batch earlier");
        var grown = GC.AllocateUninitializedArray<byte>((int)size, pinned: true);
        bytes.AsSpan(0, used).CopyTo(grown);
        bytes = grown;
        Address = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes));
    }

    public Span<byte> Span(int start, int length) => bytes.AsSpan(start, length);

    /// <summary>The first bytes as an Arrow buffer, without a copy.</summary>
    public ArrowBuffer View(int length) => new(bytes.AsMemory(0, length));
}
