using System.Text.Json;

namespace Dart.Lake.Lakehouse.Iceberg.Avro;

enum AvroKind
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
sealed class AvroSchema
{
    /// <summary>A schema with more nodes is not one of Iceberg's.</summary>
    const int MaxNodes = 20_000, MaxDepth = 64;

    public required AvroKind Kind { get; init; }

    /// <summary>Of a record, in the order of the file.</summary>
    public IReadOnlyList<AvroField> Fields { get; private set; } = [];

    /// <summary>Items of an array, values of a map.</summary>
    public AvroSchema? Items { get; private set; }
    public IReadOnlyList<AvroSchema> Branches { get; private set; } = [];

    /// <summary>Bytes of a fixed.</summary>
    public int Size { get; private set; }
    public string? LogicalType { get; private set; }

    /// <exception cref="LakeException">Corrupt: not an Avro schema.</exception>
    public static AvroSchema Parse(ReadOnlyMemory<byte> json)
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
        readonly Dictionary<string, AvroSchema> named = new(StringComparer.Ordinal);
        int nodes;

        public AvroSchema Parse(JsonElement json, int depth)
        {
            if (++nodes > MaxNodes || depth > MaxDepth)
                throw LakeException.Corrupt("its Avro schema is too large");
            return json.ValueKind switch
            {
                JsonValueKind.String => Primitive(json.GetString()!, null),
                JsonValueKind.Array => new AvroSchema { Kind = AvroKind.Union, Branches = [.. json.EnumerateArray().Select(b => Parse(b, depth + 1))] },
                _ => ParseObject(json, depth),
            };
        }

        AvroSchema ParseObject(JsonElement json, int depth)
        {
            var type = json.GetProperty("type");
            if (type.ValueKind != JsonValueKind.String)
                return Parse(type, depth + 1);
            var logical = json.TryGetProperty("logicalType", out var l) && l.ValueKind == JsonValueKind.String ? l.GetString() : null;
            switch (type.GetString())
            {
                case "record":
                    var record = Name(json, new AvroSchema { Kind = AvroKind.Record, LogicalType = logical });
                    record.Fields = [.. json.GetProperty("fields").EnumerateArray().Select(f => Field(f, depth))];
                    return record;
                case "array":
                    return new AvroSchema { Kind = AvroKind.Array, LogicalType = logical, Items = Parse(json.GetProperty("items"), depth + 1) };
                case "map":
                    return new AvroSchema { Kind = AvroKind.Map, LogicalType = logical, Items = Parse(json.GetProperty("values"), depth + 1) };
                case "fixed":
                    var size = json.GetProperty("size").GetInt32();
                    return Name(json, new AvroSchema { Kind = AvroKind.Fixed, LogicalType = logical, Size = size >= 0 ? size : throw new FormatException("a fixed of negative size") });
                case "enum":
                    return Name(json, new AvroSchema { Kind = AvroKind.Enum, LogicalType = logical });
                default:
                    return Primitive(type.GetString()!, logical);
            }
        }

        AvroField Field(JsonElement json, int depth) => new(
            json.GetProperty("name").GetString() ?? "",
            json.TryGetProperty("field-id", out var id) ? id.GetInt32() : AvroField.NoId,
            Parse(json.GetProperty("type"), depth + 1));

        AvroSchema Name(JsonElement json, AvroSchema schema)
        {
            named[json.GetProperty("name").GetString() ?? ""] = schema;
            return schema;
        }

        AvroSchema Primitive(string name, string? logical) => name switch
        {
            "null" => new AvroSchema { Kind = AvroKind.Null },
            "boolean" => new AvroSchema { Kind = AvroKind.Boolean },
            "int" => new AvroSchema { Kind = AvroKind.Int, LogicalType = logical },
            "long" => new AvroSchema { Kind = AvroKind.Long, LogicalType = logical },
            "float" => new AvroSchema { Kind = AvroKind.Float },
            "double" => new AvroSchema { Kind = AvroKind.Double },
            "bytes" => new AvroSchema { Kind = AvroKind.Bytes, LogicalType = logical },
            "string" => new AvroSchema { Kind = AvroKind.String, LogicalType = logical },
            _ => named.TryGetValue(name, out var schema) ? schema : throw LakeException.Corrupt($"its Avro schema names the type '{name}', which is not there"),
        };
    }
}

/// <summary>A field of a record; <paramref name="Id"/> is Iceberg's field id.</summary>
sealed record AvroField(string Name, int Id, AvroSchema Schema)
{
    public const int NoId = -1;
}
