using System.Globalization;
using System.Text;
using System.Text.Json;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Tests.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

/// <summary>
/// A column of the table, with a value per row as Int128 (numbers, days,
/// microseconds, unscaled decimals, 0 and 1), double or bytes (UTF-8).
/// </summary>
sealed record ClusteredColumn(string Name, string Type, Func<Random, int, object> Value, Action<ColumnBatch, int, object> Append);

/// <summary>
/// 24 files with a column per type of the contracts. Every column is clustered in another order of the files, has files
/// without, with some and with only nulls, and values of both signs; strings share 16 code points and reach beyond the BMP.
/// </summary>
static class ClusteredTable
{
    public const int Files = 24, RowsPerFile = 60;

    /// <summary>In the order of code points, which is not that of UTF-16.</summary>
    static readonly string[] heads = [.. "ABCDEFGHIJKLMNOP".Select(c => c.ToString()), "é", "∑", "\uD7A3", "\uE000", "\uFFEE", "𝄞", "😀", "\U0010FFFD"];

    public static readonly ClusteredColumn[] Columns =
    [
        new(
            "text",
            "string",
            (r, c) => Encoding.UTF8.GetBytes($"{heads[c]} shares the first {(r.Next(3) == 0 ? heads[r.Next(heads.Length)] : "")}sixteen {r.Next(40)}"),
            (b, i, v) => b.Text(i).Append(Encoding.UTF8.GetString((byte[])v))),
        new("whole", "int", (r, c) => (Int128)(c * 1000 - 12_000 + r.Next(1300)), (b, i, v) => b.Int32(i).Append((int)(Int128)v)),
        new(
            "big",
            "long",
            (r, c) => (Int128)((c - 12) * 1_000_000_000_000L + r.NextInt64(1_300_000_000_000)),
            (b, i, v) => b.Int64(i).Append((long)(Int128)v)),
        new("ratio", "double", (r, c) => c - 12 + r.Next(1300) / 1024.0, (b, i, v) => b.Double(i).Append((double)v)),
        new("flag", "boolean", (r, c) => (Int128)(c < 9 ? 0 : c > 15 ? 1 : r.Next(2)), (b, i, v) => b.Boolean(i).Append((Int128)v == 1)),
        new("day", "date", (r, c) => (Int128)(c * 100 - 1000 + r.Next(130)), (b, i, v) => b.Int32(i).Append((int)(Int128)v)),
        new(
            "moment",
            "timestamptz",
            (r, c) => (Int128)((c - 12) * 86_400_000_000L + r.NextInt64(100_000_000_000)),
            (b, i, v) => b.Int64(i).Append((long)(Int128)v)),
        new(
            "bytes",
            "binary",
            (r, c) => (byte[])[(byte)(c * 11), .. Enumerable.Range(0, r.Next(30)).Select(_ => (byte)r.Next(256))],
            (b, i, v) => b.Binary(i).Append((byte[])v)),
        new("cents", "decimal(9, 2)", (r, c) => (Int128)(c * 10_000 - 120_000 + r.Next(13_000)), (b, i, v) => b.Int64(i).Append((long)(Int128)v)),
        new(
            "price",
            "decimal(18, 6)",
            (r, c) => (Int128)((c - 12) * 10_000_000_000L + r.NextInt64(13_000_000_000)),
            (b, i, v) => b.Int64(i).Append((long)(Int128)v)),
        new(
            "amount",
            "decimal(38, 10)",
            (r, c) => (c - 12) * (Int128)1_000_000_000_000_000_000 * 1000 + (Int128)r.NextInt64() * 100,
            (b, i, v) => b.Int128(i).Append((Int128)v)),
    ];

    public static TableContract Contract { get; } = Contracts.Of("bronze.clustered",
        [.. Columns.Select(c => (c.Name, c.Type, true, ColumnEncoding.Default)), ("sequence", "long", false, ColumnEncoding.Delta)]);

    /// <summary>Rows by file: a value or null per column.</summary>
    public static List<object?[][]> Rows(int seed)
    {
        var random = new Random(seed);
        var orders = Columns.Select(_ => Enumerable.Range(0, Files).ToArray()).ToList();
        orders.ForEach(o => random.Shuffle(o));
        return [.. Enumerable.Range(0, Files).Select(file => Enumerable.Range(0, RowsPerFile).Select(_ => Columns.Select((column, c) =>
        {
            var place = orders[c][file];
            return place == 5 || (place % 6 == 1 && random.Next(10) < 3) ? null : (object?)column.Value(random, place);
        }).ToArray()).ToArray())];
    }

    public static ColumnBatch Batch(object?[][] rows, long firstSequence)
    {
        var batch = new ColumnBatch(Contract);
        foreach (var row in rows)
        {
            for (var i = 0; i < Columns.Length; i++)
                if (row[i] is { } value)
                    Columns[i].Append(batch, i, value);
                else
                    batch[i].AppendNull();
            batch.Int64(Columns.Length).Append(firstSequence++);
            batch.EndRow();
        }
        return batch;
    }

    public static int Compare(object a, object b) => (a, b) switch
    {
        (Int128 x, Int128 y) => x.CompareTo(y),
        (double x, double y) => x.CompareTo(y),
        _ => ((byte[])a).AsSpan().SequenceCompareTo((byte[])b),
    };
}

/// <summary>One filter in the four forms that the test needs: for us, for Java, for DuckDB, and on a row.</summary>
sealed record ClusteredFilter(int Column, Predicate Ours, string Java, string Sql, Func<object?[], bool> Matches)
{
    static readonly string[] operators = ["=", "<", ">", "IN", "IS NULL"];

    /// <summary>Spread evenly over columns and operators; values are mostly those of a row, some lie outside of all.</summary>
    public static ClusteredFilter Make(int number, Random random, List<object?[][]> rows)
    {
        var index = number % ClusteredTable.Columns.Length;
        var column = ClusteredTable.Columns[index];
        var values = Enumerable.Range(0, 3).Select(_ => Draw(random, rows, index, column)).ToList();
        var (name, text) = (column.Name, ColumnType.Parse(column.Type));
        var literals = values.ConvertAll(v => LiteralOf(v, text.Scale));
        return operators[number / ClusteredTable.Columns.Length % operators.Length] switch
        {
            "=" => new(
                index,
                Predicate.Eq(name, literals[0]),
                Json("eq", name, text, values[0]),
                $"{Term(name, text)} = {SqlValue(text, values[0])}",
                r => r[index] is { } v && ClusteredTable.Compare(v, values[0]) == 0),
            "<" => new(
                index,
                Predicate.Lt(name, literals[0]),
                Json("lt", name, text, values[0]),
                $"{Term(name, text)} < {SqlValue(text, values[0])}",
                r => r[index] is { } v && ClusteredTable.Compare(v, values[0]) < 0),
            ">" => new(
                index,
                Predicate.Gt(name, literals[0]),
                Json("gt", name, text, values[0]),
                $"{Term(name, text)} > {SqlValue(text, values[0])}",
                r => r[index] is { } v && ClusteredTable.Compare(v, values[0]) > 0),
            "IN" => new(index, Predicate.In(name, literals), $$"""{"type":"in","term":"{{name}}","values":[{{string.Join(',', values.Select(v => JavaValue(text, v)))}}]}""",
                $"{Term(name, text)} IN ({string.Join(", ", values.Select(v => SqlValue(text, v)))})", r => r[index] is { } v
                    && values.Exists(w => ClusteredTable.Compare(v, w) == 0)),
            _ => new(index, Predicate.IsNull(name), $$"""{"type":"is-null","term":"{{name}}"}""", $"{name} IS NULL", r => r[index] is null),
        };
    }

    static object Draw(Random random, List<object?[][]> rows, int index, ClusteredColumn column)
    {
        if (random.Next(10) == 0)
            return column.Value(random, random.Next(ClusteredTable.Files));
        object? value;
        do
            value = rows[random.Next(rows.Count)][random.Next(ClusteredTable.RowsPerFile)][index];
        while (value is null);
        return value;
    }

    public static Literal LiteralOf(object value, int scale) => value switch
    {
        double d => Literal.Of(d),
        byte[] b => Literal.Of(b),
        _ => Literal.Decimal((Int128)value, scale),
    };

    static string Json(string operation, string name, ColumnType type, object value) =>
        $$"""{"type":"{{operation}}","term":"{{name}}","value":{{JavaValue(type, value)}}}""";

    /// <summary>The spec's JSON single-value form.</summary>
    static string JavaValue(ColumnType type, object value) => type.Kind switch
    {
        ColumnKind.String => JsonSerializer.Serialize(Encoding.UTF8.GetString((byte[])value)),
        ColumnKind.Binary => $"\"{Convert.ToHexString((byte[])value)}\"",
        ColumnKind.Double => ((double)value).ToString("R", CultureInfo.InvariantCulture) is var d && d.Contains('.') ? d : d + ".0",
        ColumnKind.Boolean => (Int128)value == 1 ? "true" : "false",
        ColumnKind.Date => $"\"{DateTime.UnixEpoch.AddDays((int)(Int128)value):yyyy-MM-dd}\"",
        ColumnKind.Timestamptz => $"\"{DateTime.UnixEpoch.AddTicks((long)(Int128)value * 10):yyyy-MM-ddTHH:mm:ss.ffffff}+00:00\"",
        ColumnKind.Decimal => $"\"{Decimal((Int128)value, type.Scale)}\"",
        _ => value.ToString()!,
    };

    static string Term(string name, ColumnType type) => type.Kind == ColumnKind.Timestamptz ? $"epoch_us({name})" : name;

    static string SqlValue(ColumnType type, object value) => type.Kind switch
    {
        ColumnKind.String => $"'{Encoding.UTF8.GetString((byte[])value)}'",
        ColumnKind.Binary => $"'{string.Concat(((byte[])value).Select(b => $"\\x{b:X2}"))}'::BLOB",
        ColumnKind.Double => $"{((double)value).ToString("R", CultureInfo.InvariantCulture)}::DOUBLE",
        ColumnKind.Boolean => (Int128)value == 1 ? "true" : "false",
        ColumnKind.Date => $"DATE '{DateTime.UnixEpoch.AddDays((int)(Int128)value):yyyy-MM-dd}'",
        ColumnKind.Decimal => $"'{Decimal((Int128)value, type.Scale)}'::DECIMAL({type.Precision}, {type.Scale})",
        _ => value.ToString()!,
    };

    static string Decimal(Int128 unscaled, int scale)
    {
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(unscaled < 0 ? "-" : "")}{digits[..^scale]}.{digits[^scale..]}";
    }
}
