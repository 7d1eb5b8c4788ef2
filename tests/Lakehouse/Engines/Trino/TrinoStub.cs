using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Dart.Lake.Lakehouse.Tests.Engines.Trino;

/// <summary>A server whose answers the test gives, byte by byte where it wants; over TLS when it has a certificate.</summary>
sealed class TrinoStub : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource end = new();
    readonly Func<StubCall, StubReply> answer;
    readonly X509Certificate2? certificate;
    readonly Lock gate = new();
    readonly List<StubCall> calls = [];

    public TrinoStub(Func<StubCall, StubReply> answer, X509Certificate2? certificate = null)
    {
        (this.answer, this.certificate) = (answer, certificate);
        listener.Start();
        Url = new($"{(certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        _ = Task.Run(AcceptAsync);
    }

    public Uri Url { get; }

    /// <summary>What was asked so far.</summary>
    public IReadOnlyList<StubCall> Calls
    {
        get
        {
            lock (gate)
                return [.. calls];
        }
    }

    /// <summary>A key of its own for 127.0.0.1, signed by itself.</summary>
    public static X509Certificate2 Certify(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await listener.AcceptTcpClientAsync(end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    async Task AnswerAsync(TcpClient client)
    {
        using var near = client;
        try
        {
            await using Stream stream = certificate is null ? near.GetStream() : new SslStream(near.GetStream());
            if (stream is SslStream tls)
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, end.Token);
            var call = await ReadAsync(stream);
            lock (gate)
                calls.Add(call);
            var reply = answer(call);
            if (reply.IsLost)
                return;
            var head = new StringBuilder(
                $"HTTP/1.1 {reply.Status} Told\r\nContent-Length: {reply.Announced ?? reply.Body.Length}\r\nConnection: close\r\n");
            foreach (var (name, value) in reply.Headers)
                head.Append($"{name}: {value}\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head}\r\n"), end.Token);
            await stream.WriteAsync(reply.Body, end.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or AuthenticationException)
        {
            // as connections end
        }
    }

    async Task<StubCall> ReadAsync(Stream stream)
    {
        var (bytes, buffer) = (new List<byte>(), new byte[4096]);
        int split;
        while ((split = Encoding.Latin1.GetString([.. bytes]).IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
            bytes.AddRange(buffer[..await ReadAsync(stream, buffer)]);
        var lines = Encoding.Latin1.GetString([.. bytes[..split]]).Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2))
            .ToLookup(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var length = int.Parse(headers["Content-Length"].FirstOrDefault() ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        while (bytes.Count < split + 4 + length)
            bytes.AddRange(buffer[..await ReadAsync(stream, buffer)]);
        var first = lines[0].Split(' ');
        return new(first[0], first[1], headers, Encoding.UTF8.GetString([.. bytes[(split + 4)..]]));
    }

    async Task<int> ReadAsync(Stream stream, byte[] buffer) =>
        await stream.ReadAsync(buffer, end.Token) is > 0 and var read ? read : throw new IOException("the caller has hung up");

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        end.Dispose();
    }
}

/// <param name="Method">GET, POST or DELETE.</param>
/// <param name="Path">With its query.</param>
/// <param name="Headers">By name, whatever its case.</param>
/// <param name="Body">As text.</param>
sealed record StubCall(string Method, string Path, ILookup<string, string> Headers, string Body);

/// <summary>What becomes of a request.</summary>
sealed record StubReply
{
    public int Status { get; init; } = 200;
    public byte[] Body { get; init; } = [];
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The length that is told, when it is not that of the body.</summary>
    public long? Announced { get; init; }

    /// <summary>Nobody answers; the connection ends.</summary>
    public bool IsLost { get; init; }

    public static StubReply Of(string body) => new() { Body = Encoding.UTF8.GetBytes(body) };

    public static StubReply Of(int status) => new() { Status = status };
}
