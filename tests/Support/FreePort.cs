using System.Net;
using System.Net.Sockets;

namespace Dart.Lake.Tests.Support;

/// <summary>
/// Ports of 127.0.0.1 for servers of tests. They lie below those that the kernel gives to outgoing connections
/// (32768 and up): one of these could be taken by any client between the look and the start of the server.
/// </summary>
public static class FreePort
{
    const int Lowest = 12_000, End = 32_000;

    static readonly HashSet<int> Given = [];

    /// <summary>Several processes of tests look at once: each begins elsewhere.</summary>
    static readonly Random Places = new(Environment.ProcessId);

    /// <summary>A port that nobody listened on a moment ago, and that this process was not given before.</summary>
    public static int Next() => First(1);

    /// <summary>The first of so many such ports in a row.</summary>
    public static int First(int count)
    {
        lock (Given)
        {
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                var ports = Enumerable.Range(Places.Next(Lowest, End - count), count).ToList();
                if (Given.Overlaps(ports) || !ports.TrueForAll(IsFree))
                    continue;
                Given.UnionWith(ports);
                return ports[0];
            }
        }
        throw new InvalidOperationException($"there are no {count} free ports in a row");
    }

    static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
