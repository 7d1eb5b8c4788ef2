using System.Text;
using Dart.Lake.Lakehouse.Engines.Trino;

namespace Dart.Lake.Lakehouse.Tests.Engines.Trino;

/// <summary>TLS, passwords and tokens, before a server that has them: the Trino of the shared engines has no authenticator.</summary>
public sealed class TrinoLogInTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("dartlake-trino-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Pem(string name, string text)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, text);
        return file;
    }

    [Fact]
    public async Task A_server_with_a_private_authority_is_trusted_by_its_certificate_alone()
    {
        using var own = TrinoStub.Certify("trino.firm");
        using var other = TrinoStub.Certify("somebody else");
        await using var stub = new TrinoStub(_ => StubbedTrino.Seven, own);
        var settings = StubbedTrino.At(stub.Url);
        var trusting = settings with { CertificateAuthorityFile = Pem("own.pem", own.ExportCertificatePem()) };
        Assert.Equal(7L, Assert.Single(await StubbedTrino.RowsAsync(trusting))[0]);
        var calls = stub.Calls.Count;
        await StubbedTrino.FailsAsync(settings, LakeErrorKind.Unavailable, "certificate", "Trino:CertificateAuthorityFile");
        await StubbedTrino.FailsAsync(
            settings with { CertificateAuthorityFile = Pem("other.pem", other.ExportCertificatePem()), Token = "geheim" },
            LakeErrorKind.Unavailable, "certificate", "Trino:CertificateAuthorityFile");
        Assert.Equal(calls, stub.Calls.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_password_or_a_token_goes_with_every_request_and_a_wrong_one_is_told(bool isToken)
    {
        using var own = TrinoStub.Certify("trino.firm");
        var wanted = isToken ? "Bearer ey.J.x" : $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("me:pässword"))}";
        TrinoStub? stub = null;
        stub = new TrinoStub(
            call => call.Headers["Authorization"].SingleOrDefault() != wanted ? StubReply.Of(401)
                : call.Method == "POST" ? StubbedTrino.Goes(stub!, "/next") : StubbedTrino.Seven,
            own);
        await using var _ = stub;
        var settings = StubbedTrino.At(stub.Url) with { CertificateAuthorityFile = Pem("own.pem", own.ExportCertificatePem()) };
        var rows = await StubbedTrino.RowsAsync(isToken ? settings with { Token = "ey.J.x" } : settings with { Password = "pässword" });
        Assert.Equal(7L, Assert.Single(rows)[0]);
        var failure = await StubbedTrino.FailsAsync(
            isToken ? settings with { Token = "wrong-one" } : settings with { Password = "wrong-one" },
            LakeErrorKind.Invalid, "does not let me in (401)", "DARTLAKE__Trino__Password");
        Assert.DoesNotContain("wrong-one", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://trino.firm:8080", "", "in the clear; use https")]
    [InlineData("ftp://trino.firm", "", "http://host:port")]
    [InlineData("https://me:geheim@trino.firm", "", "http://host:port")]
    [InlineData("https://trino.firm", "token, too", "both set")]
    public void Settings_that_would_give_a_secret_away_are_refused(string url, string token, string says)
    {
        var settings = StubbedTrino.At(new(url)) with { Password = "geheim", Token = token.Length == 0 ? null : token };
        var failure = Assert.Throws<LakeException>(() => new TrinoEngine(settings, TimeProvider.System));
        Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_an_authority_that_is_none_is_named()
    {
        var settings = StubbedTrino.At(new("https://trino.firm"));
        const string bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        foreach (var file in new[] { Path.Combine(folder, "missing.pem"), Pem("empty.pem", ""), Pem("bad.pem", bad) })
        {
            var wrong = settings with { CertificateAuthorityFile = file };
            var failure = Assert.Throws<LakeException>(() => new TrinoEngine(wrong, TimeProvider.System));
            Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
            Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        }
    }
}
