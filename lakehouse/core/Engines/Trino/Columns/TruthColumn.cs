using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Dart.Lake.Lakehouse.Engines.Trino.Columns;

/// <summary>Truth values.</summary>
sealed class TruthColumn() : TrinoColumn(BooleanType.Default)
{
    ArrowBuffer.BitmapBuilder values = new();

    protected override void AddText(ReadOnlySpan<byte> text) =>
        values.Append(text.SequenceEqual("true"u8) || (text.SequenceEqual("false"u8) ? false : throw Wrong(text)));

    protected override void AddNothing() => values.Append(false);

    protected override IArrowArray Take(int length, int nulls, ArrowBuffer bitmap)
    {
        var buffer = values.Build();
        values = new();
        return new BooleanArray(new ArrayData(Type, length, nulls, 0, [bitmap, buffer]));
    }
}

/// <summary>A column of which every value is null (Trino's <c>unknown</c>).</summary>
sealed class NothingColumn() : TrinoColumn(NullType.Default)
{
    protected override void AddText(ReadOnlySpan<byte> text) => throw Wrong(text);

    protected override void AddNothing()
    {
        // its length is all that it has
    }

    protected override IArrowArray Take(int length, int nulls, ArrowBuffer bitmap) => new NullArray(length);
}
