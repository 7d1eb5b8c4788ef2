using System.Text.Json;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// Reads the JSON of a flat record schema: primitive fields, enums, fixed, the logical types of events, and unions of one type with null.
/// The text comes from a registry that others write: sizes and depth are bounded, and what an event cannot have is refused by name.
/// </summary>
internal sealed class AvroSchemaReader
{
    const int LargestText = 1 << 20;
    const int MostFields = 1000;
    const int MostSymbols = 10_000;
    const int LargestFixed = 1024;

    readonly Dictionary<string, AvroType> named = new(StringComparer.Ordinal);

    AvroSchemaReader() { }

    /// <exception cref="LakeException">Invalid: what is wrong in the schema.</exception>
    public static AvroSchema Parse(string text)
    {
        if (text.Length > LargestText)
            throw Wrong($"the text has {text.Length} characters; at most {LargestText} are read");
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 16 });
            return new AvroSchemaReader().Record(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw LakeException.Invalid($"not an Avro record schema: {e.Message}", e);
        }
    }

    AvroSchema Record(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || Text(json, "type") != "record")
            throw Wrong("the outermost type is not a record");
        var name = FullName(json, "");
        var fields = new List<AvroField>();
        foreach (var field in json.GetProperty("fields").EnumerateArray())
        {
            if (fields.Count == MostFields)
                throw Wrong($"more than {MostFields} fields");
            fields.Add(Field(field, name.Contains('.', StringComparison.Ordinal) ? name[..name.LastIndexOf('.')] : ""));
        }
        if (fields.Select(f => f.Name).Distinct(StringComparer.Ordinal).Count() != fields.Count)
            throw Wrong("two fields have one name");
        return new(name, fields);
    }

    AvroField Field(JsonElement json, string space)
    {
        var name = Text(json, "name");
        var type = json.GetProperty("type");
        if (type.ValueKind != JsonValueKind.Array)
            return new(name, Type(type, space, name), -1);
        var branches = type.EnumerateArray().ToList();
        var isNull = branches.ConvertAll(b => b.ValueKind == JsonValueKind.String && b.GetString() == "null");
        return (branches.Count, isNull.IndexOf(true)) switch
        {
            (1, -1) => throw Wrong($"field {name}: a union of one type is not read"),
            (2, 0) => new(name, Type(branches[1], space, name), 0),
            (2, 1) => new(name, Type(branches[0], space, name), 1),
            _ => throw Wrong($"field {name}: a union may hold null and one other type"),
        };
    }

    AvroType Type(JsonElement json, string space, string field)
    {
        if (json.ValueKind == JsonValueKind.String)
            return Primitive(json.GetString()!, space, field);
        var kind = Text(json, "type");
        return kind switch
        {
            "enum" => Define(json, space, new(AvroKind.Enum) { Symbols = Symbols(json, field) }),
            "fixed" => Define(json, space, Logical(json, new(AvroKind.Fixed) { Size = Bounded(json, "size", 1, LargestFixed, field) }, field)),
            _ => Logical(json, Primitive(kind, space, field), field),
        };
    }

    AvroType Primitive(string name, string space, string field) => name switch
    {
        "boolean" => new(AvroKind.Boolean),
        "int" => new(AvroKind.Int),
        "long" => new(AvroKind.Long),
        "float" => new(AvroKind.Float),
        "double" => new(AvroKind.Double),
        "bytes" => new(AvroKind.Bytes),
        "string" => new(AvroKind.String),
        _ => named.GetValueOrDefault(name) ?? named.GetValueOrDefault($"{space}.{name}")
            ?? throw Wrong($"field {field}: type {name} is not read; events are flat records"),
    };

    static AvroType Logical(JsonElement json, AvroType type, string field)
    {
        if (!json.TryGetProperty("logicalType", out var logical) || logical.ValueKind != JsonValueKind.String)
            return type;
        return (logical.GetString(), type.Kind) switch
        {
            ("decimal", AvroKind.Bytes or AvroKind.Fixed) => Decimal(json, type, field),
            ("date", AvroKind.Int) => type with { Logical = AvroLogical.Date },
            ("timestamp-millis", AvroKind.Long) => type with { Logical = AvroLogical.TimestampMillis },
            ("timestamp-micros", AvroKind.Long) => type with { Logical = AvroLogical.TimestampMicros },
            // The specification says that unknown logical types are the type beneath.
            _ => type,
        };
    }

    static AvroType Decimal(JsonElement json, AvroType type, string field)
    {
        var precision = Bounded(json, "precision", 1, 38, field);
        var scale = json.TryGetProperty("scale", out _) ? Bounded(json, "scale", 0, precision, field) : 0;
        return type with { Logical = AvroLogical.Decimal, Precision = precision, Scale = scale };
    }

    AvroType Define(JsonElement json, string space, AvroType type)
    {
        if (!named.TryAdd(FullName(json, space), type))
            throw Wrong($"type {FullName(json, space)} is defined twice");
        return type;
    }

    static List<string> Symbols(JsonElement json, string field)
    {
        var symbols = json.GetProperty("symbols").EnumerateArray().Take(MostSymbols + 1).Select(s => s.GetString()!).ToList();
        return symbols.Count is > 0 and <= MostSymbols ? symbols : throw Wrong($"field {field}: an enum has 1 to {MostSymbols} symbols");
    }

    static int Bounded(JsonElement json, string key, int least, int most, string field) =>
        json.GetProperty(key).TryGetInt32(out var value) && value >= least && value <= most
            ? value
            : throw Wrong($"field {field}: {key} must be from {least} to {most}");

    static string FullName(JsonElement json, string space)
    {
        var name = Text(json, "name");
        if (name.Contains('.', StringComparison.Ordinal))
            return name;
        var own = json.TryGetProperty("namespace", out var given) ? given.GetString()! : space;
        return own.Length == 0 ? name : $"{own}.{name}";
    }

    static string Text(JsonElement json, string key) => json.GetProperty(key).GetString() ?? throw Wrong($"{key} is null");

    static LakeException Wrong(string what) => LakeException.Invalid($"not an event's Avro schema: {what}");
}
