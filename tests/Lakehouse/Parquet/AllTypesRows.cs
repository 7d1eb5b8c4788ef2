using System.Globalization;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Tests.Columns;

namespace Dart.Lake.Lakehouse.Tests.Parquet;

/// <summary>Seeded rows of <see cref="Contracts.AllTypes"/>, in a batch and, independently of it, as text.</summary>
static class AllTypesRows
{
    static readonly string[] texts = ["plain", "", "naïve ∑ é", "𝄞 clef beyond the basic plane, and long", "a text that is longer than sixteen code points"];

    public static (ColumnBatch Batch, List<string?[]> Rows) Make(int seed, int count, int days = 1)
    {
        var random = new Random(seed);
        var batch = new ColumnBatch(Contracts.AllTypes, capacity: 8);
        var rows = new List<string?[]>();
        for (var i = 0; i < count; i++)
            rows.Add(AppendRow(batch, random, i, days));
        return (batch, rows);
    }

    static string?[] AppendRow(ColumnBatch batch, Random random, int i, int days)
    {
        var row = new string?[14];
        var day = 20_000 + random.Next(days);
        batch.Int32(0).Append(day);
        row[0] = Day(day);
        batch.Int64(1).Append(1_000_000 + i);
        row[1] = Text(1_000_000 + i);
        Value(2, () => { var v = texts[random.Next(texts.Length)]; batch.Text(2).Append(v); return v; });
        Value(3, () => { var v = texts[random.Next(texts.Length)] + i; batch.Text(3).Append(v); return v; });
        Value(4, () => { var v = random.Next(int.MinValue, int.MaxValue); batch.Int32(4).Append(v); return Text(v); });
        Value(5, () => { var v = random.NextInt64(long.MinValue, long.MaxValue); batch.Int64(5).Append(v); return Text(v); });
        Value(6, () => { var v = random.Next(-8, 8) / 8.0; batch.Double(6).Append(v); return v.ToString("0.0##", CultureInfo.InvariantCulture); });
        Value(7, () => { var v = random.Next(2) == 1; batch.Boolean(7).Append(v); return v ? "true" : "false"; });
        Value(8, () => { var v = random.Next(-1000, 40_000); batch.Int32(8).Append(v); return Day(v); });
        Value(
            9,
            () => { var v = random.NextInt64(-1_000_000_000_000_000, 2_000_000_000_000_000); batch.Int64(9).Append(v); return Time(v); });
        Value(10, () =>
        {
            var v = new byte[random.Next(40)]; random.NextBytes(v); batch
            .Binary(10)
            .Append(v); return Convert.ToHexStringLower(v);
        });
        Value(11, () =>
        {
            var v = random.NextInt64(
            -999_999_999_999_999_999, 1_000_000_000_000_000_000); batch.Int64(11).Append(v); return Decimal(v, 6);
        });
        Value(12, () => { var v = random.NextInt64(-999_999_999, 1_000_000_000); batch.Int64(12).Append(v); return Decimal(v, 2); });
        Value(13, () =>
        {
            var v = (Int128)random.NextInt64() * random.NextInt64(
            -10_000_000, 10_000_000) * random.Next(1_000_000); batch.Int128(13).Append(v); return Decimal(v, 10);
        });
        batch.EndRow();
        return row;

        void Value(int column, Func<string> append)
        {
            if (random.Next(4) == 0)
                batch[column].AppendNull();
            else
                row[column] = append();
        }
    }

    static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    static string Day(int days) => DateTime.UnixEpoch.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string Time(long micros) => DateTime.UnixEpoch.AddTicks(micros * 10).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    static string Decimal(Int128 unscaled, int scale)
    {
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(unscaled < 0 ? "-" : "")}{digits[..^scale]}.{digits[^scale..]}";
    }
}
