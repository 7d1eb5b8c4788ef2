using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dart.Lake.Tests.Support;

/// <summary>
/// A registry of this process's own that answers as Confluent's documents say: subjects with versions, ids for texts, references. What a
/// bad day brings is put before it.
/// </summary>
public sealed class RegistryServer : IDisposable
{
    readonly HttpListener listener;
    readonly Lock gate = new();
    readonly List<JsonObject> schemas = [];
    readonly Dictionary<string, List<int>> subjects = new(StringComparer.Ordinal);

    public RegistryServer()
    {
        (listener, Url) = Listen();
        _ = Task.Run(ServeAsync);
    }

    public string Url { get; }

    /// <summary>What was asked, method and path.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Answers in the registry's place, when it is not null: status and body.</summary>
    public Func<HttpListenerRequest, Task<(int Status, string Body)?>> Before { get; set; } = _ => Task.FromResult<(int, string)?>(null);

    static (HttpListener, string) Listen()
    {
        for (var attempt = 0; ; attempt++)
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
                probe.Stop();
                var started = new HttpListener { Prefixes = { url + "/" } };
                try
                {
                    started.Start();
                    return (started, url);
                }
                catch (HttpListenerException) when (attempt < 20)
                {
                    started.Close();
                }
            }
        }
    }

    /// <summary>Registers a schema beside the client; gives its id.</summary>
    public int Add(string subject, string text, string? type = null, params (string Name, string Subject, int Version)[] references)
    {
        var schema = new JsonObject { ["schema"] = text };
        if (type is not null)
            schema["schemaType"] = type;
        if (references.Length > 0)
            schema["references"] = new JsonArray([.. references.Select(r =>
                new JsonObject { ["name"] = r.Name, ["subject"] = r.Subject, ["version"] = r.Version })]);
        return Register(subject, schema);
    }

    int Register(string subject, JsonObject schema)
    {
        lock (gate)
        {
            var id = schemas.FindIndex(known => JsonNode.DeepEquals(known, schema)) + 1;
            if (id == 0)
            {
                schemas.Add(schema);
                id = schemas.Count;
            }
            if (!subjects.TryGetValue(subject, out var versions))
                subjects.Add(subject, versions = []);
            if (!versions.Contains(id))
                versions.Add(id);
            return id;
        }
    }

    async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            _ = AnswerAsync(context);
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        Asked.Enqueue($"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath}");
        try
        {
            var (status, body) = await Before(context.Request) ?? await AnswerAsync(context.Request);
            context.Response.StatusCode = status;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // the client has gone
        }
    }

    async Task<(int, string)> AnswerAsync(HttpListenerRequest request)
    {
        using var reader = new StreamReader(request.InputStream);
        var body = await reader.ReadToEndAsync();
        string[] path = [.. request.Url!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        lock (gate)
            return (request.HttpMethod, path) switch
            {
                ("GET", ["subjects"]) => (200, JsonSerializer.Serialize(subjects.Keys)),
                ("POST", ["subjects", var subject, "versions"]) => (200, $$"""{"id":{{Register(subject, JsonNode.Parse(body)!.AsObject())}}}"""),
                ("GET", ["subjects", var subject, "versions", var version]) => Version(subject, int.Parse(version)),
                ("GET", ["schemas", "ids", var id]) => int.Parse(id) is var number && number > 0 && number <= schemas.Count
                    ? (200, schemas[number - 1].ToJsonString())
                    : Error(404, 40403),
                _ => Error(404, 404),
            };
    }

    (int, string) Version(string subject, int version)
    {
        if (!subjects.TryGetValue(subject, out var versions))
            return Error(404, 40401);
        if (version < 1 || version > versions.Count)
            return Error(404, 40402);
        var schema = (JsonObject)schemas[versions[version - 1] - 1].DeepClone();
        (schema["subject"], schema["version"], schema["id"]) = (subject, version, versions[version - 1]);
        return (200, schema.ToJsonString());
    }

    public static (int, string) Error(int status, int code) => (status, $$"""{"error_code":{{code}},"message":"as the test has it"}""");

    public void Dispose() => listener.Close();
}
