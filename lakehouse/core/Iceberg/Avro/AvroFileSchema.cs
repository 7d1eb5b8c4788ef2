using System.Text.Json;

namespace Dart.Lake.Lakehouse.Iceberg.Avro;

enum AvroFileKind
{
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed,
    Enum,
    Record,
    Array,
    Map,
    Union,
}

/// <summary>A writer's schema with Iceberg's field ids (Avro 1.12 specification; Iceberg spec, Appendix A).</summary>
sealed class AvroFileSchema
{
    /// <summary>A schema with more nodes is not one of Iceberg's.</summary>
    const int MaxNodes = 20_000, MaxDepth = 64;

    public required AvroFileKind Kind { get; init; }

    /// <summary>Of a record, in the order of the file.</summary>
    public IReadOnlyList<AvroFileField> Fields { get; private set; } = [];

    /// <summary>Items of an array, values of a map.</summary>
    public AvroFileSchema? Items { get; private set; }
    public IReadOnlyList<AvroFileSchema> Branches { get; private set; } = [];

    /// <summary>Bytes of a fixed.</summary>
    public int Size { get; private set; }
    public string? LogicalType { get; private set; }

    /// <exception cref="LakeException">Corrupt: not an Avro schema.</exception>
    public static AvroFileSchema Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 * MaxDepth });
            return new Parser().Parse(document.RootElement, 0);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw LakeException.Corrupt($"its Avro schema is not readable ({e.Message})", e);
        }
    }

    sealed class Parser
    {
        readonly Dictionary<string, AvroFileSchema> named = new(StringComparer.Ordinal);
        int nodes;

        public AvroFileSchema Parse(JsonElement json, int depth)
        {
            if (++nodes > MaxNodes || depth > MaxDepth)
                throw LakeException.Corrupt("its Avro schema is too large");
            return json.ValueKind switch
            {
                JsonValueKind.String => Primitive(json.GetString()!, null),
                JsonValueKind.Array => new AvroFileSchema
                {
                    Kind = AvroFileKind.Union,
                    Branches = [.. json.EnumerateArray().Select(b => Parse(b, depth + 1))],
                },
                _ => ParseObject(json, depth),
            };
        }

        AvroFileSchema ParseObject(JsonElement json, int depth)
        {
            var type = json.GetProperty("type");
            if (type.ValueKind != JsonValueKind.String)
                return Parse(type, depth + 1);
            var logical = json.TryGetProperty("logicalType", out var l) && l.ValueKind == JsonValueKind.String ? l.GetString() : null;
            switch (type.GetString())
            {
                case "record":
                    var record = Name(json, new AvroFileSchema { Kind = AvroFileKind.Record, LogicalType = logical });
                    record.Fields = [.. json.GetProperty("fields").EnumerateArray().Select(f => Field(f, depth))];
                    return record;
                case "array":
                    return new AvroFileSchema
                    {
                        Kind = AvroFileKind.Array,
                        LogicalType = logical,
                        Items = Parse(json.GetProperty("items"), depth + 1),
                    };
                case "map":
                    return new AvroFileSchema
                    {
                        Kind = AvroFileKind.Map,
                        LogicalType = logical,
                        Items = Parse(json.GetProperty("values"), depth + 1),
                    };
                case "fixed":
                    var size = json.GetProperty("size").GetInt32();
                    return Name(json, new AvroFileSchema
                    {
                        Kind = AvroFileKind.Fixed,
                        LogicalType = logical,
                        Size = size >= 0 ? size : throw new FormatException("a fixed of negative size"),
                    });
                case "enum":
                    return Name(json, new AvroFileSchema { Kind = AvroFileKind.Enum, LogicalType = logical });
                default:
                    return Primitive(type.GetString()!, logical);
            }
        }

        AvroFileField Field(JsonElement json, int depth) => new(
            json.GetProperty("name").GetString() ?? "",
            json.TryGetProperty("field-id", out var id) ? id.GetInt32() : AvroFileField.NoId,
            Parse(json.GetProperty("type"), depth + 1));

        AvroFileSchema Name(JsonElement json, AvroFileSchema schema)
        {
            named[json.GetProperty("name").GetString() ?? ""] = schema;
            return schema;
        }

        AvroFileSchema Primitive(string name, string? logical) => name switch
        {
            "null" => new AvroFileSchema { Kind = AvroFileKind.Null },
            "boolean" => new AvroFileSchema { Kind = AvroFileKind.Boolean },
            "int" => new AvroFileSchema { Kind = AvroFileKind.Int, LogicalType = logical },
            "long" => new AvroFileSchema { Kind = AvroFileKind.Long, LogicalType = logical },
            "float" => new AvroFileSchema { Kind = AvroFileKind.Float },
            "double" => new AvroFileSchema { Kind = AvroFileKind.Double },
            "bytes" => new AvroFileSchema { Kind = AvroFileKind.Bytes, LogicalType = logical },
            "string" => new AvroFileSchema { Kind = AvroFileKind.String, LogicalType = logical },
            _ => named.TryGetValue(name, out var schema) ? schema : throw LakeException.Corrupt($"its Avro schema names the type '{name}', which is not there"),
        };
    }
}

/// <summary>A field of a record; <paramref name="Id"/> is Iceberg's field id.</summary>
sealed record AvroFileField(string Name, int Id, AvroFileSchema Schema)
{
    public const int NoId = -1;
}
