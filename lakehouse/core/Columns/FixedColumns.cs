using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Columns;

/// <summary>A column of values of one width.</summary>
public abstract unsafe class FixedColumn<T> : Column where T : unmanaged
{
    readonly PinnedBuffer values;

    private protected FixedColumn(ContractColumn definition, int capacity) : base(definition, capacity) =>
        values = new(Capacity * sizeof(T));

    /// <summary>The appended values; the place of a null holds zero.</summary>
    public ReadOnlySpan<T> Values => new(values.Address, Count);

    private protected override int Width => sizeof(T);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(T value)
    {
        var row = Count;
        if (row == Capacity)
            Grow();
        ((T*)values.Address)[row] = value;
        Count = row + 1;
    }

    private protected override void AppendValueOf(Column source, int row) => Append(((FixedColumn<T>)source).Values[row]);

    private protected override void AppendBlank() => Append(default);

    private protected override void GrowValues(int capacity) => values.Grow(Count * sizeof(T), (long)capacity * sizeof(T));

    public override IArrowArray ToArrow() => Fixed(values, Count * sizeof(T));
}

/// <summary>int, and date as days since 1970.</summary>
public sealed class Int32Column : FixedColumn<int>
{
    internal Int32Column(ContractColumn definition, int capacity) : base(definition, capacity) { }

    public override IArrowType ArrowType => Definition.Type.Kind == ColumnKind.Date ? Date32Type.Default : Int32Type.Default;
}

/// <summary>long, timestamptz as microseconds since 1970 UTC, and decimals of up to 18 digits as unscaled integers.</summary>
public sealed class Int64Column : FixedColumn<long>
{
    internal Int64Column(ContractColumn definition, int capacity) : base(definition, capacity) => ArrowType = definition.Type.Kind switch
    {
        ColumnKind.Timestamptz => new TimestampType(TimeUnit.Microsecond, "UTC"),
        ColumnKind.Decimal => new Decimal64Type(definition.Type.Precision, definition.Type.Scale),
        _ => Int64Type.Default,
    };

    public override IArrowType ArrowType { get; }
}

/// <summary>Decimals of 19 to 38 digits as unscaled integers.</summary>
public sealed class Int128Column : FixedColumn<Int128>
{
    internal Int128Column(ContractColumn definition, int capacity) : base(definition, capacity) =>
        ArrowType = new Decimal128Type(definition.Type.Precision, definition.Type.Scale);

    public override IArrowType ArrowType { get; }
}

/// <summary>double.</summary>
public sealed class DoubleColumn : FixedColumn<double>
{
    internal DoubleColumn(ContractColumn definition, int capacity) : base(definition, capacity) { }

    public override IArrowType ArrowType => DoubleType.Default;
}
