using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;

namespace Dart.Lake.Lakehouse.Engines;

/// <summary>A cell of an Arrow array as a value, and as text that every engine and locale writes alike.</summary>
static class ArrowValue
{
    /// <summary>
    /// null, bool, long (all integers; ulong past its range), double, decimal
    /// (<see cref="BigDecimal"/> past 28 digits), string, byte[], DateOnly, TimeOnly (both as text
    /// past their range), DateTimeOffset in UTC (timestamps with a zone), DateTime (without),
    /// <see cref="FarTime"/> past their range; lists, structs and maps as JsonNode.
    /// </summary>
    /// <exception cref="LakeException">Invalid: a type that has no such value.</exception>
    public static object? At(IArrowArray array, int row)
    {
        if (array is DictionaryArray dictionary)
            return dictionary.IsNull(row)
                ? null
                : At(dictionary.Dictionary, (int)Convert.ToInt64(At(dictionary.Indices, row), CultureInfo.InvariantCulture));
        if (array is UnionArray union)
            return OfUnion(union, row);
        if (array.IsNull(row))
            return null;
        return array switch
        {
            NullArray => null,
            BooleanArray a => a.GetValue(row)!.Value,
            Int8Array a => (long)a.GetValue(row)!.Value,
            Int16Array a => (long)a.GetValue(row)!.Value,
            Int32Array a => (long)a.GetValue(row)!.Value,
            Int64Array a => a.GetValue(row)!.Value,
            UInt8Array a => (long)a.GetValue(row)!.Value,
            UInt16Array a => (long)a.GetValue(row)!.Value,
            UInt32Array a => (long)a.GetValue(row)!.Value,
            UInt64Array a => a.GetValue(row)!.Value is var v && v <= long.MaxValue ? (long)v : v,
            FloatArray a => (double)a.GetValue(row)!.Value,
            DoubleArray a => a.GetValue(row)!.Value,
            Decimal32Array a => Decimal(a.GetBytes(row), a.Scale),
            Decimal64Array a => Decimal(a.GetBytes(row), a.Scale),
            Decimal128Array a => Decimal(a.GetBytes(row), a.Scale),
            Decimal256Array a => Decimal(a.GetBytes(row), a.Scale),
            StringArray a => a.GetString(row),
            LargeStringArray a => a.GetString(row),
            BinaryArray a => a.GetBytes(row).ToArray(),
            LargeBinaryArray a => a.GetBytes(row).ToArray(),
            FixedSizeBinaryArray a => a.GetBytes(row).ToArray(),
            Date32Array a => Date(a.GetValue(row)!.Value),
            Time64Array a => TimeOfDay(a.GetValue(row)!.Value, ((Time64Type)a.Data.DataType).Unit),
            TimestampArray a => Time(a.GetValue(row)!.Value, (TimestampType)a.Data.DataType),
            MonthDayNanosecondIntervalArray a => Interval(a.GetValue(row)!.Value),
            YearMonthIntervalArray a => Interval(new(a.GetValue(row)!.Value.Months, 0, 0)),
            DurationArray a => Duration(a.GetValue(row)!.Value, ((DurationType)a.Data.DataType).Unit),
            ListArray or FixedSizeListArray or StructArray or MapArray => Nested(array, row),
            _ => throw LakeException.Invalid($"the answer has a column of type {array.Data.DataType.Name}, which has no text form; cast it to varchar"),
        };
    }

    /// <summary>
    /// The value as text: decimals with all their places, doubles as the shortest text that
    /// reads back, timestamps ISO 8601 in UTC with six places and Z, bytes as lower-case hex.
    /// </summary>
    public static string? TextAt(IArrowArray array, int row) => At(array, row) switch
    {
        null => null,
        bool v => v ? "true" : "false",
        double v => Real(v),
        decimal v => v.ToString(CultureInfo.InvariantCulture),
        byte[] v => Convert.ToHexStringLower(v),
        DateOnly v => v.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly v => v.ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        DateTimeOffset v => v.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
        DateTime v => v.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        JsonNode v => v.ToJsonString(),
        var v => Convert.ToString(v, CultureInfo.InvariantCulture),
    };

    internal static string Real(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "Infinity" : double.IsNegativeInfinity(value) ? "-Infinity"
        : value.ToString("R", CultureInfo.InvariantCulture);

    static object Decimal(ReadOnlySpan<byte> littleEndian, int scale)
    {
        var unscaled = new BigInteger(littleEndian);
        var magnitude = BigInteger.Abs(unscaled);
        return scale > 28 || magnitude.GetBitLength() > 96
            ? new BigDecimal(unscaled, scale)
            : new decimal(
                (int)(uint)(magnitude & uint.MaxValue),
                (int)(uint)(magnitude >> 32 & uint.MaxValue),
                (int)(uint)(magnitude >> 64),
                unscaled.Sign < 0,
                (byte)scale);
    }

    /// <summary>The value of the member that the row has.</summary>
    static object? OfUnion(UnionArray union, int row)
    {
        var member = System.Array.IndexOf(((UnionType)union.Data.DataType).TypeIds, (int)union.TypeIds[row]);
        return member < 0 ? null : At(union.Fields[member], union is DenseUnionArray dense ? dense.ValueOffsets[row] : row);
    }

    /// <summary>As ISO 8601 has it; its three parts are kept apart, for a month has no length in days.</summary>
    static string Interval(Apache.Arrow.Scalars.MonthDayNanosecondInterval value)
    {
        var seconds = (value.Nanoseconds / 1_000_000_000m).ToString("0.######", CultureInfo.InvariantCulture);
        return $"P{value.Months}M{value.Days}DT{seconds}S";
    }

    static string Duration(long value, TimeUnit unit)
    {
        var perSecond = unit switch
        {
            TimeUnit.Second => 1m,
            TimeUnit.Millisecond => 1_000m,
            TimeUnit.Microsecond => 1_000_000m,
            _ => 1_000_000_000m,
        };
        return $"PT{(value / perSecond).ToString("0.#########", CultureInfo.InvariantCulture)}S";
    }

    static object Time(long value, TimestampType type)
    {
        var time = FarTime.Of(value, type.Unit, isZoned: !string.IsNullOrEmpty(type.Timezone));
        return time.ToClr() ?? time;
    }

    static object Date(int days) =>
        FarTime.IsClrDay(days) ? DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(days)) : FarTime.Date(days);

    static object TimeOfDay(long value, TimeUnit unit)
    {
        var nanos = unit == TimeUnit.Microsecond ? value * 1_000 : value;
        return nanos / 100 < TimeSpan.TicksPerDay && nanos % 100 == 0 ? new TimeOnly(nanos / 100) : FarTime.TimeOfDay(nanos);
    }

    static JsonNode Nested(IArrowArray array, int row)
    {
        switch (array)
        {
            case MapArray map:
                var entries = (StructArray)map.GetSlicedValues(row);
                return new JsonArray([.. Enumerable
                    .Range(0, entries.Length)
                    .Select(i => (JsonNode)new JsonObject { ["key"] = Json(entries.Fields[0], i), ["value"] = Json(entries.Fields[1], i) })]);
            case ListArray list:
                // not sliced: of a union there is no slice
                return Items(list.Values, list.ValueOffsets[row], list.GetValueLength(row));
            case FixedSizeListArray list:
                var size = ((FixedSizeListType)list.Data.DataType).ListSize;
                return Items(list.Values, (list.Offset + row) * size, size);
            case StructArray fields:
                return new JsonObject(((StructType)fields.Data.DataType).Fields.Select((f, i) => KeyValuePair.Create(
                    f.Name.Length > 0 ? f.Name : $"{i + 1}", Json(fields.Fields[i], row))));
            default:
                throw LakeException.Bug($"{array.Data.DataType.Name} is not nested");
        }

        static JsonArray Items(IArrowArray items, int from, int count) =>
            new([.. Enumerable.Range(from, count).Select(i => Json(items, i))]);
    }

    /// <summary>Numbers with all their digits; what JSON has no form for as the text of <see cref="TextAt"/>.</summary>
    internal static JsonNode? Json(IArrowArray array, int row) => At(array, row) switch
    {
        null => null,
        JsonNode v => v,
        bool v => JsonValue.Create(v),
        long v => JsonValue.Create(v),
        ulong v => JsonValue.Create(v),
        double v when double.IsFinite(v) => JsonValue.Create(v),
        decimal v => JsonValue.Create(v),
        BigDecimal v => JsonNode.Parse(v.ToString()),
        _ => JsonValue.Create(TextAt(array, row)),
    };
}
