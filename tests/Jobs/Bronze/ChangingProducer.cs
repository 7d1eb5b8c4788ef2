using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json.Nodes;
using Avro;
using Avro.Generic;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Jobs.Tests.Runtime;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>A foreign producer of trades whose schema changes: it knows which column of bronze each of its fields must be in.</summary>
sealed class ChangingProducer(string source)
{
    const long Day = 1_695_600_000_000_000;

    readonly JsonObject json = JsonNode.Parse(Topics.Trades.Schema.Text)!.AsObject();
    readonly Dictionary<string, string> columnOf = [];
    int fields, spaces, sequence;

    JsonArray Fields => json["fields"]!.AsArray();

    /// <summary>One change of the schema, and what it was.</summary>
    public string Change(int kind, Random random)
    {
        switch (kind % 8)
        {
            case 0:
                return Add($"{source}_text_{++fields}", """["null","string"]""", "null");
            case 1:
                return Add($"{source}_int_{++fields}", "\"int\"", "0");
            case 2:
                var dropped = Fields.FirstOrDefault(f =>
                    (string?)f!["name"] is "ref_sequence" or "fee" || ((string)f!["name"]!).StartsWith($"{source}_int_", StringComparison.Ordinal));
                Fields.Remove(dropped);
                return $"drop {dropped?["name"]}";
            case 3:
                var narrow = Fields.LastOrDefault(f => f!["type"] is JsonValue type && (string?)type == "int");
                if (narrow is null)
                    return Add($"{source}_int_{++fields}", "\"int\"", "0");
                narrow["type"] = "long";
                return $"widen {narrow["name"]}";
            case 4:
                var shuffled = Fields.Select(f => f!.DeepClone()).OrderBy(_ => random.Next()).ToArray();
                // a type is defined where it is first used
                json["fields"] = new JsonArray(shuffled);
                return "reorder";
            case 5:
                var old = Fields.First(f => (string)f!["name"]! is var n && columnOf.GetValueOrDefault(n, n) is "venue")!;
                var name = $"{source}_mic_{++fields}";
                columnOf[name] = "venue";
                old["aliases"] = new JsonArray("venue");
                old["name"] = name;
                return $"rename venue to {name}";
            case 6:
                json["namespace"] = $"house.v{++spaces}";
                return "change namespace";
            default:
                var kinds = Fields.First(f => (string?)f!["name"] == "kind")!["type"]!["symbols"]!.AsArray();
                kinds.Insert(0, $"KIND_{source}_{++fields}");
                return "new symbol";
        }
    }

    public Task<int> RegisterAsync(ISchemaRegistry registry, CancellationToken cancel) =>
        registry.RegisterAsync("trades_raw-value", SchemaLanguage.Avro, json.ToJsonString(), cancel);

    /// <summary>A framed record, and its values by column as Python shows them.</summary>
    public (byte[] Value, Dictionary<string, string> Columns) Next(int schemaId)
    {
        var schema = (RecordSchema)Avro.Schema.Parse(json.ToJsonString());
        var (record, columns) = (new GenericRecord(schema), new Dictionary<string, string>());
        sequence++;
        foreach (var field in schema.Fields)
        {
            var column = columnOf.GetValueOrDefault(field.Name, field.Name);
            var value = Value(column, field.Schema);
            record.Add(field.Name, value);
            columns[column] = Shown(value);
        }
        byte[] framed = [0, 0, 0, 0, 0, .. AvroDecoderTests.Bytes(schema, record)];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), schemaId);
        return (framed, columns);
    }

    string Add(string name, string type, string standard)
    {
        Fields.Insert(Fields.Count / 2, JsonNode.Parse($$"""{"name":"{{name}}","type":{{type}},"default":{{standard}}}"""));
        return $"add {name}";
    }

    object? Value(string column, Avro.Schema type) => (column, type) switch
    {
        ("event_time" or "ingest_time", _) => DateTime.UnixEpoch.AddTicks((Day + sequence) * 10),
        ("sequence", _) => (long)sequence,
        ("source", _) => source,
        (_, EnumSchema symbols) => new GenericEnum(symbols, symbols.Symbols[0]),
        (_, UnionSchema union) => sequence % 3 == 0 ? null : Value(column, union.Schemas.Single(s => s.Tag != Avro.Schema.Type.Null)),
        (_, LogicalSchema { LogicalTypeName: "decimal" } number) =>
            new AvroDecimal(sequence, int.Parse(number.GetProperty("scale"), CultureInfo.InvariantCulture)),
        _ => type.Tag switch
        {
            Avro.Schema.Type.Int => sequence,
            Avro.Schema.Type.Long => 5_000_000_000L + sequence,
            Avro.Schema.Type.String => $"{column[..3]}{sequence}",
            _ => throw new InvalidOperationException($"{column} is {type}"),
        },
    };

    static string Shown(object? value) => value switch
    {
        null => "None",
        GenericEnum symbol => symbol.Value,
        AvroDecimal number => AvroDecimal.ToDecimal(number).ToString($"F{number.Scale}", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff+00:00", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
