using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs.Served;
using Microsoft.AspNetCore.Http;

namespace Dart.Lake.Serving.Rest;

/// <summary>Writes answers of the protocol.</summary>
static class RestAnswer
{
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers with a JSON object, of which HEAD gets the length only.</summary>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    /// <summary>It is done, and there is nothing to say.</summary>
    public static Task NothingAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>A table or view ("LoadTableResult", "LoadViewResult").</summary>
    public static Task WriteAsync(HttpContext context, ServedObject loaded) => WriteAsync(context, json =>
    {
        if (loaded.MetadataLocation is { } location)
            json.WriteString("metadata-location", location);
        json.WritePropertyName("metadata");
        json.WriteRawValue(loaded.Metadata.Span, skipInputValidation: true);
        json.WriteStartObject("config");
        json.WriteEndObject();
    });

    /// <summary>A page of the names in a namespace.</summary>
    public static Task WriteAsync(HttpContext context, string ns, IReadOnlyList<string> names)
    {
        var page = Page.Of(context.Request, names);
        return WriteAsync(context, json =>
        {
            json.WriteStartArray("identifiers");
            foreach (var name in page.Names)
            {
                json.WriteStartObject();
                WriteLevels(json, "namespace", ns);
                json.WriteString("name", name);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            page.WriteNext(json);
        });
    }

    public static void WriteLevels(Utf8JsonWriter json, string name, string ns)
    {
        json.WriteStartArray(name);
        foreach (var level in ServedNames.Levels(ns))
            json.WriteStringValue(level);
        json.WriteEndArray();
    }

    public static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> texts)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in texts)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    public static void WriteNames(Utf8JsonWriter json, string name, IEnumerable<string> names)
    {
        json.WriteStartArray(name);
        foreach (var each in names)
            json.WriteStringValue(each);
        json.WriteEndArray();
    }
}
