using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Dialect;

/// <summary>Types of contracts as DuckDB writes them.</summary>
internal static class SqlTypes
{
    /// <summary>Which types a column may have, in words.</summary>
    public const string All =
        "there are varchar, integer, bigint, double, boolean, date, timestamptz, blob and decimal(P, S) with P up to 38";

    /// <summary>The type of that name in SQL or in contracts, in any case; null: a contract has none of that name.</summary>
    public static ColumnType? TryParse(string text)
    {
        var name = string.Join(' ', text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return ColumnType.TryParse(name switch
        {
            "varchar" or "text" => "string",
            "integer" => "int",
            "bigint" => "long",
            "float8" or "double precision" => "double",
            "bool" => "boolean",
            "timestamp with time zone" => "timestamptz",
            "blob" or "bytea" => "binary",
            _ when name.StartsWith("numeric(", StringComparison.Ordinal) => $"decimal{name[7..]}",
            _ => name,
        });
    }

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
}
