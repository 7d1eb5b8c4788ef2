using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Engines.Spark;
using Dart.Lake.Lakehouse.Engines.Spark.Protocol;
using Dart.Lake.Tests.Support;
using Grpc.Core;

namespace Dart.Lake.Lakehouse.Tests.Engines.Spark;

/// <summary>A request and its replies as a real Spark has sent them (<c>spark-connect</c> of the shared data).</summary>
sealed class RecordedSpark
{
    static readonly Dictionary<string, StatusCode> statuses = new(StringComparer.Ordinal)
    {
        ["OK"] = StatusCode.OK,
        ["INTERNAL"] = StatusCode.Internal,
        ["CANCELLED"] = StatusCode.Cancelled,
    };

    public RecordedSpark(string name)
    {
        Request = File.ReadAllBytes(Shared.Path("data", "spark-connect", $"{name}.request.bin"));
        Expected = JsonNode.Parse(File.ReadAllText(Shared.Path("data", "spark-connect", $"{name}.expected.json")))!.AsObject();
        Reply = new()
        {
            Frames = File.ReadAllBytes(Shared.Path("data", "spark-connect", $"{name}.replies.bin")),
            Status = statuses[(string)Expected["grpc_status"]!],
            Message = (string?)Expected["grpc_message"] ?? "",
            Details = ((string?)Expected["trailers"]?["grpc-status-details-bin"])?.TrimEnd('='),
        };
    }

    public byte[] Request { get; }

    public JsonObject Expected { get; }

    public SparkReply Reply { get; }

    /// <summary>What was to be run; of a vector that runs a plan.</summary>
    public Plan Plan => ExecutePlanRequest.Parser.ParseFrom(Request).Plan;

    public string Sql => (Plan.Root ?? Plan.Command.SqlCommand.Input).Sql.Query;

    /// <summary>The replies of an operation, each by itself.</summary>
    public IReadOnlyList<ExecutePlanResponse> Replies
    {
        get
        {
            var replies = new List<ExecutePlanResponse>();
            for (var at = 0; at < Reply.Frames.Length;)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(Reply.Frames.AsSpan(at + 1));
                replies.Add(ExecutePlanResponse.Parser.ParseFrom(Reply.Frames, at + 5, length));
                at += 5 + length;
            }
            return replies;
        }
    }

    public static SparkSettings At(Uri url) => new()
    {
        Url = url,
        User = "dart",
        Catalog = "lake",
        RequestTimeout = TimeSpan.FromSeconds(10),
        Patience = TimeSpan.FromSeconds(0.4),
        Session = new Dictionary<string, string>(),
    };

    /// <summary>A server that gives a session, tells no more of errors, and answers the rest as told.</summary>
    /// <param name="answer">Of the calls that a test is about; null: as to any other.</param>
    public static Task<SparkStub> StartAsync(Func<SparkCall, SparkReply?> answer) =>
        SparkStub.StartAsync(call => answer(call) ?? call.Rpc switch
        {
            "AnalyzePlan" => SparkReply.Of(new AnalyzePlanResponse { SparkVersion = new() { Version = "4.1.3" }, ServerSideSessionId = "s1" }),
            "ExecutePlan" => Echo(call),
            // no field at all, as every message may be
            _ => SparkReply.Of(new ResultComplete()),
        });

    /// <summary>Of a command that is a query nothing is run.</summary>
    static SparkReply Echo(SparkCall call)
    {
        var input = ExecutePlanRequest.Parser.ParseFrom(call.Message).Plan.Command.SqlCommand.Input;
        return SparkReply.Of(
            new ExecutePlanResponse { SqlCommandResult = new() { Relation = input }, ResponseId = "e1" },
            new ExecutePlanResponse { ResultComplete = new(), ResponseId = "e2" });
    }

    public static bool IsQuery(SparkCall call) =>
        call.Rpc == "ExecutePlan" && ExecutePlanRequest.Parser.ParseFrom(call.Message).Plan.OpTypeCase == Plan.OpTypeOneofCase.Root;
}
