using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dart.Lake.Jobs.Runtime.Registry;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>A registry over HTTP whose schemas are those of a folder, where producers that know files only put theirs.</summary>
static class FolderRegistry
{
    /// <param name="folder">Need not be there yet.</param>
    public static RegistryServer Over(string folder) => new() { Before = request => AnswerAsync(folder, request) };

    static async Task<(int, string)?> AnswerAsync(string folder, HttpListenerRequest request)
    {
        var files = new FileSchemaRegistry(folder, TimeProvider.System);
        return (request.HttpMethod, request.Url!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries)) switch
        {
            ("GET", ["schemas", "ids", var id]) => await files.TryGetAsync(int.Parse(id), CancellationToken.None) is { } schema
                ? (200, Text(schema))
                : RegistryServer.Error(404, 40403),
            ("POST", ["subjects", var subject, "versions"]) => (200, $$"""{"id":{{await RegisterAsync(files, subject, request.InputStream)}}}"""),
            _ => null,
        };
    }

    static string Text(RegisteredSchema schema)
    {
        var answer = new JsonObject { ["schema"] = schema.Text };
        if (schema.Language == SchemaLanguage.Protobuf)
            answer["schemaType"] = "PROTOBUF";
        return answer.ToJsonString();
    }

    static async Task<int> RegisterAsync(FileSchemaRegistry files, string subject, Stream body)
    {
        var schema = (await JsonSerializer.DeserializeAsync<JsonObject>(body))!;
        var language = (string?)schema["schemaType"] == "PROTOBUF" ? SchemaLanguage.Protobuf : SchemaLanguage.Avro;
        return await files.RegisterAsync(subject, language, (string)schema["schema"]!, CancellationToken.None);
    }
}
