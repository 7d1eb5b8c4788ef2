using System.Text.Json.Nodes;
using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Decoding.Protobuf;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Registry;

/// <summary>The client against answers of a real registry (Apicurio's), recorded in the order in which they were given.</summary>
public sealed class RecordedRegistryTests : IDisposable
{
    readonly RegistryServer server = new();
    readonly List<JsonNode> exchanges =
        [.. JsonNode.Parse(File.ReadAllText(Shared.Path("data", "schema-registry", "exchanges.json")))!.AsArray().OfType<JsonNode>()];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => server.Dispose();

    JsonNode Exchange(string name) => exchanges.Single(e => (string?)e["name"] == name);

    string Sent(string name) => (string)Exchange(name)["request"]!["body"]!["schema"]!;

    /// <summary>From now on the registry answers what it answered then, by method and path.</summary>
    void Answer(params string[] names) => server.Before = request =>
    {
        var asked = $"{request.HttpMethod} {request.Url!.AbsolutePath}";
        var recorded = names.Select(Exchange).FirstOrDefault(e => $"{e["request"]!["method"]} {((string)e["request"]!["path"]!).Split('?')[0]}" == asked);
        return Task.FromResult<(int, string)?>(recorded is null
            ? (599, $"{asked} was not recorded")
            : ((int)recorded["response"]!["status"]!, (string?)recorded["response"]!["raw"] ?? ""));
    };

    HttpSchemaRegistry Open() => new(HttpSchemaRegistryTests.Settings(server.Url) with { Retries = 0 });

    [Theory]
    [InlineData("register-avro", "trades_raw-value", SchemaLanguage.Avro, 1)]
    [InlineData("register-avro-again-same-id", "trades_raw-value", SchemaLanguage.Avro, 1)]
    [InlineData("register-avro-other-subject", "other-value", SchemaLanguage.Avro, 1)]
    [InlineData("register-avro-v2", "trades_raw-value", SchemaLanguage.Avro, 3)]
    [InlineData("register-protobuf", "permit_raw-value", SchemaLanguage.Protobuf, 4)]
    public async Task A_schema_is_registered(string name, string subject, SchemaLanguage language, int id)
    {
        Answer(name);
        using var registry = Open();
        Assert.Equal(id, await registry.RegisterAsync(subject, language, Sent(name), Cancel));
    }

    [Theory]
    [InlineData("register-avro-incompatible", "trades_raw-value", SchemaLanguage.Avro)]
    [InlineData("register-avro-invalid", "trades_raw-value", SchemaLanguage.Avro)]
    [InlineData("register-protobuf-incompatible", "permit_raw-value", SchemaLanguage.Protobuf)]
    [InlineData("register-protobuf-invalid", "permit_raw-value", SchemaLanguage.Protobuf)]
    public async Task A_schema_that_is_refused_is_named(string name, string subject, SchemaLanguage language)
    {
        Answer(name);
        using var registry = Open();
        var failure = await Assert.ThrowsAsync<LakeException>(() => registry.RegisterAsync(subject, language, Sent(name), Cancel));
        Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
        Assert.Contains(subject, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schemas_come_by_their_ids()
    {
        Answer("schema-by-id", "schema-by-id-protobuf", "schema-id-not-found", "subjects");
        using var registry = Open();
        var (avro, proto) = ((await registry.TryGetAsync(1, Cancel))!, (await registry.TryGetAsync(4, Cancel))!);
        Assert.Equal((SchemaLanguage.Avro, "dart.lake.Trade"), (avro.Language, AvroSchemaReader.Parse(avro.Text).FullName));
        Assert.Equal(SchemaLanguage.Protobuf, proto.Language);
        Assert.NotNull(ProtoSchemaReader.Parse(proto.Text).IndexOf("Permit"));
        Assert.Null(await registry.TryGetAsync(424242, Cancel));
        Assert.Equal(5, await registry.CountSubjectsAsync(Cancel));
    }

    [Fact]
    public async Task A_proto_file_comes_with_what_it_imports()
    {
        // the recording has no answer for the version that is referred to: it is the text that was sent
        Answer("schema-by-id-with-references");
        var recorded = server.Before;
        var common = new JsonObject
        {
            ["subject"] = "common.proto",
            ["version"] = 1,
            ["id"] = 5,
            ["schemaType"] = "PROTOBUF",
            ["schema"] = Sent("register-protobuf-common"),
        };
        server.Before = request => request.Url!.AbsolutePath == "/subjects/common.proto/versions/1"
            ? Task.FromResult<(int, string)?>((200, common.ToJsonString()))
            : recorded(request);
        using var registry = Open();
        var fee = (await registry.TryGetAsync(6, Cancel))!;
        Assert.Equal(["common.proto"], fee.References.Select(r => r.Name));
        var schema = ProtoSchemaReader.Parse(fee.Text, fee.References);
        var message = schema.Message([0]);
        Assert.Equal("Fee", message.Name);
        Assert.Equal("Money", schema.Message(message, message.Fields[0].Type)!.Name);
        Assert.Null(ProtoSchemaReader.Parse(fee.Text).Message(message, message.Fields[0].Type));
    }
}
