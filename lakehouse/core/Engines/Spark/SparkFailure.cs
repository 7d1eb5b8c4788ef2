using System.Text.RegularExpressions;
using Dart.Lake.Lakehouse.Engines.Spark.Protocol;
using Grpc.Core;

namespace Dart.Lake.Lakehouse.Engines.Spark;

/// <summary>An error of Spark, as its trailer and its details tell it.</summary>
/// <param name="Class">Spark's error class, or the Java class of one that has none.</param>
/// <param name="State">Its SQL state; empty: it has none.</param>
/// <param name="Message">In several lines perhaps, with a plan.</param>
/// <param name="Id">By which the server tells more, once; null: it knows no more.</param>
/// <param name="IsToBeRetried">The server asks for it.</param>
sealed partial record SparkFailure(string Class, string State, string Message, string? Id, bool IsToBeRetried)
{
    const string Trailer = "grpc-status-details-bin";

    /// <summary>The handle of a session or operation is of no use any more.</summary>
    public bool IsLostSession =>
        Class is "INVALID_HANDLE.SESSION_CHANGED" or "INVALID_HANDLE.SESSION_CLOSED" or "INVALID_HANDLE.SESSION_NOT_FOUND";

    public bool IsLostOperation => Class is "INVALID_HANDLE.OPERATION_ABANDONED" or "INVALID_HANDLE.OPERATION_NOT_FOUND";

    /// <summary>The answer can be gone on with.</summary>
    public bool IsCut => IsToBeRetried || Class == "INVALID_CURSOR.DISCONNECTED";

    [GeneratedRegex(@"^\[[A-Z0-9_.]+\] ", RegexOptions.ExplicitCapture)]
    private static partial Regex Head();

    [GeneratedRegex(@"\.? SQLSTATE: [0-9A-Z]{5}(?<place>.*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Tail();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture)]
    private static partial Regex Blanks();

    /// <summary>What the trailer of an error says; null: it is not of Spark.</summary>
    public static SparkFailure? Read(RpcException e)
    {
        if (e.Trailers.FirstOrDefault(t => t.Key == Trailer) is not { IsBinary: true } trailer)
            return null;
        try
        {
            var status = Protocol.Status.Parser.ParseFrom(trailer.ValueBytes);
            var info = status.Details.FirstOrDefault(d => d.TypeUrl.EndsWith("/google.rpc.ErrorInfo", StringComparison.Ordinal));
            var about = info is null ? new ErrorInfo() : ErrorInfo.Parser.ParseFrom(info.Value);
            return new(
                about.Metadata.TryGetValue("errorClass", out var name) ? name : about.Reason,
                about.Metadata.TryGetValue("sqlState", out var state) ? state : "",
                status.Message,
                about.Metadata.TryGetValue("errorId", out var id) ? id : null,
                status.Details.Any(d => d.TypeUrl.EndsWith("/google.rpc.RetryInfo", StringComparison.Ordinal)));
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>With what the server tells beside the trailer, which leaves out what is long.</summary>
    public SparkFailure With(FetchErrorDetailsResponse details)
    {
        if (!details.HasRootErrorIdx || details.RootErrorIdx < 0 || details.RootErrorIdx >= details.Errors.Count)
            return this;
        var root = details.Errors[details.RootErrorIdx];
        return this with
        {
            Class = root.SparkThrowable is { HasErrorClass: true } named ? named.ErrorClass : Class,
            State = root.SparkThrowable is { HasSqlState: true } stated ? stated.SqlState : State,
            Message = root.Message.Length > 0 ? root.Message : Message,
        };
    }

    /// <summary>Of the platform.</summary>
    /// <param name="operation">Its id in Spark; null: it is of none.</param>
    public LakeException ToLake(string? operation)
    {
        var state = State.Length > 0 ? $", SQL state {State}" : "";
        var says = $"{Line(Message)} ({Class}{state}{(operation is null ? "" : $", Spark's operation {operation}")})";
        return State switch
        {
            _ when IsLostSession => LakeException.Unavailable(
                $"Spark does not know the session any more: it was restarted, or nobody asked for too long; views and settings that statements made for the session are gone, the next statement begins a new one ({says})"),
            _ when IsLostOperation => LakeException.Unavailable(
                $"Spark does not know the query any more: nobody asked for its rows too long; run it again ({says})"),
            _ when Class is "OPERATION_CANCELED" => LakeException.Unavailable($"somebody has ended the query in Spark: {says}; run it again"),
            // too many or too few columns
            ['2', '1', 'S', ..] => LakeException.Invalid(says),
            // what values do to a query that is right
            ['2', '1' or '2' or '3', ..] => LakeException.Corrupt(says),
            ['4', '2', ..] or ['0', 'A' or '7', ..] or ['3', 'D' or 'F', ..] or ['5', '4', ..] => LakeException.Invalid(says),
            ['5', '3', ..] => LakeException.Unavailable($"{says}; give Spark more (memory, time, or fewer queries at once), and run it again"),
            ['5', '8', ..] or ['0', '8', ..] or ['K', 'D', ..] =>
                LakeException.Unavailable($"{says}; see whether Spark reaches the catalog and the store"),
            _ => LakeException.Unavailable($"{says}; run it again, and see Spark's log if it fails again"),
        };
    }

    /// <summary>The sentence, without class and state that are told beside it, and without the statement and the plan behind it.</summary>
    static string Line(string message)
    {
        var text = message.Trim();
        var place = "";
        if (Tail().Match(text) is { Success: true } tail)
            (text, place) = (text[..tail.Index], tail.Groups["place"].Value.Trim(' ', ';', '\r'));
        else if (text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end)
            text = text[..end];
        text = Blanks().Replace(Head().Replace(text, ""), " ").TrimEnd('.', ' ');
        return place.Length == 0 ? text : $"{text}, {place.Trim('(', ')')}";
    }
}
