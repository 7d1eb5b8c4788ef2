using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.Trino;

namespace Dart.Lake.Lakehouse.Tests.Engines.Trino;

/// <summary>Answers of the protocol as a test makes them, and the client before them.</summary>
static class StubbedTrino
{
    public const string Number = """[{"name":"n","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}]""";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>An answer after which there is another.</summary>
    public static StubReply Goes(TrinoStub stub, string path) =>
        StubReply.Of($$$"""{"id":"q1","nextUri":"{{{stub.Url.ToString().TrimEnd('/')}}}{{{path}}}","stats":{"state":"RUNNING"}}""");

    /// <summary>The last answer.</summary>
    public static StubReply Ends(string columns, string data) =>
        StubReply.Of($$$"""{"id":"q1","columns":{{{columns}}},"data":{{{data}}},"stats":{"state":"FINISHED"}}""");

    public static StubReply Seven => Ends(Number, "[[7]]");

    public static TrinoSettings At(Uri url) => new()
    {
        Url = url,
        User = "me",
        Catalog = "lake",
        RequestTimeout = TimeSpan.FromSeconds(10),
        Patience = TimeSpan.FromSeconds(0.4),
        Session = new Dictionary<string, string>(),
    };

    public static async Task<IReadOnlyList<object?[]>> RowsAsync(TrinoSettings settings, string sql = "SELECT 7")
    {
        await using var engine = new TrinoEngine(settings, TimeProvider.System);
        await using var result = await engine.QueryAsync(sql, Cancel);
        return await result.ReadRowsAsync(1000, Cancel);
    }

    /// <summary>The failure of a query: of that kind, in one line.</summary>
    public static async Task<LakeException> FailsAsync(TrinoSettings settings, LakeErrorKind kind, params string[] says)
    {
        var failure = await Assert.ThrowsAsync<LakeException>(() => RowsAsync(settings));
        Assert.True(kind == failure.Kind, $"{failure.Kind}: {failure.Message}");
        Assert.DoesNotContain('\n', failure.Message);
        Assert.All(says, word => Assert.Contains(word, failure.Message, StringComparison.Ordinal));
        return failure;
    }
}
