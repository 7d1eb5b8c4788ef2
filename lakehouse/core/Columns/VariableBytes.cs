using Apache.Arrow;

namespace Dart.Lake.Lakehouse.Columns;

/// <summary>Values of any length one after the other: Arrow's offsets and bytes.</summary>
internal sealed unsafe class VariableBytes
{
    readonly PinnedBuffer offsets;
    readonly PinnedBuffer bytes;

    public VariableBytes(int capacity)
    {
        offsets = new((capacity + 1) * sizeof(int));
        bytes = new(capacity * 8);
        *(int*)offsets.Address = 0;
    }

    public int Count { get; private set; }

    public int ByteCount => ((int*)offsets.Address)[Count];

    public ReadOnlySpan<byte> this[int i]
    {
        get
        {
            if ((uint)i >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(i));
            var o = (int*)offsets.Address + i;
            return new(bytes.Address + o[0], o[1] - o[0]);
        }
    }

    public void Append(ReadOnlySpan<byte> value)
    {
        if ((Count + 2) * sizeof(int) > offsets.Size)
            offsets.Grow((Count + 1) * sizeof(int), (Count + 2L) * sizeof(int));
        var start = ByteCount;
        var end = (long)start + value.Length;
        if (end > bytes.Size)
            bytes.Grow(start, end);
        value.CopyTo(bytes.Span(start, value.Length));
        ((int*)offsets.Address)[++Count] = (int)end;
    }

    public void Truncate(int count) => Count = count;

    public ArrowBuffer OffsetsView() => offsets.View((Count + 1) * sizeof(int));

    public ArrowBuffer BytesView() => bytes.View(ByteCount);
}
