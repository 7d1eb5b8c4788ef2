using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Dart.Lake.Host.Tests.Streams;

/// <summary>A real broker that also listens with SASL (SCRAM), with TLS, and with both (PLAIN), under a certificate made here.</summary>
sealed class SecuredKafka : IAsyncDisposable
{
    public const string Name = "lake", Password = "correct-horse-battery";
    readonly KafkaServer server;

    SecuredKafka(KafkaServer server, int[] ports, string authority)
    {
        this.server = server;
        (Sasl, Tls, Both) = ($"127.0.0.1:{ports[0]}", $"127.0.0.1:{ports[1]}", $"127.0.0.1:{ports[2]}");
        Authority = authority;
    }

    public string Sasl { get; }
    public string Tls { get; }
    public string Both { get; }

    /// <summary>PEM file of the certificate to trust.</summary>
    public string Authority { get; }

    public static async Task<SecuredKafka> StartAsync(TempFolder folder, CancellationToken cancel)
    {
        var (key, certificate) = Certify(folder, "broker");
        await File.WriteAllTextAsync(folder["keystore.pem"], key + "\n" + certificate + "\n", cancel);
        await File.WriteAllTextAsync(folder["trusted.pem"], certificate, cancel);
        await File.WriteAllTextAsync(folder["untrusted.pem"], Certify(folder, "somebody else").Certificate, cancel);
        int[] ports = [
            FreePort.Next(),
            FreePort.Next(),
            FreePort.Next(),
            FreePort.Next(),
            FreePort.Next(),
        ];
        var secured = $"SASL_PLAINTEXT://127.0.0.1:{ports[0]},SSL://127.0.0.1:{ports[1]},SASL_SSL://127.0.0.1:{ports[2]}";
        // A colon instead of an equals sign hides these two from the script, which reads its own.
        var broker = await KafkaServer.StartAsync(ports[3], ports[4], cancel,
            $"listeners:PLAINTEXT://127.0.0.1:{ports[3]},CONTROLLER://127.0.0.1:{ports[4]},{secured}",
            $"advertised.listeners:PLAINTEXT://127.0.0.1:{ports[3]},{secured}",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL",
            "listener.name.sasl_plaintext.sasl.enabled.mechanisms=SCRAM-SHA-512",
            "listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule\trequired;",
            "listener.name.sasl_ssl.sasl.enabled.mechanisms=PLAIN",
            $"listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule\trequired\tuser_{Name}=\"{Password}\";",
            "ssl.keystore.type=PEM",
            $"ssl.keystore.location={folder["keystore.pem"]}");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Brokers }).Build();
        await admin.AlterUserScramCredentialsAsync([new UserScramCredentialUpsertion
        {
            User = Name,
            Password = System.Text.Encoding.UTF8.GetBytes(Password),
            ScramCredentialInfo = new() { Mechanism = ScramMechanism.ScramSha512, Iterations = 4096 },
        }]);
        return new(broker, ports, folder["trusted.pem"]);
    }

    static (string Key, string Certificate) Certify(TempFolder folder, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(
            $"CN={name} of {Path.GetFileName(folder.Path)}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return (key.ExportPkcs8PrivateKeyPem(), certificate.ExportCertificatePem());
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
