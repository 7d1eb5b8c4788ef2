using System.Globalization;
using System.Text;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Parquet;

/// <summary>Which partition each row of a batch belongs to.</summary>
internal static class PartitionRows
{
    /// <summary>Row numbers by partition, in the order in which partitions occur.</summary>
    /// <exception cref="LakeException">Invalid: a transform that bronze and its like do not use.</exception>
    public static IReadOnlyList<(PartitionKey Key, List<int> Rows)> Group(ColumnBatch batch)
    {
        var fields = batch.Contract.Partitions.Select(p => Reader(batch, p)).ToArray();
        var groups = new List<(PartitionKey Key, List<int> Rows)>();
        var byKey = new Dictionary<PartitionKey, int>();
        var current = -1;
        for (var row = 0; row < batch.RowCount; row++)
        {
            // Neighbours mostly share a partition, and a key costs an object.
            if (current < 0 || !Same(groups[current].Key, fields, row))
            {
                var key = new PartitionKey(Array.ConvertAll(fields, read => read(row)));
                if (!byKey.TryGetValue(key, out current))
                {
                    byKey.Add(key, current = groups.Count);
                    groups.Add((key, []));
                }
            }
            groups[current].Rows.Add(row);
        }
        return groups;
    }

    static bool Same(PartitionKey key, Func<int, object?>[] fields, int row)
    {
        for (var i = 0; i < fields.Length; i++)
            if (!Equals(key.Values[i], fields[i](row)))
                return false;
        return true;
    }

    /// <summary>
    /// The folder of a partition below <c>data</c>, in the form that other writers use: <c>event_time_day=2026-01-02</c>.
    /// </summary>
    public static string Folder(IReadOnlyList<ContractPartition> fields, IReadOnlyList<ContractColumn> columns, PartitionKey key) =>
        string.Join(
            '/', fields.Select((f, i) => $"{f.Name}={Safe(Text(f, columns.First(c => c.Name == f.Source).Type.Kind, key.Values[i]))}"));

    // Engines disagree on escapes in paths, so there are none; the value itself is in the manifest.
    static string Safe(string text) =>
        string.Concat(text.Take(64).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));

    static string Text(ContractPartition field, ColumnKind source, object? value) => value switch
    {
        null => "null",
        int day when field.Transform == "day" || field.Transform == "identity" && source == ColumnKind.Date =>
            DateOnly.FromDayNumber(day + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    static Func<int, object?> Reader(ColumnBatch batch, ContractPartition field)
    {
        var column = batch[batch.Contract.IndexOf(field.Source)];
        Func<int, object?> read = (field.Transform, column) switch
        {
            ("day", Int64Column { Definition.Type.Kind: ColumnKind.Timestamptz } times) => Days(times),
            ("day" or "identity", Int32Column { Definition.Type.Kind: ColumnKind.Date } days) => Whole(days),
            ("identity", Int32Column whole) => Whole(whole),
            ("identity", TextColumn text) => row => Encoding.UTF8.GetString(text[row]),
            _ => throw LakeException.Invalid($"{batch.Contract.Name}: a batch cannot be partitioned by {field.Transform}({field.Source}); use day of a time, or identity of a date, int or string"),
        };
        return row => column.IsNull(row) ? null : read(row);
    }

    static Func<int, object?> Whole(Int32Column column)
    {
        object? boxed = null;
        var last = 0;
        return row =>
        {
            var value = column.Values[row];
            if (boxed is null || value != last)
                (boxed, last) = (value, value);
            return boxed;
        };
    }

    static Func<int, object?> Days(Int64Column column)
    {
        const long day = 86_400_000_000;
        object? boxed = null;
        long from = 0;
        return row =>
        {
            var time = column.Values[row];
            if (boxed is not null && time >= from && time - from < day)
                return boxed;
            var value = (int)(time / day) - (time % day < 0 ? 1 : 0);
            from = unchecked(value * day);
            return boxed = value;
        };
    }
}
