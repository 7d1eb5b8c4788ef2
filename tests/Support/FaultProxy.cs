using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dart.Lake.Tests.Support;

/// <summary>What becomes of one request on its way.</summary>
public sealed record Fault
{
    public static Fault None { get; } = new();

    /// <summary>It arrives later.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>It arrives once this has ended.</summary>
    public Func<Task>? After { get; init; }

    /// <summary>It does not arrive: this status is the answer.</summary>
    public int? Answer { get; init; }

    /// <summary>With the error that S3 names so.</summary>
    public string Code { get; init; } = "";

    /// <summary>It does not arrive, and the connection ends.</summary>
    public bool IsLost { get; init; }

    /// <summary>It arrives and is done, and nobody hears of it.</summary>
    public bool AnswerIsLost { get; init; }

    /// <summary>It arrives and is done, and this status is the answer.</summary>
    public int? AnswerAfter { get; init; }

    /// <summary>So many bytes of the answer come, and then nothing, while the connection stays.</summary>
    public int? StopsAfter { get; init; }
}

/// <summary>
/// Stands before an HTTP service and does to its requests what a bad day does. It knows where a request begins because no client of ours
/// sends one before it has the answer to the last.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    static readonly string[] methods = ["GET ", "PUT ", "POST ", "HEAD ", "DELETE "];

    readonly Uri target;
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource end = new();

    public FaultProxy(Uri target)
    {
        this.target = target;
        listener.Start();
        Endpoint = new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        _ = Task.Run(AcceptAsync);
    }

    public Uri Endpoint { get; }

    /// <summary>What becomes of a request, by its first line, such as <c>PUT /lake/a HTTP/1.1</c>.</summary>
    public Func<string, Fault> OnRequest { get; set; } = _ => Fault.None;

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = new Connection(this, await listener.AcceptTcpClientAsync(end.Token)).RunAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        end.Dispose();
    }

    sealed class Connection(FaultProxy proxy, TcpClient client)
    {
        volatile bool begins = true, loses;
        volatile int left = int.MaxValue, instead;

        public async Task RunAsync()
        {
            using var near = client;
            using var far = new TcpClient();
            try
            {
                await far.ConnectAsync(proxy.target.Host, proxy.target.Port, proxy.end.Token);
                (near.NoDelay, far.NoDelay) = (true, true);
                // when one side ends, the other does
                await Task.WhenAny(SendAsync(near.GetStream(), far.GetStream()), AnswerAsync(far.GetStream(), near.GetStream()));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // as connections end
            }
        }

        async Task SendAsync(NetworkStream near, NetworkStream far)
        {
            var buffer = new byte[1 << 16];
            while (await ReadAsync(near, buffer) is > 0 and var count)
            {
                if (begins && FirstLine(buffer.AsSpan(0, count)) is { } line)
                {
                    begins = false;
                    var fault = proxy.OnRequest(line);
                    if (fault.Delay > TimeSpan.Zero)
                        await Task.Delay(fault.Delay, TimeProvider.System, proxy.end.Token);
                    if (fault.After is { } after)
                        await after();
                    if (fault.Answer is { } status)
                    {
                        await near.WriteAsync(Encoding.ASCII.GetBytes(Answer(status, fault.Code)), proxy.end.Token);
                        // who is still sending would not see the answer of one that hangs up
                        while (await ReadAsync(near, buffer) > 0)
                            continue;
                    }
                    if (fault.IsLost || fault.Answer is not null)
                        return;
                    (loses, left, instead) = (fault.AnswerIsLost, fault.StopsAfter ?? int.MaxValue, fault.AnswerAfter ?? 0);
                }
                await far.WriteAsync(buffer.AsMemory(0, count), proxy.end.Token);
            }
        }

        static string Answer(int status, string code)
        {
            var body = code.Length == 0 ? "" : $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>as the test has it</Message></Error>";
            return $"HTTP/1.1 {status} Fault\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
        }

        async Task AnswerAsync(NetworkStream far, NetworkStream near)
        {
            var buffer = new byte[1 << 16];
            while (await ReadAsync(far, buffer) is > 0 and var count)
            {
                // "100 Continue" is no answer yet
                if (buffer.AsSpan(0, count).StartsWith("HTTP/1.1 100"u8))
                {
                    await near.WriteAsync(buffer.AsMemory(0, count), proxy.end.Token);
                    continue;
                }
                if (instead > 0)
                    await near.WriteAsync(Encoding.ASCII.GetBytes(Answer(instead, "")), proxy.end.Token);
                if (loses || instead > 0)
                    return;
                begins = true;
                await near.WriteAsync(buffer.AsMemory(0, Math.Min(count, left)), proxy.end.Token);
                if (left < count)
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, proxy.end.Token);
                if (left != int.MaxValue)
                    left -= count;
            }
        }

        async Task<int> ReadAsync(NetworkStream stream, byte[] buffer)
        {
            try
            {
                return await stream.ReadAsync(buffer, proxy.end.Token);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                return 0;
            }
        }

        static string? FirstLine(ReadOnlySpan<byte> bytes)
        {
            var text = Encoding.ASCII.GetString(bytes[..Math.Min(bytes.Length, 2000)]);
            return methods.Any(m => text.StartsWith(m, StringComparison.Ordinal)) ? text.Split('\r')[0] : null;
        }
    }
}
