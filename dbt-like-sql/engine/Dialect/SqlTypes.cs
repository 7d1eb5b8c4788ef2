using Dart.Lake.Schemas;

namespace Dart.Lake.Sql.Dialect;

/// <summary>Types of contracts as DuckDB writes them.</summary>
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
}
