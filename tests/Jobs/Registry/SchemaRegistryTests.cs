using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Registry;

/// <summary>What every registry does for jobs and producers, whether it is a folder or a service.</summary>
public sealed class SchemaRegistryTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("dartlake-registry-").FullName;
    readonly RegistryServer server = new();
    readonly List<HttpSchemaRegistry> clients = [];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        clients.ForEach(client => client.Dispose());
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>One more process that uses the same registry.</summary>
    ISchemaRegistry Open(string kind)
    {
        if (kind == "files")
            return new FileSchemaRegistry(folder, TimeProvider.System);
        clients.Add(new(HttpSchemaRegistryTests.Settings(server.Url)));
        return clients[^1];
    }

    [Theory, InlineData("files"), InlineData("http")]
    public async Task A_schema_has_one_id_wherever_it_is_registered(string kind)
    {
        var (first, second) = (Open(kind), Open(kind));
        var (trades, permit) = (Topics.All[0].Schema, Topics.Permit.Schema);
        var id = await first.RegisterAsync("a-value", SchemaLanguage.Avro, trades.Text, Cancel);
        Assert.True(id > 0);
        Assert.Equal(id, await first.RegisterAsync("a-value", SchemaLanguage.Avro, trades.Text, Cancel));
        Assert.Equal(id, await second.RegisterAsync("b-value", SchemaLanguage.Avro, trades.Text, Cancel));
        var other = await second.RegisterAsync("permit-value", SchemaLanguage.Protobuf, permit.Text, Cancel);
        Assert.NotEqual(id, other);
        var (avro, proto) = (await Open(kind).TryGetAsync(id, Cancel), await first.TryGetAsync(other, Cancel));
        Assert.Equal((id, SchemaLanguage.Avro, trades.Text), (avro!.Id, avro.Language, avro.Text));
        Assert.Equal((other, SchemaLanguage.Protobuf, permit.Text), (proto!.Id, proto.Language, proto.Text));
        Assert.Empty(avro.References);
    }

    [Theory, InlineData("files"), InlineData("http")]
    public async Task What_is_not_there_yet_is_there_later(string kind)
    {
        var (reader, writer) = (Open(kind), Open(kind));
        Assert.Null(await reader.TryGetAsync(1, Cancel));
        Assert.Null(await reader.TryGetAsync(2_000_000_000, Cancel));
        var id = await writer.RegisterAsync("a-value", SchemaLanguage.Avro, Topics.All[0].Schema.Text, Cancel);
        Assert.NotNull(await reader.TryGetAsync(id, Cancel));
        Assert.NotEqual("", reader.Missing(id));
        Assert.NotEqual("", reader.Broken(id));
    }

    [Theory, InlineData("files"), InlineData("http")]
    public async Task Processes_that_register_at_once_agree(string kind)
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            await OpenAtOnce(kind).RegisterAsync("a-value", SchemaLanguage.Avro, Topics.All[0].Schema.Text, Cancel))));
        Assert.Single(ids.Distinct());
    }

    ISchemaRegistry OpenAtOnce(string kind)
    {
        lock (clients)
            return Open(kind);
    }

    [Theory, InlineData("files"), InlineData("http")]
    public async Task All_our_schemas_are_registered_and_read(string kind)
    {
        var ids = await SchemaSubjects.RegisterAsync(Open(kind), Cancel);
        var registry = Open(kind);
        foreach (var schema in Topics.Schemas)
            Assert.Equal(schema.Text, (await registry.TryGetAsync(ids[schema.Subject], Cancel))!.Text);
    }
}
