using System.Text;
using Dart.Lake.Lakehouse.Iceberg;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Sql.Materializations;

/// <summary>SQL that reads files of a table by field id, so that renamed and added columns are read right.</summary>
internal static class TableReader
{
    public static string Sql(IcebergSchema schema, IReadOnlyCollection<DataFile> files)
    {
        if (files.Count == 0)
            return $"select {string.Join(", ", schema.Fields.Select(f => $"cast(null as {SqlTypes.Of(f.Type)}) as {Quoted.Name(f.Name)}"))} where false";
        var fields = new StringBuilder();
        foreach (var field in schema.Fields)
            fields.Append(fields.Length == 0 ? "" : ", ")
                .Append($"{field.Id}: {{name: {Quoted.Text(field.Name)}, type: {Quoted.Text(SqlTypes.Of(field.Type))}, default_value: NULL}}");
        var paths = string.Join(", ", files.Select(f => Quoted.Text(FileLocation.ToPath(f.Path))));
        return $"select * from read_parquet([{paths}], schema = MAP {{{fields}}})";
    }
}
