using System.Buffers.Binary;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Lakehouse.Tests.Engines.Spark;

/// <summary>A server of gRPC whose answers the test gives, as bytes of its frames.</summary>
sealed class SparkStub : IAsyncDisposable
{
    readonly WebApplication server;
    readonly Func<SparkCall, SparkReply> answer;
    readonly Lock gate = new();
    readonly List<SparkCall> calls = [];

    SparkStub(WebApplication server, Func<SparkCall, SparkReply> answer) => (this.server, this.answer) = (server, answer);

    public Uri Url => new(server.Urls.Single());

    /// <summary>What was asked so far.</summary>
    public IReadOnlyList<SparkCall> Calls
    {
        get
        {
            lock (gate)
                return [.. calls];
        }
    }

    public IReadOnlyList<string> Rpcs => [.. Calls.Select(call => call.Rpc)];

    public static async Task<SparkStub> StartAsync(Func<SparkCall, SparkReply> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, at => at.Protocols = HttpProtocols.Http2));
        var stub = new SparkStub(builder.Build(), answer);
        stub.server.Run(stub.AnswerAsync);
        await stub.server.StartAsync();
        return stub;
    }

    async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var call = new SparkCall(
            context.Request.Path.Value!.Split('/')[^1], body.ToArray()[5..], context.Request.Headers.Authorization.ToString());
        lock (gate)
            calls.Add(call);
        var reply = answer(call);
        context.Response.ContentType = "application/grpc";
        await context.Response.StartAsync();
        await context.Response.Body.WriteAsync(reply.Frames);
        await context.Response.Body.FlushAsync();
        if (reply.Goes == SparkGoes.Hangs)
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reply.Goes != SparkGoes.Ends)
        {
            context.Abort();
            return;
        }
        context.Response.AppendTrailer("grpc-status", $"{(int)reply.Status}");
        context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(reply.Message));
        if (reply.Details is not null)
            context.Response.AppendTrailer("grpc-status-details-bin", reply.Details);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await server.StopAsync(now.Token);
        await server.DisposeAsync();
    }
}

/// <param name="Rpc">Its name in the protocol.</param>
/// <param name="Message">The request.</param>
/// <param name="Authorization">The header; empty: there was none.</param>
sealed record SparkCall(string Rpc, byte[] Message, string Authorization);

/// <summary>How a reply goes out.</summary>
enum SparkGoes
{
    /// <summary>With its status.</summary>
    Ends,

    /// <summary>The connection is cut behind the frames.</summary>
    IsCut,

    /// <summary>Nothing comes behind the frames until the caller hangs up.</summary>
    Hangs,
}

/// <summary>What becomes of a request.</summary>
sealed record SparkReply
{
    public byte[] Frames { get; init; } = [];
    public Grpc.Core.StatusCode Status { get; init; }
    public string Message { get; init; } = "";

    /// <summary>The trailer with the details, in base64.</summary>
    public string? Details { get; init; }
    public SparkGoes Goes { get; init; }

    /// <summary>Messages in their frames.</summary>
    public static SparkReply Of(params IReadOnlyList<IMessage> messages) => new() { Frames = [.. messages.SelectMany(Frame)] };

    static IEnumerable<byte> Frame(IMessage message)
    {
        var head = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), message.CalculateSize());
        return [.. head, .. message.ToByteArray()];
    }
}
