namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>Decodes the payloads of one writer's schema into the event columns of one batch. Not thread-safe.</summary>
internal abstract class RowDecoder
{
    /// <summary>
    /// Appends one value to each event column (those whose names do not begin with
    /// _) and does not end the row. After a failure the caller rolls the batch back.
    /// </summary>
    /// <returns>Null, or why the payload is no row.</returns>
    public abstract DecodeFailure? Decode(ReadOnlySpan<byte> payload);

    /// <summary>Reads as far as it goes; what it has appended is taken back by the caller.</summary>
    public abstract Glimpse Look(ReadOnlySpan<byte> payload);
}
