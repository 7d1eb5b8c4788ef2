using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Apache.Arrow;

namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>
/// JSON: one array, an object per row and line. Nothing is written before the
/// first row is there, so that a query that fails at once leaves nothing.
/// </summary>
internal static class JsonText
{
    static readonly JsonSerializerOptions readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<long> WriteAsync(QueryResult result, TextWriter output, CancellationToken cancel)
    {
        var names = result.Schema.FieldsList.Select(f => JsonSerializer.Serialize(f.Name, readable)).ToArray();
        var rows = 0L;
        await foreach (var batch in result.ReadBatchesAsync(cancel))
        {
            for (var row = 0; row < batch.Length; row++)
            {
                // whole, so that a value without a JSON form leaves nothing of its row
                var text = Object(names, batch, row);
                output.Write(rows++ == 0 ? "[\n" : ",\n");
                output.Write(text);
            }
            await output.FlushAsync(cancel);
        }
        output.Write(rows == 0 ? "[]\n" : "\n]\n");
        return rows;
    }

    static string Object(string[] names, RecordBatch batch, int row) =>
        $"{{{string.Join(',', names.Select((name, column) => $"{name}:{Value(ArrowValue.Json(batch.Column(column), row))}"))}}}";

    static string Value(JsonNode? node) => node?.ToJsonString(readable) ?? "null";
}
