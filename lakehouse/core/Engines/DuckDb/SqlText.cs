using System.Globalization;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>Pieces of DuckDB SQL made from names and values.</summary>
internal static class SqlText
{
    public static string Name(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Name(TableIdent table) => $"{Name(table.Namespace)}.{Name(table.Name)}";

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>DuckDB's name of an Iceberg type.</summary>
    /// <exception cref="LakeException">Invalid: a type that this reader does not know.</exception>
    public static string Type(IcebergType type) => type.Name switch
    {
        "boolean" => "BOOLEAN",
        "int" => "INTEGER",
        "long" => "BIGINT",
        "float" => "FLOAT",
        "double" => "DOUBLE",
        "date" => "DATE",
        "time" => "TIME",
        "timestamp" => "TIMESTAMP",
        "timestamptz" => "TIMESTAMP WITH TIME ZONE",
        "string" => "VARCHAR",
        "binary" => "BLOB",
        "uuid" => "UUID",
        "decimal" => string.Create(CultureInfo.InvariantCulture, $"DECIMAL({type.Precision},{type.Scale})"),
        _ when type.Name.StartsWith("fixed[", StringComparison.Ordinal) => "BLOB",
        _ => throw LakeException.Invalid($"columns of type {type} cannot be read by DuckDB here; read the table with Spark or Trino"),
    };
}
