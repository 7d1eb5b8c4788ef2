using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Catalogs.Served;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Serving.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Serving.Tests;

/// <summary>A lake in a folder of its own, served in this process, and a client of it.</summary>
sealed class ServedWorld : IAsyncDisposable
{
    readonly LakeServer server;
    readonly HttpClient client;

    ServedWorld(Lake lake, LakeServer server)
    {
        (Lake, this.server) = (lake, server);
        client = new HttpClient { BaseAddress = new Uri(server.Url), Timeout = TimeSpan.FromSeconds(60) };
    }

    public Lake Lake { get; }
    public string Url => server.Url;

    /// <summary>Our own side of the catalog.</summary>
    public SqlCatalog Sql => (SqlCatalog)Lake.Catalog;

    public static async Task<ServedWorld> StartAsync(string? token = null, params string[] alsoIn)
    {
        var folder = Directory.CreateTempSubdirectory("served-").FullName;
        var lake = await Lake.OpenAsync(folder, TimeProvider.System, IdSource.System, CancellationToken.None, alsoIn);
        var settings = new ServerSettings { Bind = IPAddress.Loopback, Port = 0, Token = token };
        return new(lake, await LakeServer.StartAsync(
            settings, lake, TimeProvider.System, IdSource.System, NullLoggerFactory.Instance, CancellationToken.None));
    }

    /// <summary>A request that is answered with that status; its body, or null when it has none.</summary>
    public async Task<JsonNode?> AskAsync(HttpMethod method, string path, int status, object? body = null)
    {
        using var answer = await SendAsync(method, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{method} {path}: {(int)answer.StatusCode}, expected {status}: {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text, null, new JsonDocumentOptions { MaxDepth = 1000 });
    }

    public Task<JsonNode?> GetAsync(string path, int status = 200) => AskAsync(HttpMethod.Get, path, status);

    public Task<JsonNode?> PostAsync(string path, object body, int status = 200) => AskAsync(HttpMethod.Post, path, status, body);

    public Task<JsonNode?> DeleteAsync(string path, int status = 204) => AskAsync(HttpMethod.Delete, path, status);

    /// <summary>A request that is refused so: the type in the error's model.</summary>
    public async Task<string> RefusedAsync(HttpMethod method, string path, int status, object? body = null)
    {
        var error = (await AskAsync(method, path, status, body))!["error"]!;
        Assert.Equal(status, (int)error["code"]!);
        Assert.NotEqual("", (string)error["message"]!);
        return (string)error["type"]!;
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, object? body = null, Action<HttpRequestHeaders>? headers = null, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        headers?.Invoke(request.Headers);
        return await client.SendAsync(request, cancel);
    }

    /// <summary>A namespace with a table of two columns; the table's metadata as the server answers.</summary>
    public async Task<JsonNode> WithTableAsync(string ns = "desk", string name = "notes")
    {
        await AskAsync(HttpMethod.Post, "/v1/namespaces", 200, new { @namespace = new[] { ns } });
        return (await PostAsync($"/v1/namespaces/{ns}/tables", new { name, schema = Schema }))!;
    }

    public static TableContract Contract { get; } = TableContracts.Get("bronze.trades");

    /// <summary>A table of the lake's own.</summary>
    public Task<Table> WithContractAsync() =>
        Lake.Catalog.CreateAsync(new("bronze", "trades"), Contract.ToDefinition(), CancellationToken.None);

    /// <summary>Two columns with ids that the server does not keep.</summary>
    public static object Schema { get; } = new
    {
        type = "struct",
        fields = new object[]
        {
            new { id = 7, name = "id", required = true, type = "long" },
            new { id = 9, name = "text", required = false, type = "string" },
        },
    };

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        await Lake.DisposeAsync();
        await RereadAsync();
        Directory.Delete(Lake.DataDir, recursive: true);
    }

    /// <summary>What was committed can be read by who has not written it: this process remembers metadata as it wrote them.</summary>
    async Task RereadAsync()
    {
        await using var again = await Lake.OpenAsync(Lake.DataDir, TimeProvider.System, IdSource.System, CancellationToken.None);
        var survey = await again.Catalog.SurveyAsync(CancellationToken.None);
        Assert.All(survey.LeftOut, table => Assert.Contains("is not there", table.Value.Message, StringComparison.Ordinal));
        var views = new ServedCatalog(again, TimeProvider.System, IdSource.System).Views;
        foreach (var view in survey.Views)
            await views.LoadAsync(view, CancellationToken.None);
    }
}
