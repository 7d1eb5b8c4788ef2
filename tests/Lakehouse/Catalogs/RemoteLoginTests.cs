using Dart.Lake.Lakehouse.Catalogs.Remote;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

public sealed class RemoteLoginTests
{
    const string Config = """{"defaults":{},"overrides":{"prefix":"firm/a b"},"endpoints":["POST /v1/{prefix}/transactions/commit"]}""";
    const string NoNamespaces = """{"namespaces":[]}""";

    /// <summary>Gives who has the right secret one token after the other, and takes the newest.</summary>
    sealed class Door
    {
        public List<StubRequest> Asked { get; } = [];
        public int Given { get; private set; }
        public int Revoked { get; set; }

        public (int Status, string Body) Answer(StubRequest request)
        {
            lock (Asked)
                Asked.Add(request);
            if (request.Path == "/v1/oauth/tokens")
                return request.Body.Split('&').Intersect(["client_id=jobs", "client_secret=s%3Acret"]).Count() == 2
                    ? (200, $$"""{"access_token":"token-{{++Given}}","token_type":"bearer","expires_in":100}""")
                    : (401, """{"error":"invalid_client","error_description":"no"}""");
            return request.Authorization != $"Bearer token-{Given}" || Given <= Revoked
                ? (401, """{"error":{"message":"not this one","type":"NotAuthorizedException","code":401}}""")
                : (200, request.Path.StartsWith("/v1/config", StringComparison.Ordinal) ? Config : NoNamespaces);
        }
    }

    static RemoteSettings With(Uri url, string credential) =>
        ServedFolder.Settings(url, null) with { Credential = credential, Scope = "lake:all" };

    [Fact]
    public async Task Client_credentials_get_a_token_which_is_used_until_a_fifth_of_its_life_is_left()
    {
        var door = new Door();
        await using var stub = new StubServer(door.Answer);
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        using var opened = await RemoteDoor.OpenAsync(With(stub.Url, "jobs:s:cret"), time, CancellationToken.None);
        await opened.NamespacesAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(79));
        await opened.NamespacesAsync(CancellationToken.None);
        Assert.Equal(1, door.Given);
        time.Advance(TimeSpan.FromSeconds(2));
        await opened.NamespacesAsync(CancellationToken.None);
        Assert.Equal(2, door.Given);
        var form = door.Asked.First(r => r.Path == "/v1/oauth/tokens").Body;
        Assert.Contains("grant_type=client_credentials", form, StringComparison.Ordinal);
        Assert.Contains("scope=lake%3Aall", form, StringComparison.Ordinal);
        Assert.Contains(door.Asked, r => r.Path.StartsWith("/v1/firm/a%20b/namespaces?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_is_refused_is_replaced_once_and_then_it_is_said()
    {
        var door = new Door();
        await using var stub = new StubServer(door.Answer);
        using var opened = await RemoteDoor.OpenAsync(With(stub.Url, "jobs:s:cret"), TimeProvider.System, CancellationToken.None);
        door.Revoked = 1;
        await opened.NamespacesAsync(CancellationToken.None);
        Assert.Equal(2, door.Given);
        door.Revoked = int.MaxValue;
        var failure = await Assert.ThrowsAsync<LakeException>(() => opened.NamespacesAsync(CancellationToken.None));
        Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
        Assert.Contains("does not let us in: not this one", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, door.Given);
    }

    [Theory]
    [InlineData("jobs:wrong")]
    [InlineData("s:cret")]
    public async Task Wrong_credentials_are_refused_and_no_message_has_them(string credential)
    {
        await using var stub = new StubServer(new Door().Answer);
        var failure = await Assert.ThrowsAsync<LakeException>(
            () => RemoteDoor.OpenAsync(With(stub.Url, credential), TimeProvider.System, CancellationToken.None));
        Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
        Assert.Contains("Rest:Credential", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(credential.Split(':')[1], failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "{}")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"access_token":""}""")]
    [InlineData(200, """{"access_token":"with a\nbreak"}""")]
    [InlineData(200, "<html/>")]
    [InlineData(500, "")]
    public async Task Who_gives_no_token_is_named(int status, string body)
    {
        await using var stub = new StubServer(_ => (status, body));
        var failure = await Assert.ThrowsAsync<LakeException>(
            () => RemoteDoor.OpenAsync(With(stub.Url, "a:b"), TimeProvider.System, CancellationToken.None));
        Assert.Equal(LakeErrorKind.Unavailable, failure.Kind);
        Assert.Contains("/v1/oauth/tokens", failure.Message, StringComparison.Ordinal);
    }
}
