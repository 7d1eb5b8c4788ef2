using System.Net;
using System.Text;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

/// <summary>An HTTP server whose answers the test gives: status and body by request.</summary>
sealed class StubServer : IAsyncDisposable
{
    readonly HttpListener listener = new();
    readonly Task loop;

    public StubServer(Func<StubRequest, (int Status, string Body)> answer)
    {
        Url = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        listener.Prefixes.Add(Url.ToString());
        listener.Start();
        loop = Task.Run(() => AnswerAsync(answer));
    }

    public Uri Url { get; }

    async Task AnswerAsync(Func<StubRequest, (int Status, string Body)> answer)
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
            var (status, body) = answer(new(
                context.Request.HttpMethod,
                context.Request.Url!.PathAndQuery,
                context.Request.Headers["Authorization"] ?? "",
                await reader.ReadToEndAsync()));
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await loop;
    }
}

/// <param name="Method">GET, POST, …</param>
/// <param name="Path">With its query.</param>
/// <param name="Authorization">The header; empty: none.</param>
/// <param name="Body">As text.</param>
sealed record StubRequest(string Method, string Path, string Authorization, string Body);
