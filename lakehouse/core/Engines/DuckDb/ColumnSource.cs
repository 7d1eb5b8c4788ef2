using System.Globalization;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>Where the values of a table's column come from in one data file. Never a guess: what is not known is a refusal.</summary>
internal abstract record ColumnSource
{
    /// <summary>A column of the file: found by its field id, or by the table's name mapping.</summary>
    public sealed record Stored(FileColumn Column, bool ById) : ColumnSource;

    /// <summary>The file has none, and the schema allows that.</summary>
    public sealed record Absent : ColumnSource;

    /// <summary>One value for all rows: of the partition, a default, or the reason why there is none.</summary>
    public sealed record Constant(string Sql) : ColumnSource;

    /// <summary>The rules of the spec's "Column Projection", in their order.</summary>
    /// <param name="field">A column of the schema that the table is read with.</param>
    /// <param name="shape">The file's.</param>
    /// <param name="mapping">The table's, or null.</param>
    /// <param name="partition">SQL of the value of an identity partition of that field, or null.</param>
    /// <param name="where">The table and file, for reasons.</param>
    public static ColumnSource Of(SchemaField field, FileShape shape, NameMapping? mapping, Func<int, string?> partition, string where)
    {
        if (Unread(field.Type) is { } what)
            return Refused(LakeErrorKind.Invalid, field, $"{where} has {what}, which this program does not read; leave the column out, or read it with another engine");
        if (field.Type.Name == "unknown")
            return new Absent();
        if (shape.Columns.FirstOrDefault(c => c.FieldId == field.Id) is { } own)
            return Holds(field.Type, own.Type) ? new Stored(own, ById: true) : WrongType(field, own, where);
        if (partition(field.Id) is { } value)
            return new Constant(value);
        if (mapping is not null && shape.Columns.FirstOrDefault(c => c.FieldId is null && mapping.Find(c.Name) == field.Id) is { } mapped)
            return Holds(field.Type, mapped.Type) ? new Stored(mapped, ById: false) : WrongType(field, mapped, where);
        if (field.InitialDefault is { } json)
            return new Constant(SqlValue.OfJson(field.Type, json));
        return field.Required
            ? Refused(LakeErrorKind.Corrupt, field, $"{where} lacks the required column '{field.Name}' (field {field.Id}), which has no default; correct the table's schema or name mapping, or restore the file")
            : new Absent();
    }

    static Constant Refused(LakeErrorKind kind, SchemaField field, string why) =>
        new(ReadRefusal.Sql(kind, why, SqlText.ShownType(field.Type)));

    static Constant WrongType(SchemaField field, FileColumn column, string where) => Refused(
        LakeErrorKind.Corrupt,
        field,
        $"{where} holds the column '{column.Name}' as {column.Type ?? "a nested type"}, which is no {field.Type} as the column '{field.Name}' is; restore the file, or correct the schema");

    /// <summary>What a type is that we do not read, or null.</summary>
    static string? Unread(IcebergType type) => type.Name switch
    {
        "struct" or "list" or "map" => $"a nested column ({type.Name})",
        "variant" or "timestamptz_ns" => $"a column of type {type}",
        var name when name.StartsWith("geo", StringComparison.Ordinal) => $"a column of type {type}",
        _ => null,
    };

    /// <summary>Whether a file's type is the column's, or one that it was promoted from (spec, "Schema Evolution").</summary>
    static bool Holds(IcebergType type, string? stored) => (type.Name, stored) switch
    {
        (_, null) => false,
        ("boolean", "BOOLEAN") or ("float", "FLOAT") or ("double", "FLOAT" or "DOUBLE") or ("date", "DATE") => true,
        ("int" or "long", "INTEGER" or "SMALLINT" or "TINYINT" or "USMALLINT" or "UTINYINT") => true,
        ("long", "BIGINT" or "UINTEGER") => true,
        ("time", "TIME" or "TIME WITH TIME ZONE") => true,
        ("timestamp", "TIMESTAMP" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "DATE" or "INT96") => true,
        ("timestamptz", "TIMESTAMP WITH TIME ZONE" or "INT96") => true,
        ("timestamp_ns", "TIMESTAMP" or "TIMESTAMP_NS" or "DATE") => true,
        ("string", "VARCHAR" or "JSON") or ("binary", "BLOB") or ("uuid", "UUID" or "BLOB") => true,
        ("string", _) => stored.StartsWith("ENUM", StringComparison.Ordinal),
        ("decimal", _) => IsNarrower(stored, type),
        _ => type.FixedLength is not null && stored == "BLOB",
    };

    static bool IsNarrower(string stored, IcebergType type) =>
        stored.StartsWith("DECIMAL(", StringComparison.Ordinal)
        && stored[8..^1].Split(',') is [var precision, var scale]
        && int.Parse(precision, CultureInfo.InvariantCulture) <= type.Precision
        && int.Parse(scale, CultureInfo.InvariantCulture) == type.Scale;
}
