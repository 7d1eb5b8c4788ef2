using System.Net;
using System.Text;
using Dart.Lake.Serving.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Serving.Tests;

/// <summary>Who comes in, and with what.</summary>
public sealed class DoorTests
{
    const string Token = "a-token-of-the-desk";

    [Fact]
    public async Task Clients_are_told_every_endpoint_and_the_prefix_that_they_name()
    {
        await using var world = await ServedWorld.StartAsync();
        var config = (await world.GetAsync("/v1/config?warehouse=lake"))!;
        Assert.Equal("lake", (string)config["overrides"]!["prefix"]!);
        var told = config["endpoints"]!.AsArray().Select(e => (string)e!).ToList();
        Assert.Contains("POST /v1/{prefix}/transactions/commit", told);
        Assert.Contains("HEAD /v1/{prefix}/namespaces/{namespace}/views/{view}", told);
        Assert.Equal(24, told.Count);
        await world.PostAsync("/v1/lake/namespaces", new { @namespace = new[] { "desk" } });
        await world.GetAsync("/v1/namespaces/desk");
        Assert.Null((await world.GetAsync("/v1/config"))!["overrides"]!["prefix"]);
    }

    [Fact]
    public async Task Nothing_is_answered_without_the_token()
    {
        await using var world = await ServedWorld.StartAsync(Token);
        Assert.Equal("NotAuthorizedException", await world.RefusedAsync(HttpMethod.Get, "/v1/config", 401));
        using var wrong = await world.SendAsync(HttpMethod.Get, "/v1/config", headers: h => h.Authorization = new("Bearer", Token + "x"));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        using var right = await world.SendAsync(HttpMethod.Get, "/v1/config", headers: h => h.Authorization = new("Bearer", Token));
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public async Task Without_a_token_only_this_machine_is_served()
    {
        await using var world = await ServedWorld.StartAsync();
        var open = new ServerSettings { Bind = IPAddress.Any, Port = 0, Token = null };
        var refused = await Assert.ThrowsAsync<LakeException>(() => LakeServer.StartAsync(
            open, world.Lake, TimeProvider.System, IdSource.System, NullLoggerFactory.Instance, CancellationToken.None));
        Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
        // a page whose name leads to this machine
        using var page = await world.SendAsync(HttpMethod.Get, "/v1/config", headers: h => h.Host = "example.com");
        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        await using var world = await ServedWorld.StartAsync();
        var same = new ServerSettings { Bind = IPAddress.Loopback, Port = new Uri(world.Url).Port, Token = null };
        var refused = await Assert.ThrowsAsync<LakeException>(() => LakeServer.StartAsync(
            same, world.Lake, TimeProvider.System, IdSource.System, NullLoggerFactory.Instance, CancellationToken.None));
        Assert.Equal(LakeErrorKind.Unavailable, refused.Kind);
    }

    /// <param name="says">How long the body is, or that it comes in chunks, of which one is longer than what is read of it.</param>
    /// <param name="sent">Bytes of it that come.</param>
    [Theory]
    [InlineData("Content-Length: 104857600\r\n\r\n", 15)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n6400000\r\n", (16 << 20) + 1000)]
    public async Task A_body_of_100_MB_is_refused_and_the_server_goes_on(string says, int sent)
    {
        await using var world = await ServedWorld.StartAsync();
        var body = "{\"namespace\":[\"".PadRight(sent, 'a');
        var refused = await RawAsync(world, $"POST /v1/namespaces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{says}{body}");
        Assert.StartsWith("HTTP/1.1 413", refused, StringComparison.Ordinal);
        Assert.Contains("16 MiB", refused, StringComparison.Ordinal);
        await world.GetAsync("/v1/config");
    }

    [Fact]
    public async Task What_is_no_request_of_the_protocol_is_told_so()
    {
        await using var world = await ServedWorld.StartAsync();
        Assert.Equal("NotFoundException", await world.RefusedAsync(HttpMethod.Get, "/v1/nothing", 404));
        Assert.Equal("UnsupportedOperationException", await world.RefusedAsync(HttpMethod.Delete, "/v1/namespaces", 405));
        Assert.Equal("BadRequestException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces", 400, "{"));
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces", 400, "[]"));
        Assert.Equal("IllegalArgumentException", await world.RefusedAsync(HttpMethod.Post, "/v1/namespaces", 400, """{"namespace": 7}"""));
        var form = await RawAsync(world, "POST /v1/namespaces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
        Assert.StartsWith("HTTP/1.1 415", form, StringComparison.Ordinal);
    }

    /// <summary>The answer to bytes that no client library would send.</summary>
    static async Task<string> RawAsync(ServedWorld world, string request)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(world.Url).Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        var (answer, buffer) = (new StringBuilder(), new byte[4096]);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!answer.ToString().Contains('}', StringComparison.Ordinal)
            && await stream.ReadAsync(buffer, limit.Token) is > 0 and var read)
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        return answer.ToString();
    }
}
