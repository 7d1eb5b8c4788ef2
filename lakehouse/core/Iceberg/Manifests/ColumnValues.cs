using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Dart.Lake.Lakehouse.Iceberg.Manifests;

/// <summary>
/// Values by field id, in two arrays: a manifest has six of these for each file, and a dictionary of thirty columns takes five times as
/// much. Ids in their order; those of the files of one table are mostly the same array.
/// </summary>
sealed class ColumnValues<T> : IReadOnlyDictionary<int, T>
{
    public static readonly ColumnValues<T> None = new([], []);

    readonly int[] ids;
    readonly T[] values;

    ColumnValues(int[] ids, T[] values) => (this.ids, this.values) = (ids, values);

    /// <param name="read">In any order; of an id that occurs twice the last value counts.</param>
    /// <param name="like">Its ids are shared where they are the same.</param>
    public static ColumnValues<T> Of(List<(int Id, T Value)> read, ColumnValues<T> like)
    {
        if (AreOf(read, like.ids))
            return new(like.ids, [.. read.ConvertAll(r => r.Value)]);
        var sorted = new SortedList<int, T>(read.Count);
        foreach (var (id, value) in read)
            sorted[id] = value;
        return new([.. sorted.Keys], [.. sorted.Values]);
    }

    static bool AreOf(List<(int Id, T Value)> read, int[] ids)
    {
        if (read.Count != ids.Length)
            return false;
        for (var i = 0; i < ids.Length; i++)
            if (read[i].Id != ids[i])
                return false;
        return true;
    }

    public int Count => ids.Length;
    public IEnumerable<int> Keys => ids;
    public IEnumerable<T> Values => values;
    public T this[int key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no column {key}");

    public bool ContainsKey(int key) => Array.BinarySearch(ids, key) >= 0;

    public bool TryGetValue(int key, [MaybeNullWhen(false)] out T value)
    {
        var place = Array.BinarySearch(ids, key);
        value = place >= 0 ? values[place] : default;
        return place >= 0;
    }

    public IEnumerator<KeyValuePair<int, T>> GetEnumerator()
    {
        for (var i = 0; i < ids.Length; i++)
            yield return new(ids[i], values[i]);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
