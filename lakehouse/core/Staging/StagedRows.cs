using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Staging;

/// <summary>What a staging table holds.</summary>
/// <param name="Table">At its newest snapshot, by which it is read from now on.</param>
/// <param name="Files">All files of that snapshot, as another table can take them over.</param>
public sealed record StagedRows(Table Table, IReadOnlyList<DataFile> Files)
{
    public long Count => Files.Sum(f => f.RecordCount);
}
