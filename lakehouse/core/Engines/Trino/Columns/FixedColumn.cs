using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Dart.Lake.Lakehouse.Engines.Trino.Columns;

/// <summary>Reads a value; false: the text is none.</summary>
delegate bool ParseText<T>(ReadOnlySpan<byte> text, out T value);

/// <summary>Values of a fixed width.</summary>
sealed class FixedColumn<T>(IArrowType type, ParseText<T> parse) : TrinoColumn(type) where T : struct
{
    ArrowBuffer.Builder<T> values = new();

    protected override void AddText(ReadOnlySpan<byte> text)
    {
        if (!parse(text, out var value))
            throw Wrong(text);
        values.Append(value);
    }

    protected override void AddNothing() => values.Append(default(T));

    protected override IArrowArray Take(int length, int nulls, ArrowBuffer bitmap)
    {
        var buffer = values.Build();
        values = new();
        return ArrowArrayFactory.BuildArray(new ArrayData(Type, length, nulls, 0, [bitmap, buffer]));
    }
}

/// <summary>Texts of numbers as the protocol writes them.</summary>
static class NumberText
{
    public static bool Int8(ReadOnlySpan<byte> text, out sbyte value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length;

    public static bool Int16(ReadOnlySpan<byte> text, out short value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length;

    public static bool Int32(ReadOnlySpan<byte> text, out int value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length;

    public static bool Int64(ReadOnlySpan<byte> text, out long value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length;

    /// <summary>Also <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>.</summary>
    public static bool Real(ReadOnlySpan<byte> text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    public static bool Single(ReadOnlySpan<byte> text, out float value) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    /// <summary>A decimal of a fixed number of places, as its unscaled value.</summary>
    /// <param name="places">Of all values of the column.</param>
    public static ParseText<Int128> Decimal(int places) => (ReadOnlySpan<byte> text, out Int128 value) =>
    {
        value = 0;
        var isNegative = text.StartsWith("-"u8);
        var (digits, after) = (0, -1);
        foreach (var c in isNegative ? text[1..] : text)
        {
            if (c == (byte)'.' && after < 0)
            {
                after = 0;
                continue;
            }
            if (c is < (byte)'0' or > (byte)'9' || ++digits > 39)
                return false;
            value = value * 10 + (c - '0');
            if (after >= 0)
                after++;
        }
        if (isNegative)
            value = -value;
        return digits > 0 && Math.Max(after, 0) == places;
    };
}
