using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Apache.Arrow;

namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>JSON: one array, an object per row and line.</summary>
internal static class JsonText
{
    static readonly JsonSerializerOptions readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<long> WriteAsync(QueryResult result, TextWriter output, CancellationToken cancel)
    {
        var names = result.Schema.FieldsList.Select(f => JsonSerializer.Serialize(f.Name, readable)).ToArray();
        var rows = 0L;
        output.Write('[');
        await foreach (var batch in result.ReadBatchesAsync(cancel))
        {
            for (var row = 0; row < batch.Length; row++)
                Object(output, names, batch, row, first: rows++ == 0);
            await output.FlushAsync(cancel);
        }
        output.Write(rows == 0 ? "]\n" : "\n]\n");
        return rows;
    }

    static void Object(TextWriter output, string[] names, RecordBatch batch, int row, bool first)
    {
        output.Write(first ? "\n{" : ",\n{");
        for (var column = 0; column < names.Length; column++)
        {
            output.Write(column == 0 ? "" : ",");
            output.Write(names[column]);
            output.Write(':');
            output.Write(Value(ArrowValue.Json(batch.Column(column), row)));
        }
        output.Write('}');
    }

    static string Value(JsonNode? node) => node?.ToJsonString(readable) ?? "null";
}
