using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Analysis;

/// <summary>
/// Columns that have one value in each file, as the bounds of the manifests say: a day, a source, a topic. They need not be read, for a
/// bound has the very bytes that are hashed.
/// </summary>
static class FileConstants
{
    /// <summary>Adds a column's values where every file proves that it has one, or nothing but nulls; false: it is to be read.</summary>
    /// <exception cref="LakeException">Corrupt: a bound that is no value of the column's type.</exception>
    public static bool TryAdd(ColumnSketch sketch, IReadOnlyList<DataFile> files)
    {
        var column = sketch.Column;
        // bounds leave NaN out
        if (column.Type.Name is "float" or "double" || !files.All(file => IsAllNull(file, column.Id) || ValueIn(file, column) is not null))
            return false;
        foreach (var file in files)
            if (ValueIn(file, column) is { } value)
                sketch.Add(value);
        return true;
    }

    static bool IsAllNull(DataFile file, int field) =>
        file.NullValueCounts.TryGetValue(field, out var nulls) && nulls == file.RecordCount;

    /// <summary>
    /// Null: several values, or it is not known. A bound of a text that was cut never equals the other, which is greater then. A file may
    /// be older than the column's type, so the value is written anew.
    /// </summary>
    static byte[]? ValueIn(DataFile file, SchemaField column) =>
        file.LowerBounds.TryGetValue(column.Id, out var least)
        && file.UpperBounds.TryGetValue(column.Id, out var greatest)
        && least.AsSpan().SequenceEqual(greatest)
            ? SingleValue.Serialize(column.Type, SingleValue.Deserialize(column.Type, least))
            : null;
}
