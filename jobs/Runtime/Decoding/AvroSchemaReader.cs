using System.Text.Json;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// Reads the JSON of a record schema. The text comes from a registry that others write:
/// sizes and depth are bounded, and what is no schema is refused by name.
/// </summary>
internal sealed class AvroSchemaReader
{
    const int LargestText = 1 << 20;
    const int MostFields = 1000;
    const int MostSymbols = 10_000;
    const int MostBranches = 100;
    const int LargestFixed = 1 << 20;
    const int MostDigits = 1000;

    readonly Dictionary<string, AvroType> named = new(StringComparer.Ordinal);

    AvroSchemaReader() { }

    /// <exception cref="LakeException">Invalid: what is wrong in the schema.</exception>
    public static AvroSchema Parse(string text) => Parse(text, []);

    /// <param name="text">The schema.</param>
    /// <param name="references">Schemas whose types it may name, each after those that it needs itself.</param>
    /// <exception cref="LakeException">Invalid: what is wrong in the schema.</exception>
    public static AvroSchema Parse(string text, IReadOnlyList<ReferencedSchema> references)
    {
        var length = references.Sum(r => (long)r.Text.Length) + text.Length;
        if (length > LargestText)
            throw Wrong($"the text has {length} characters; at most {LargestText} are read");
        try
        {
            var reader = new AvroSchemaReader();
            // two ways may lead to one type
            foreach (var reference in references.Where(r => !reader.named.ContainsKey(r.Name)))
                Read(reference.Text, json => reader.Type(json, "", reference.Name));
            return Read(text, reader.Event);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw LakeException.Invalid($"not an Avro record schema: {ShownName.Of(e.Message)}", e);
        }
    }

    static T Read<T>(string text, Func<JsonElement, T> read)
    {
        using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
        return read(json.RootElement);
    }

    AvroSchema Event(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || Text(json, "type") is not ("record" or "error"))
            throw Wrong("the outermost type is not a record");
        var name = FullName(json, "");
        var fields = new List<AvroField>();
        if (!named.TryAdd(name, new(AvroKind.Record) { Children = new FieldTypes(fields) }))
            throw Wrong($"type {name} is defined twice");
        AddFields(json, SpaceOf(name), fields);
        return new(name, fields) { Aliases = Texts(json, "aliases") };
    }

    void AddFields(JsonElement json, string space, List<AvroField> fields)
    {
        foreach (var field in json.GetProperty("fields").EnumerateArray())
        {
            if (fields.Count == MostFields)
                throw Wrong($"more than {MostFields} fields");
            fields.Add(Field(field, space));
        }
        if (fields.Select(f => f.Name).Distinct(StringComparer.Ordinal).Count() != fields.Count)
            throw Wrong("two fields have one name");
    }

    AvroField Field(JsonElement json, string space)
    {
        var name = Text(json, "name");
        if (name.Length == 0)
            throw Wrong("a field has no name");
        var type = Type(json.GetProperty("type"), space, name);
        var place = type.Kind == AvroKind.Union && type.Children.Count == 2
            ? type.Children.Select(b => b.Kind == AvroKind.Null).ToList().IndexOf(true)
            : -1;
        return new(name, place < 0 ? type : type.Children[1 - place], place)
        {
            Aliases = [.. Texts(json, "aliases").Select(AvroSchema.SimpleName)],
            Default = json.TryGetProperty("default", out var value) ? value.Clone() : null,
        };
    }

    AvroType Type(JsonElement json, string space, string field)
    {
        if (json.ValueKind == JsonValueKind.String)
            return Primitive(json.GetString()!, space, field);
        if (json.ValueKind == JsonValueKind.Array)
            return Union(json, space, field);
        if (json.GetProperty("type").ValueKind != JsonValueKind.String)
            return Type(json.GetProperty("type"), space, field);
        var kind = Text(json, "type");
        return kind switch
        {
            "enum" => Define(json, space, new(AvroKind.Enum) { Symbols = Symbols(json, field) }),
            "fixed" => Define(json, space, Logical(json, new(AvroKind.Fixed) { Size = Bounded(json, "size", 0, LargestFixed, field) }, field)),
            "array" => new(AvroKind.Array) { Children = [Type(json.GetProperty("items"), space, field)] },
            "map" => new(AvroKind.Map) { Children = [Type(json.GetProperty("values"), space, field)] },
            "record" or "error" => Record(json, space),
            _ => Logical(json, Primitive(kind, space, field), field),
        };
    }

    AvroType Record(JsonElement json, string space)
    {
        var fields = new List<AvroField>();
        // known before its fields are, which may be of its own type
        var type = Define(json, space, new(AvroKind.Record) { Children = new FieldTypes(fields) });
        AddFields(json, SpaceOf(FullName(json, space)), fields);
        return type;
    }

    AvroType Union(JsonElement json, string space, string field)
    {
        var branches = json.EnumerateArray().Take(MostBranches + 1).Select(b => Type(b, space, field)).ToList();
        if (branches.Count is 0 or > MostBranches)
            throw Wrong($"field {field}: a union has 1 to {MostBranches} types");
        if (branches.Any(b => b.Kind == AvroKind.Union) || branches.Count(b => b.Kind == AvroKind.Null) > 1)
            throw Wrong($"field {field}: a union holds no union, and null once");
        return new(AvroKind.Union) { Children = branches };
    }

    AvroType Primitive(string name, string space, string field) => name switch
    {
        "null" => new(AvroKind.Null),
        "boolean" => new(AvroKind.Boolean),
        "int" => new(AvroKind.Int),
        "long" => new(AvroKind.Long),
        "float" => new(AvroKind.Float),
        "double" => new(AvroKind.Double),
        "bytes" => new(AvroKind.Bytes),
        "string" => new(AvroKind.String),
        _ => named.GetValueOrDefault(name.Contains('.', StringComparison.Ordinal) || space.Length == 0 ? name : $"{space}.{name}")
            ?? named.GetValueOrDefault(name)
            ?? throw Wrong($"field {field}: there is no type {name}"),
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
            ("timestamp-nanos", AvroKind.Long) => type with { Logical = AvroLogical.TimestampNanos },
            ("time-millis", AvroKind.Int) or ("time-micros", AvroKind.Long)
                or ("local-timestamp-millis" or "local-timestamp-micros" or "local-timestamp-nanos", AvroKind.Long)
                or ("duration", AvroKind.Fixed) => type with { Logical = AvroLogical.Other },
            // The specification says that unknown logical types are the type beneath.
            _ => type,
        };
    }

    static AvroType Decimal(JsonElement json, AvroType type, string field)
    {
        var precision = Bounded(json, "precision", 1, MostDigits, field);
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

    /// <summary>A dotted name is full by itself; else the namespace given, where null is none, or the one around it.</summary>
    static string FullName(JsonElement json, string space)
    {
        var name = Text(json, "name");
        if (name.Contains('.', StringComparison.Ordinal))
            return name;
        var own = json.TryGetProperty("namespace", out var given) ? given.ValueKind == JsonValueKind.Null ? "" : given.GetString()! : space;
        return own.Length == 0 ? name : $"{own}.{name}";
    }

    static string SpaceOf(string fullName) => fullName.Contains('.', StringComparison.Ordinal) ? fullName[..fullName.LastIndexOf('.')] : "";

    static IReadOnlyList<string> Texts(JsonElement json, string key) =>
        json.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(e => e.GetString()!)]
            : [];

    static string Text(JsonElement json, string key) => json.GetProperty(key).GetString() ?? throw Wrong($"{key} is null");

    /// <summary>The names in the words are those of a schema that others write.</summary>
    static LakeException Wrong(string what) => LakeException.Invalid($"not an event's Avro schema: {ShownName.Of(what)}");
}
