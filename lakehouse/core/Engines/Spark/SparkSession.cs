using Dart.Lake.Lakehouse.Engines.Spark.Protocol;

namespace Dart.Lake.Lakehouse.Engines.Spark;

/// <summary>A session of a server: views, properties and operations live in it, and end with the server.</summary>
/// <param name="Id">Ours.</param>
/// <param name="User">Who asks.</param>
/// <param name="ServerSide">The server's own: a server that was started anew refuses requests with another; null: not known yet.</param>
sealed record SparkSession(Guid Id, UserContext User, string? ServerSide)
{
    /// <summary>What the program calls itself.</summary>
    public const string Client = "dartlake";

    /// <param name="id">Never used before.</param>
    /// <param name="user">Who asks.</param>
    public static SparkSession New(Guid id, string user) => new(id, new() { UserId = user, UserName = user }, null);

    /// <summary>A plan to be run.</summary>
    /// <param name="plan">What.</param>
    /// <param name="operation">Its id: the same one with the same plan is never run twice by one server.</param>
    /// <param name="chunk">Batches that are larger come in pieces of so many bytes.</param>
    public ExecutePlanRequest Execute(Plan plan, string operation, long chunk)
    {
        var request = new ExecutePlanRequest
        {
            SessionId = $"{Id}",
            UserContext = User,
            ClientType = Client,
            Plan = plan,
            OperationId = operation,
        };
        request.RequestOptions.Add(new RequestOption { ReattachOptions = new() { Reattachable = true } });
        request.RequestOptions.Add(new RequestOption
        {
            ResultChunkingOptions = new() { AllowArrowBatchChunking = true, PreferredArrowChunkSize = chunk },
        });
        if (ServerSide is not null)
            request.ClientObservedServerSideSessionId = ServerSide;
        return request;
    }

    /// <summary>The replies of an operation from behind one on.</summary>
    public ReattachExecuteRequest Reattach(string operation, string lastResponse)
    {
        var request = new ReattachExecuteRequest
        {
            SessionId = $"{Id}",
            UserContext = User,
            ClientType = Client,
            OperationId = operation,
            LastResponseId = lastResponse,
        };
        if (ServerSide is not null)
            request.ClientObservedServerSideSessionId = ServerSide;
        return request;
    }

    /// <summary>The end of an operation that runs.</summary>
    public InterruptRequest Interrupt(string operation) => new()
    {
        SessionId = $"{Id}",
        UserContext = User,
        ClientType = Client,
        OperationId = operation,
        InterruptType = InterruptRequest.Types.InterruptType.OperationId,
    };

    /// <summary>The server need not keep anything of an operation.</summary>
    public ReleaseExecuteRequest Release(string operation) =>
        new() { SessionId = $"{Id}", UserContext = User, ClientType = Client, OperationId = operation, ReleaseAll = new() };

    /// <summary>The end of the session.</summary>
    public ReleaseSessionRequest Release() => new() { SessionId = $"{Id}", UserContext = User, ClientType = Client };

    /// <summary>The server's version, and with it the server's own id of the session.</summary>
    public AnalyzePlanRequest Version() => new() { SessionId = $"{Id}", UserContext = User, ClientType = Client, SparkVersion = new() };

    /// <summary>The columns of a query, which is not run.</summary>
    public AnalyzePlanRequest Schema(Plan plan)
    {
        var request = new AnalyzePlanRequest
        {
            SessionId = $"{Id}",
            UserContext = User,
            ClientType = Client,
            Schema = new() { Plan = plan },
        };
        if (ServerSide is not null)
            request.ClientObservedServerSideSessionId = ServerSide;
        return request;
    }

    /// <summary>How a query is understood, which is not run.</summary>
    public AnalyzePlanRequest Explain(Plan plan)
    {
        var request = new AnalyzePlanRequest
        {
            SessionId = $"{Id}",
            UserContext = User,
            ClientType = Client,
            Explain = new() { Plan = plan, Mode = AnalyzeExplain.Types.Mode.Extended },
        };
        if (ServerSide is not null)
            request.ClientObservedServerSideSessionId = ServerSide;
        return request;
    }

    /// <summary>Properties of the session.</summary>
    public ConfigRequest Set(IReadOnlyDictionary<string, string> properties)
    {
        var set = new ConfigSet();
        set.Pairs.Add(properties.Select(p => new KeyValue { Key = p.Key, Value = p.Value }));
        return Config(new() { Set = set });
    }

    /// <summary>Asks for properties, or sets some.</summary>
    public ConfigRequest Config(ConfigOperation operation)
    {
        var request = new ConfigRequest { SessionId = $"{Id}", UserContext = User, ClientType = Client, Operation = operation };
        if (ServerSide is not null)
            request.ClientObservedServerSideSessionId = ServerSide;
        return request;
    }

    /// <summary>What is known of an error beyond its message; the server tells it once.</summary>
    public FetchErrorDetailsRequest Details(string error) =>
        new() { SessionId = $"{Id}", UserContext = User, ClientType = Client, ErrorId = error };
}
