using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Staging;

namespace Dart.Lake.Sql.Staging;

/// <summary>By which staging table the engines of a run see files that no other table shows yet.</summary>
internal sealed class SharedFiles
{
    readonly Dictionary<string, Table> tables = new(StringComparer.Ordinal);

    public StagedRows Add(StagedRows rows)
    {
        foreach (var file in rows.Files)
            tables[file.Path] = rows.Table;
        return rows;
    }

    public Table? TableOf(DataFile file) => tables.GetValueOrDefault(file.Path);
}
