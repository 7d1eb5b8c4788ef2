using Apache.Arrow;
using Apache.Arrow.Types;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Columns;

/// <summary>boolean, one bit a row.</summary>
public sealed unsafe class BooleanColumn : Column
{
    readonly PinnedBuffer bits;

    internal BooleanColumn(ContractColumn definition, int capacity) : base(definition, capacity) => bits = new(Capacity / 8);

    public override long ByteSize => (Count + 7) / 8 * 2L;

    public override IArrowType ArrowType => BooleanType.Default;

    private protected override int Width => 1;

    public void Append(bool value)
    {
        var row = Count;
        if (row == Capacity)
            Grow();
        ref var cell = ref bits.Address[row >> 3];
        var bit = (byte)(1 << (row & 7));
        cell = value ? (byte)(cell | bit) : (byte)(cell & ~bit);
        Count = row + 1;
    }

    public bool this[int row] =>
        (uint)row < (uint)Count ? (bits.Address[row >> 3] & (1 << (row & 7))) != 0 : throw new ArgumentOutOfRangeException(nameof(row));

    private protected override void AppendValueOf(Column source, int row) => Append(((BooleanColumn)source)[row]);

    private protected override void AppendBlank() => Append(false);

    private protected override void GrowValues(int capacity) => bits.Grow((Count + 7) / 8, capacity / 8);

    public override IArrowArray ToArrow() => Fixed(bits, (Count + 7) / 8);
}
