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
        "timestamp_ns" => "TIMESTAMP_NS",
        "timestamptz" => "TIMESTAMP WITH TIME ZONE",
        "string" => "VARCHAR",
        "binary" => "BLOB",
        "uuid" => "UUID",
        "decimal" => string.Create(CultureInfo.InvariantCulture, $"DECIMAL({type.Precision},{type.Scale})"),
        _ when type.Name.StartsWith("fixed[", StringComparison.Ordinal) => "BLOB",
        _ => throw LakeException.Invalid($"columns of type {type} cannot be read by DuckDB here; read the table with Spark or Trino"),
    };

    /// <summary>The type that a column is shown with: of nested ones too, and varchar for what DuckDB has no type for.</summary>
    public static string ShownType(IcebergType type) => type.Name switch
    {
        "struct" => $"STRUCT({string.Join(", ", type.Children.Select(c => $"{Name(c.Name)} {ShownType(c.Type)}"))})",
        "list" => $"{ShownType(type.Children[0].Type)}[]",
        "map" => $"MAP({ShownType(type.Children[0].Type)}, {ShownType(type.Children[1].Type)})",
        "unknown" or "variant" or "timestamptz_ns" => "VARCHAR",
        var name when name.StartsWith("geo", StringComparison.Ordinal) => "VARCHAR",
        _ => Type(type),
    };
}
