using System.Net;
using System.Net.Sockets;
using Garnet;
using Garnet.common;
using Garnet.server;
using Garnet.server.Auth.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Lakehouse.HotStore;

/// <summary>
/// The embedded Redis: Garnet in this process, on 127.0.0.1, with a password, in memory only. Beyond its memory it drops keys
/// without a word, so <see cref="RedisStore"/> is given the budget to check, and looks after the keys that it has written.
/// </summary>
public sealed class EmbeddedGarnet : IDisposable
{
    const int PortAttempts = 5;

    /// <summary>Bytes for records; objects lie on the heap beside it.</summary>
    const long MemoryBytes = 128L << 20;

    readonly GarnetServer server;
    bool disposed;

    EmbeddedGarnet(GarnetServer server, HotStoreSettings settings)
    {
        this.server = server;
        Settings = settings;
    }

    /// <summary>How to reach it.</summary>
    public HotStoreSettings Settings { get; }

    /// <summary>Starts one.</summary>
    /// <param name="ids">Draws the password when none is given.</param>
    /// <param name="port">Where it listens; 0: on a free port.</param>
    /// <param name="password">What clients must say; null or empty: one that nobody else knows.</param>
    /// <exception cref="LakeException">Unavailable: the port, or any port of 127.0.0.1, cannot be had.</exception>
    public static EmbeddedGarnet Start(IdSource ids, int port = 0, string? password = null)
    {
        if (string.IsNullOrEmpty(password))
            password = $"{ids.NewId():N}{ids.NewId():N}";
        for (var attempt = 1; ; attempt++)
        {
            var endPoint = new IPEndPoint(IPAddress.Loopback, port == 0 ? FreePort() : port);
            var started = new GarnetServer(Options(endPoint, password), NullLoggerFactory.Instance, null, true);
            try
            {
                started.Start();
                return new(started, new() { Address = endPoint.ToString(), Password = password, MemoryBytes = MemoryBytes });
            }
            catch (Exception e) when (e is GarnetException or SocketException)
            {
                started.Dispose();
                if (port != 0)
                    throw LakeException.Unavailable($"the embedded Redis cannot have port {port} of 127.0.0.1 ({Reason(e)}); take another with --redis-port, 0 for a free one, or name a running Redis with --redis", e);
                // Somebody may have taken the port since it was found free.
                if (attempt == PortAttempts)
                    throw LakeException.Unavailable($"the embedded Redis gets no port of 127.0.0.1 ({Reason(e)}); name a Redis with --redis", e);
            }
        }
    }

    static string Reason(Exception e) => (e as SocketException ?? e.InnerException as SocketException)?.Message ?? e.Message;

    static GarnetServerOptions Options(IPEndPoint endPoint, string password) => new(NullLogger.Instance)
    {
        EndPoints = [endPoint],
        // A client that selects another database blinds WATCH for all others.
        MaxDatabases = 1,
        EnableLua = true,
        LuaOptions = new(NullLogger.Instance),
        AuthSettings = new PasswordAuthenticationSettings(password),
        LogMemorySize = $"{MemoryBytes >> 20}m",
        PageSize = "1m",
        IndexMemorySize = "8m",
        QuietMode = true,
    };

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        server.Dispose();
    }
}
