using System.Globalization;
using System.Text;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>A value of a column in words that people read.</summary>
static class ShownValue
{
    static readonly long least = Micros(DateTimeOffset.MinValue), greatest = Micros(DateTimeOffset.MaxValue);

    /// <summary>The value that was appended last; null for a null.</summary>
    public static string? LastOf(Column column)
    {
        var row = column.Count - 1;
        if (column.IsNull(row))
            return null;
        var type = column.Definition.Type;
        return column switch
        {
            TextColumn text => Encoding.UTF8.GetString(text[row]),
            BinaryColumn binary => Convert.ToHexString(binary[row]),
            BooleanColumn boolean => boolean[row] ? "true" : "false",
            DoubleColumn real => real.Values[row].ToString("R", CultureInfo.InvariantCulture),
            Int32Column whole when type.Kind == ColumnKind.Date => Date(whole.Values[row]),
            Int32Column whole => whole.Values[row].ToString(CultureInfo.InvariantCulture),
            Int64Column time when type.Kind == ColumnKind.Timestamptz => Time(time.Values[row]),
            Int64Column number => Scaled(number.Values[row], type.Scale),
            Int128Column number => Scaled(number.Values[row], type.Scale),
            _ => throw LakeException.Bug($"{column.GetType().Name} is not shown"),
        };
    }

    static string Date(int days) => days >= -719_162 && days <= 2_932_896
        ? DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{days} days since 1970");

    static string Time(long micros) => micros >= least && micros <= greatest
        ? DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).UtcDateTime
            .ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{micros} microseconds since 1970");

    static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    static string Scaled(Int128 unscaled, int scale)
    {
        if (scale == 0)
            return unscaled.ToString(CultureInfo.InvariantCulture);
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(unscaled < 0 ? "-" : "")}{digits[..^scale]}.{digits[^scale..]}";
    }
}
