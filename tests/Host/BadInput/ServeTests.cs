using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dart.Lake.Host.Tests.Kill;
using static Dart.Lake.Host.Tests.BadInput.Refusal;

namespace Dart.Lake.Host.Tests.BadInput;

/// <summary><c>dartlake serve</c> as its users start it.</summary>
public sealed partial class ServeTests : IDisposable
{
    static readonly TimeSpan limit = TimeSpan.FromSeconds(60);

    readonly TempFolder folder = new();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Url();

    public void Dispose() => folder.Dispose();

    [Fact]
    public Task Others_are_not_served_without_a_token() =>
        FailsAsync(2, ["serve", "--bind", "0.0.0.0", "--data-dir", folder["lake"]], "0.0.0.0", "--token-file", "DARTLAKE__Serve__Token");

    [Fact]
    public async Task A_token_that_can_be_guessed_or_is_not_there_is_refused()
    {
        await File.WriteAllTextAsync(folder["short"], "secret\n");
        await FailsAsync(2, ["serve", "--token-file", folder["short"], "--data-dir", folder["lake"]], "16 characters", folder["short"]);
        await FailsAsync(2, ["serve", "--token-file", folder["none"], "--data-dir", folder["lake"]], folder["none"], "--token-file");
        var weak = new Dictionary<string, string> { ["DARTLAKE__Serve__Token"] = "secret" };
        await FailsAsync(2, weak, ["serve", "--data-dir", folder["lake"]], "16 characters", "DARTLAKE__Serve__Token");
    }

    [Theory]
    [InlineData("--bind", "somewhere", "127.0.0.1")]
    [InlineData("--port", "65536", "0 to 65535")]
    public Task An_address_that_is_none_is_named(string flag, string value, string says) =>
        FailsAsync(2, ["serve", flag, value, "--data-dir", folder["lake"]], flag, value, says);

    [Fact]
    public async Task It_serves_until_it_is_stopped_and_says_where()
    {
        await File.WriteAllTextAsync(folder["token"], "a-token-of-the-desk\n");
        using var serve = new RunningJob("serve", "--port", "0", "--token-file", folder["token"], "--data-dir", folder["lake"]);
        using var expiry = new CancellationTokenSource(limit);
        while (!Url().IsMatch(serve.Said))
        {
            Assert.True(serve.IsRunning, serve.Said);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, expiry.Token);
        }
        using var client = new HttpClient { BaseAddress = new Uri(Url().Match(serve.Said).Value) };
        using var refused = await client.GetAsync(new Uri("/v1/namespaces", UriKind.Relative), expiry.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        client.DefaultRequestHeaders.Authorization = new("Bearer", "a-token-of-the-desk");
        var answer = await client.GetFromJsonAsync<JsonElement>(new Uri("/v1/namespaces", UriKind.Relative), expiry.Token);
        Assert.Equal(0, answer.GetProperty("namespaces").GetArrayLength());
        await FailsAsync(1, ["serve", "--port", $"{client.BaseAddress.Port}", "--data-dir", folder["lake"]], $"127.0.0.1:{client.BaseAddress.Port}", "--port");
        Assert.Equal(0, await serve.TerminateAsync());
        Assert.DoesNotContain("a-token-of-the-desk", serve.Said, StringComparison.Ordinal);
    }
}
