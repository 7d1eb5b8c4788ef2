using System.Net.Sockets;
using System.Text;
using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Jobs.Tests.Registry;

/// <summary>A registry over HTTP on good days and bad ones.</summary>
public sealed class HttpSchemaRegistryTests : IDisposable
{
    const string Secret = "a-secret:of-the-desk";

    readonly RegistryServer server = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => server.Dispose();

    internal static HttpRegistrySettings Settings(string url) => new()
    {
        Url = url,
        User = "",
        Password = "",
        Token = "",
        CaFile = "",
        RequestTimeout = TimeSpan.FromSeconds(5),
        Retries = 2,
    };

    static async Task<LakeException> FailsAsync(HttpRegistrySettings settings, LakeErrorKind kind = LakeErrorKind.Unavailable)
    {
        using var registry = new HttpSchemaRegistry(settings);
        var get = await Assert.ThrowsAsync<LakeException>(() => registry.TryGetAsync(1, Cancel));
        var register = await Assert.ThrowsAsync<LakeException>(() => registry.RegisterAsync("a-value", SchemaLanguage.Avro, "\"string\"", Cancel));
        var count = await Assert.ThrowsAsync<LakeException>(() => registry.CountSubjectsAsync(Cancel));
        foreach (var failure in new[] { get, register, count })
        {
            Assert.Equal(kind, failure.Kind);
            Assert.Contains(settings.Url, failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, $"{failure}{settings}", StringComparison.Ordinal);
            Assert.DoesNotContain('\n', failure.Message);
        }
        return get;
    }

    [Fact]
    public async Task What_schemas_refer_to_comes_with_them_the_deepest_first()
    {
        server.Add("currency", """{"type": "enum", "name": "Currency", "namespace": "n", "symbols": ["USD"]}""");
        server.Add("money", """{"type": "record", "name": "Money", "namespace": "n", "fields": [{"name": "currency", "type": "Currency"}]}""",
            null, ("n.Currency", "currency", 1));
        server.Add("fee", """{"type": "record", "name": "Fee", "namespace": "n", "fields": [{"name": "in", "type": "n.Currency"}]}""",
            null, ("n.Currency", "currency", 1));
        var id = server.Add("order-value", """
            {"type": "record", "name": "Order", "namespace": "m", "fields": [
                {"name": "money", "type": "n.Money"}, {"name": "fee", "type": ["null", "n.Fee"]}]}
            """, null, ("n.Money", "money", 1), ("n.Fee", "fee", 1));
        using var registry = new HttpSchemaRegistry(Settings(server.Url));
        var schema = (await registry.TryGetAsync(id, Cancel))!;
        Assert.Equal(["n.Currency", "n.Money", "n.Fee"], schema.References.Select(r => r.Name));
        var parsed = AvroSchemaReader.Parse(schema.Text, schema.References);
        Assert.Equal([AvroKind.Record, AvroKind.Record], parsed.Fields.Select(f => f.Type.Kind));
        Assert.Equal(AvroKind.Enum, parsed.Fields[0].Type.Children[0].Kind);
        Assert.Contains("n.Money", Assert.Throws<LakeException>(() => AvroSchemaReader.Parse(schema.Text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_that_is_not_there_is_named()
    {
        var id = server.Add("order-value", "\"n.Money\"", null, ("n.Money", "money", 3));
        using var registry = new HttpSchemaRegistry(Settings(server.Url));
        var failure = await Assert.ThrowsAsync<LakeException>(() => registry.TryGetAsync(id, Cancel));
        Assert.Contains("money version 3", failure.Message, StringComparison.Ordinal);
        // once it is there the same process goes on
        for (var version = 0; version < 3; version++)
            server.Add("money", $$"""{"type": "enum", "name": "Money", "namespace": "n", "symbols": ["S{{version}}"]}""");
        Assert.Single((await registry.TryGetAsync(id, Cancel))!.References);
    }

    [Fact]
    public async Task More_references_than_a_schema_can_need_are_refused()
    {
        var references = Enumerable.Range(1, 101).Select(i => ($"n.R{i}", $"r{i}", 1)).ToArray();
        foreach (var (name, subject, _) in references)
            server.Add(subject, $$"""{"type": "enum", "name": "{{name}}", "symbols": ["A"]}""");
        var id = server.Add("many-value", "\"n.R1\"", null, references);
        using var registry = new HttpSchemaRegistry(Settings(server.Url));
        Assert.Contains("more than 100", (await registry.TryGetAsync(id, Cancel))!.Unreadable, StringComparison.Ordinal);
    }

    /// <summary>
    /// Over HTTP a text never changes: whoever waited for a better one would wait for ever. A topic whose events the registry has goes on,
    /// one of which it has nothing else stops.
    /// </summary>
    [Theory]
    [InlineData("{}", null)]
    [InlineData("", null)]
    [InlineData("not JSON", null)]
    [InlineData("{\"type\": \"record\", \"name\": \"a\", \"fields\": [{\"name\": \"b\", \"type\": \"n.Missing\"}]}", null)]
    [InlineData("message {", "PROTOBUF")]
    public async Task A_text_that_is_no_schema_is_as_good_as_none(string text, string? type)
    {
        var id = server.Add("odd-value", text, type);
        using var registry = new HttpSchemaRegistry(Settings(server.Url));
        var known = await SchemaSubjects.RegisterAsync(registry, Cancel);
        var patience = new SchemaPatience(TimeSpan.FromMilliseconds(100), TimeProvider.System, NullLogger.Instance);
        foreach (var topic in Topics.All)
        {
            var admission = new Admission(new(topic.Contract, 16), registry, topic.Schema, TimeProvider.System);
            Assert.Equal(DeadLetterReason.UnknownSchema, (await admission.LoadAsync(id, Cancel)).Failure!.Reason);
            var where = new LogPosition(new("log", topic.Name, 0), 5);
            var ahead = new Dictionary<int, int> { [id] = 10 };
            Task LoadAsync() => patience.LoadAsync(admission, id, where, ahead, (_, _) => Task.FromResult(false), Cancel);
            Assert.Equal(LakeErrorKind.Unavailable, (await Assert.ThrowsAsync<LakeException>(LoadAsync)).Kind);
            await admission.LoadAsync(known[topic.Schema.Subject], Cancel);
            await LoadAsync();
        }
    }

    [Fact]
    public void A_reference_that_defines_the_event_itself_is_refused()
    {
        var text = Topics.All[0].Schema.Text;
        var failure = Assert.Throws<LakeException>(() => AvroSchemaReader.Parse(text, [new("itself", text)]));
        Assert.Contains("defined twice", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_of_one_schema_share_a_request_and_it_is_asked_once()
    {
        var id = server.Add("a-value", Topics.All[0].Schema.Text);
        server.Before = async _ =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Cancel);
            return null;
        };
        using var registry = new HttpSchemaRegistry(Settings(server.Url));
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => registry.TryGetAsync(id, Cancel)));
        await registry.TryGetAsync(id, Cancel);
        Assert.Equal([$"GET /schemas/ids/{id}"], server.Asked);
    }

    [Fact]
    public async Task A_busy_registry_is_asked_again_and_one_that_stays_busy_is_told()
    {
        var id = server.Add("a-value", Topics.All[0].Schema.Text);
        var refusals = 2;
        server.Before = _ => Task.FromResult<(int, string)?>(Interlocked.Decrement(ref refusals) >= 0 ? (503, "busy") : null);
        using var registry = new HttpSchemaRegistry(Settings(server.Url));
        Assert.NotNull(await registry.TryGetAsync(id, Cancel));
        Assert.Equal(3, server.Asked.Count);
        server.Before = _ => Task.FromResult<(int, string)?>((503, "busy"));
        Assert.Contains("fails with 503", (await FailsAsync(Settings(server.Url) with { Retries = 0 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_in_is_sent_and_a_wrong_one_named_without_its_secret()
    {
        var id = server.Add("a-value", Topics.All[0].Schema.Text);
        var basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"desk:{Secret}"));
        server.Before = request => Task.FromResult<(int, string)?>(
            request.Headers["Authorization"] is { } sent && (sent == basic || sent == $"Bearer {Secret}") ? null : (401, "Unauthorized"));
        HttpRegistrySettings[] good =
            [Settings(server.Url) with { User = "desk", Password = Secret }, Settings(server.Url) with { Token = Secret }];
        foreach (var settings in good)
        {
            using var registry = new HttpSchemaRegistry(settings);
            Assert.NotNull(await registry.TryGetAsync(id, Cancel));
        }
        HttpRegistrySettings[] bad =
        [
            Settings(server.Url), Settings(server.Url) with { User = "desk2", Password = Secret }, Settings(server.Url) with { Token = Secret + "2" },
        ];
        foreach (var settings in bad)
            Assert.Contains("refuses the log-in", (await FailsAsync(settings)).Message, StringComparison.Ordinal);
        server.Before = _ => Task.FromResult<(int, string)?>((403, """{"error_code":40301,"message":"denied"}"""));
        Assert.Contains("refuses the log-in", (await FailsAsync(good[0])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "<html>welcome</html>")]
    [InlineData(200, "{}")]
    [InlineData(200, "null")]
    [InlineData(200, "[[[")]
    [InlineData(200, "{\"schema\": null, \"id\": \"x\"}")]
    [InlineData(200, "{\"schema\": \"{}\", \"schemaType\": \"XML\"}")]
    [InlineData(200, "{\"schema\": \"{}\", \"references\": [null]}")]
    [InlineData(200, "{\"schema\": \"{}\", \"references\": [{\"name\": \"a\"}]}")]
    [InlineData(404, "<html>not found</html>")]
    [InlineData(404, "")]
    [InlineData(418, "{}")]
    public async Task What_is_no_registry_is_named(int status, string body)
    {
        server.Before = _ => Task.FromResult<(int, string)?>((status, body));
        var failure = await FailsAsync(Settings(server.Url));
        Assert.Contains("Registry:Url", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_that_is_not_compatible_is_the_operator_s_to_decide()
    {
        server.Before = _ => Task.FromResult<(int, string)?>(RegistryServer.Error(409, 409));
        using var registry = new HttpSchemaRegistry(Settings(server.Url));
        var failure = await Assert.ThrowsAsync<LakeException>(() => registry.RegisterAsync("trades_raw-value", SchemaLanguage.Avro, "\"string\"", Cancel));
        Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
        Assert.Contains("trades_raw-value", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_is_gone_or_hangs_is_told_and_a_wait_for_it_can_be_ended()
    {
        using var gone = new TcpListener(System.Net.IPAddress.Loopback, 0);
        gone.Start();
        var port = ((System.Net.IPEndPoint)gone.LocalEndpoint).Port;
        // it takes connections and says nothing
        var hangs = Settings($"http://127.0.0.1:{port}") with { RequestTimeout = TimeSpan.FromMilliseconds(300), Retries = 0 };
        Assert.Contains("does not answer", (await FailsAsync(hangs)).Message, StringComparison.Ordinal);
        using (var registry = new HttpSchemaRegistry(hangs with { RequestTimeout = TimeSpan.FromMinutes(1) }))
        using (var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => registry.TryGetAsync(1, soon.Token));
        gone.Stop();
        Assert.Contains("does not answer", (await FailsAsync(hangs)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_cannot_be_are_named()
    {
        var none = Path.Combine(Path.GetTempPath(), "no-such-file.pem");
        Assert.Contains("no-such-file", Assert.Throws<LakeException>(
            () => new HttpSchemaRegistry(Settings(server.Url) with { CaFile = none })).Message, StringComparison.Ordinal);
        Assert.Contains("Registry:Token", Assert.Throws<LakeException>(
            () => new HttpSchemaRegistry(Settings(server.Url) with { User = "a", Token = "b" })).Message, StringComparison.Ordinal);
    }
}
