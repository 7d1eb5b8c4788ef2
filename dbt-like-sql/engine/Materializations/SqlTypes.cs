using Dart.Lake.Lakehouse.Iceberg;
using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Materializations;

/// <summary>Types of contracts and tables as DuckDB writes them, and what may be cast to what.</summary>
internal static class SqlTypes
{
    public static string Of(ColumnType type) => type.Kind switch
    {
        ColumnKind.String => "VARCHAR",
        ColumnKind.Int => "INTEGER",
        ColumnKind.Long => "BIGINT",
        ColumnKind.Double => "DOUBLE",
        ColumnKind.Boolean => "BOOLEAN",
        ColumnKind.Date => "DATE",
        ColumnKind.Timestamptz => "TIMESTAMP WITH TIME ZONE",
        ColumnKind.Binary => "BLOB",
        ColumnKind.Decimal => $"DECIMAL({type.Precision},{type.Scale})",
        _ => throw LakeException.Bug($"{type} has no SQL type"),
    };

    public static string Of(IcebergType type) => type.Name switch
    {
        "string" => "VARCHAR",
        "int" => "INTEGER",
        "long" => "BIGINT",
        "float" => "FLOAT",
        "double" => "DOUBLE",
        "boolean" => "BOOLEAN",
        "date" => "DATE",
        "timestamptz" => "TIMESTAMP WITH TIME ZONE",
        "timestamp" => "TIMESTAMP",
        "binary" => "BLOB",
        "uuid" => "UUID",
        "decimal" => $"DECIMAL({type.Precision},{type.Scale})",
        _ => throw LakeException.Invalid($"columns of type {type} cannot be read here"),
    };

    /// <summary>Whether a query's column of that type may become the contract's: nothing is guessed, and no number passes through a double.</summary>
    public static bool Fits(string described, ColumnType wanted)
    {
        var whole = described is "TINYINT" or "SMALLINT" or "INTEGER" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "BIGINT";
        var isDecimal = described.StartsWith("DECIMAL(", StringComparison.Ordinal);
        // an untyped null has this type in DuckDB
        if (described == "\"NULL\"" || described == Of(wanted))
            return true;
        return wanted.Kind switch
        {
            ColumnKind.Int or ColumnKind.Long => whole,
            ColumnKind.Double => described is "FLOAT" || whole || isDecimal,
            ColumnKind.Decimal => whole || isDecimal,
            ColumnKind.Timestamptz => false,
            _ => false,
        };
    }
}
