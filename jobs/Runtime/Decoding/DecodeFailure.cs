namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>Why a record is a dead letter; the names in the table are those of the contract bronze.dead_letters.</summary>
internal enum DeadLetterReason
{
    NotFramed,
    UnknownSchema,
    WrongSchema,
    Truncated,
    Malformed,
    ImplausibleDay,
    ImplausibleTime,
    NullValue,
}

/// <summary>A record that could not become a row, with the words for it.</summary>
internal sealed record DecodeFailure(DeadLetterReason Reason, string Detail);

internal static class DeadLetterReasons
{
    public static string Text(this DeadLetterReason reason) => reason switch
    {
        DeadLetterReason.NotFramed => "NOT_FRAMED",
        DeadLetterReason.UnknownSchema => "UNKNOWN_SCHEMA",
        DeadLetterReason.WrongSchema => "WRONG_SCHEMA",
        DeadLetterReason.Truncated => "TRUNCATED",
        DeadLetterReason.Malformed => "MALFORMED",
        DeadLetterReason.ImplausibleDay => "IMPLAUSIBLE_DAY",
        DeadLetterReason.ImplausibleTime => "IMPLAUSIBLE_TIME",
        DeadLetterReason.NullValue => "NULL_VALUE",
        _ => throw LakeException.Bug($"{reason} has no name in the contract"),
    };
}
