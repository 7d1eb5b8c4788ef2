using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Engines.Trino;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Lakehouse.Tests.Engines.Trino;

/// <summary>
/// Answers as a real Trino has answered (<c>trino-protocol</c> of the shared data), each address once in the recorded order; addresses are
/// this server's.
/// </summary>
sealed class RecordedTrino : IAsyncDisposable
{
    readonly HttpListener listener = new();
    readonly Task loop;
    readonly List<JsonObject> left;
    readonly string root;

    public RecordedTrino(string name)
    {
        Recording = JsonNode.Parse(File.ReadAllText(Shared.Path("data", "trino-protocol", $"{name}.json")))!.AsObject();
        left = [.. Recording["exchanges"]!.AsArray().Select(e => e!.AsObject())];
        root = $"http://127.0.0.1:{FreePort.Next()}";
        listener.Prefixes.Add(root + "/");
        listener.Start();
        loop = Task.Run(AnswerAsync);
    }

    public JsonObject Recording { get; }

    public string Sql => (string)Recording["sql"]!;

    /// <summary>What was asked: method, path, and the headers of the request.</summary>
    public List<(string Method, string Path, WebHeaderCollection Headers, string Body)> Asked { get; } = [];

    public TrinoSettings Settings => new()
    {
        Url = new(root),
        User = "dartlake",
        Catalog = "memory",
        RequestTimeout = TimeSpan.FromSeconds(10),
        Patience = TimeSpan.FromSeconds(1),
        Session = new Dictionary<string, string>(),
    };

    async Task AnswerAsync()
    {
        while (true)
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
            using var reader = new StreamReader(context.Request.InputStream);
            var path = context.Request.Url!.PathAndQuery;
            Asked.Add((context.Request.HttpMethod, path, (WebHeaderCollection)context.Request.Headers, await reader.ReadToEndAsync()));
            var found = left.Find(e => (string)e["request"]!["method"]! == context.Request.HttpMethod
                && new Uri((string)e["request"]!["uri"]!).PathAndQuery == path);
            if (found is not null)
                left.Remove(found);
            await AnswerAsync(context.Response, found?["response"]?.AsObject());
        }
    }

    async Task AnswerAsync(HttpListenerResponse response, JsonObject? recorded)
    {
        response.StatusCode = recorded is null ? 404 : (int)recorded["status"]!;
        foreach (var (name, value) in recorded?["headers"]?.AsObject() ?? [])
            if (name is not ("Content-Length" or "Content-Encoding" or "Content-Type"))
                response.Headers[name] = Here((string)value!);
        var body = recorded is null ? [] : BodyOf(recorded);
        response.ContentLength64 = body.Length;
        await response.OutputStream.WriteAsync(body);
        response.Close();
    }

    byte[] BodyOf(JsonObject recorded) =>
        recorded["bodyBase64"] is { } bytes ? Convert.FromBase64String((string)bytes!)
        : recorded["bodyCut"] is { } cut ? Rows(cut.AsObject())
        : recorded["body"] switch
        {
            null => [],
            JsonValue text => Encoding.UTF8.GetBytes((string)text!),
            var json => Encoding.UTF8.GetBytes(Here(json.ToJsonString())),
        };

    /// <summary>The recording leaves out what can be made again, and says how to know it.</summary>
    static byte[] Rows(JsonObject cut)
    {
        var rows = Enumerable.Range(0, 200_000).Select(i => $"[{i % 1000 + 1},\"row {i % 1000 + 1}\"]");
        var bytes = Encoding.UTF8.GetBytes($"[{string.Join(',', rows)}]");
        Assert.Equal((string)cut["sha256"]!, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return bytes;
    }

    string Here(string text) => text
        .Replace("http://localhost:8080", root, StringComparison.Ordinal)
        .Replace("http://localhost:9000", root, StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await loop;
    }
}
