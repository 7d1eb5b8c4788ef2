using Dart.Lake.Lakehouse.Iceberg.Manifests;

namespace Dart.Lake.Lakehouse.Analysis;

/// <summary>Columns that are to be read of files, and the sketches that they go to. Without a column no file is opened.</summary>
sealed record ColumnRead(IReadOnlyList<DataFile> Files, IReadOnlyList<ColumnSketch> Sketches)
{
    /// <summary>What the manifests leave to read of the files.</summary>
    /// <exception cref="LakeException">Corrupt: a bound that is no value of the column's type.</exception>
    public static ColumnRead Of(IReadOnlyList<DataFile> files, IEnumerable<ColumnSketch> sketches)
    {
        List<ColumnSketch> left = files.Count == 0 ? [] : [.. sketches.Where(sketch => !FileConstants.TryAdd(sketch, files))];
        return new(left.Count == 0 ? [] : files, left);
    }

    public long Rows => Files.Sum(file => file.RecordCount);
}
