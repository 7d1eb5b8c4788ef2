using System.Globalization;
using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>Values of Iceberg's types as constants of DuckDB's SQL.</summary>
internal static class SqlValue
{
    /// <summary>A typed value, such as one of a partition; null is a null of that type.</summary>
    public static string Of(IcebergType type, Literal? value) =>
        value is { } v ? $"CAST({Text(type, v)} AS {SqlText.Type(type)})" : $"CAST(NULL AS {SqlText.Type(type)})";

    static string Text(IcebergType type, Literal value) => type.Name switch
    {
        "boolean" => value.Integer == 0 ? "false" : "true",
        "float" => SqlText.Literal(Real((float)value.RealValue)),
        "double" => SqlText.Literal(Real(value.RealValue)),
        "decimal" => SqlText.Literal(new BigDecimal(value.Integer, value.Scale).ToString()),
        "date" => Whole($"DATE '1970-01-01' + ({value.Integer})"),
        "time" => Whole($"TIME '00:00:00' + to_microseconds(({value.Integer})::BIGINT)"),
        "timestamp" or "timestamptz" => Whole($"make_timestamp(({value.Integer})::BIGINT)"),
        "timestamp_ns" => Whole($"make_timestamp_ns(({value.Integer})::BIGINT)"),
        "string" => SqlText.Literal(System.Text.Encoding.UTF8.GetString(value.Bytes)),
        "uuid" => SqlText.Literal(new Guid(value.Bytes, bigEndian: true).ToString()),
        _ when value.Kind == LiteralKind.Bytes => $"unhex('{Convert.ToHexString(value.Bytes)}')",
        _ => Whole($"{value.Integer}"),
    };

    /// <summary>A default as the spec writes it in JSON (Appendix D, "JSON single-value serialization").</summary>
    /// <exception cref="LakeException">Corrupt: no value of that type.</exception>
    public static string OfJson(IcebergType type, string json)
    {
        using var document = JsonDocument.Parse(json);
        var value = document.RootElement;
        if (value.ValueKind == JsonValueKind.Null)
            return Of(type, null);
        var isText = value.ValueKind == JsonValueKind.String;
        var wantsText = type.Name is not ("boolean" or "int" or "long" or "float" or "double");
        var text = isText ? value.GetString()! : value.GetRawText();
        if (isText != wantsText || value.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
            throw LakeException.Corrupt($"the default {json} is not a value of type {type}");
        var isBytes = type.Name == "binary" || type.FixedLength is not null;
        if (isBytes && !(text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit)))
            throw LakeException.Corrupt($"the default {json} is not a value of type {type}");
        return $"CAST({(isBytes ? $"unhex({SqlText.Literal(text)})" : SqlText.Literal(text))} AS {SqlText.Type(type)})";
    }

    static string Real<T>(T value) where T : IFormattable => value.ToString("R", CultureInfo.InvariantCulture);

    static string Whole(FormattableString text) => FormattableString.Invariant(text);
}
