using Apache.Arrow;
using Apache.Arrow.Types;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Columns;

/// <summary>binary: bytes as they came.</summary>
public sealed class BinaryColumn : Column
{
    readonly VariableBytes values;

    internal BinaryColumn(ContractColumn definition, int capacity) : base(definition, capacity) => values = new(capacity);

    public override long ByteSize => base.ByteSize + values.ByteCount;

    public override IArrowType ArrowType => BinaryType.Default;

    private protected override int Width => sizeof(int);

    public ReadOnlySpan<byte> this[int row] => values[row];

    public void Append(ReadOnlySpan<byte> value)
    {
        if (Count == Capacity)
            Grow();
        values.Append(value);
        Count++;
    }

    public override void Truncate(int rows)
    {
        base.Truncate(rows);
        values.Truncate(rows);
    }

    private protected override void AppendValueOf(Column source, int row) => Append(((BinaryColumn)source)[row]);

    private protected override void AppendBlank() => Append([]);

    // The values grow by themselves, as their bytes do.
    private protected override void GrowValues(int capacity) { }

    public override IArrowArray ToArrow() =>
        ArrowArrayFactory.BuildArray(new ArrayData(
            ArrowType, Count, NullCount, 0, [ValidityView(), values.OffsetsView(), values.BytesView()]));
}
