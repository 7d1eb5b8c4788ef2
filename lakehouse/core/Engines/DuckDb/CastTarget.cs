using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>
/// Which types of a query a contract's column takes without a cast by the author. Binary floating point and what DuckDB infers
/// for sums of integers (HUGEINT) never become decimals or integers silently, and times without a zone never become times.
/// </summary>
internal static class CastTarget
{
    public static bool Takes(ColumnType target, string type)
    {
        var whole = type is "TINYINT" or "SMALLINT" or "INTEGER" or "UTINYINT" or "USMALLINT";
        var exact = type.StartsWith("DECIMAL(", StringComparison.Ordinal);
        return target.Kind switch
        {
            ColumnKind.String => type == "VARCHAR" || type.StartsWith("ENUM(", StringComparison.Ordinal),
            ColumnKind.Int => whole,
            ColumnKind.Long => whole || type is "BIGINT" or "UINTEGER",
            ColumnKind.Double => whole || exact || type is "BIGINT" or "DOUBLE" or "FLOAT",
            ColumnKind.Boolean => type == "BOOLEAN",
            ColumnKind.Date => type == "DATE",
            ColumnKind.Timestamptz => type == "TIMESTAMP WITH TIME ZONE",
            ColumnKind.Binary => type == "BLOB",
            ColumnKind.Decimal => exact || whole || type is "BIGINT" or "UINTEGER",
            _ => false,
        };
    }
}
