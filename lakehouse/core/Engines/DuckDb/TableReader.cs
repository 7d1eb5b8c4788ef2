using System.Globalization;
using System.Text;
using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>An Iceberg table as a DuckDB relation: its planned files, read by field id.</summary>
public static class TableReader
{
    /// <summary>A SELECT of all columns in the schema's order; one of typed columns without a row when there are no files.</summary>
    /// <exception cref="LakeException">Invalid: a column type that this reader does not know.</exception>
    public static string SqlFor(IReadOnlyList<DataFile> files, IcebergSchema schema)
    {
        if (files.Count == 0)
            return $"SELECT {string.Join(", ", schema.Fields.Select(f => $"NULL::{SqlText.Type(f.Type)} AS {SqlText.Name(f.Name)}"))} WHERE false";
        var sql = new StringBuilder("SELECT * FROM read_parquet([");
        sql.AppendJoin(", ", files.Select(f => SqlText.Literal(FileLocation.ToPath(f.Path)))).Append("], schema = MAP {");
        sql.AppendJoin(", ", schema.Fields.Select(Column));
        // Folders are named like Hive's; columns of that name come from the files, not from the path.
        return sql.Append("}, hive_partitioning = false)").ToString();
    }

    static string Column(SchemaField field) => string.Create(CultureInfo.InvariantCulture,
        $"{field.Id}: {{name: {SqlText.Literal(field.Name)}, type: {SqlText.Literal(SqlText.Type(field.Type))}, default_value: {Default(field)}}}");

    static string Default(SchemaField field)
    {
        if (field.InitialDefault is not { } json)
            return "NULL";
        using var value = JsonDocument.Parse(json);
        return SqlText.Literal(value.RootElement.ValueKind == JsonValueKind.String
            ? value.RootElement.GetString()!
            : value.RootElement.GetRawText());
    }
}
