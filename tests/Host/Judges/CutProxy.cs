using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>Stands before a port of this machine, and cuts connections when it is told to.</summary>
sealed class CutProxy : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly ConcurrentBag<Socket> open = [];
    readonly int port;

    public CutProxy(int port)
    {
        this.port = port;
        listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public Uri Url => new($"sc://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Ends all connections at once; new ones are taken.</summary>
    public void Cut()
    {
        while (open.TryTake(out var socket))
            socket.Close(0);
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = PassAsync(await listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    async Task PassAsync(Socket near)
    {
        var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, port);
            open.Add(near);
            open.Add(far);
            await using var here = new NetworkStream(near, ownsSocket: true);
            await using var there = new NetworkStream(far, ownsSocket: true);
            await Task.WhenAny(here.CopyToAsync(there), there.CopyToAsync(here));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // as connections end
        }
    }

    public ValueTask DisposeAsync()
    {
        listener.Stop();
        Cut();
        return ValueTask.CompletedTask;
    }
}
