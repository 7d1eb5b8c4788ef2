using System.Net;
using System.Net.Sockets;
using static Dart.Lake.Host.Tests.BadInput.Refusal;

namespace Dart.Lake.Host.Tests.BadInput;

/// <summary>The port of the demo's own Redis can be chosen; one that is taken ends the demo before anything is made.</summary>
public sealed class PortTests : IDisposable
{
    readonly TcpListener holder = new(IPAddress.Loopback, 0);
    readonly TempFolder folder = new();

    public PortTests() => holder.Start();

    string Taken => $"{((IPEndPoint)holder.LocalEndpoint).Port}";

    public void Dispose()
    {
        holder.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_port_in_use_is_named_by_the_flag()
    {
        await FailsAsync(1, ["demo", "--trades", "500", "--redis-port", Taken, "--data-dir", folder["data"]], $"port {Taken}", "in use", "--redis-port", "--redis");
        Assert.False(Directory.Exists(folder["data"]));
    }

    [Fact]
    public async Task A_port_in_use_is_named_by_the_setting()
    {
        await FailsAsync(1, new Dictionary<string, string> { ["DARTLAKE__Hot__RedisPort"] = Taken }, ["demo", "--trades", "500", "--data-dir", folder["data"]], $"port {Taken}", "in use");
        Assert.False(Directory.Exists(folder["data"]));
    }
}
