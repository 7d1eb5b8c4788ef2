using Dart.Lake.Jobs.Producers.Encoding;

namespace Dart.Lake.Jobs.Producers;

/// <summary>Ways in which a payload cannot be decoded.</summary>
enum Malformation
{
    NotFramed,
    UnknownSchemaId,
    Truncated,
    MalformedVarint,
    TrailingBytes,
    ImplausibleDay,
    NullValue,
}

/// <summary>Spoils payloads, as broken senders do.</summary>
static class MalformedPayload
{
    public static IReadOnlyList<Malformation> All { get; } = Enum.GetValues<Malformation>();

    /// <summary>An id that no registry gives.</summary>
    public const int UnknownSchemaId = 0x7F00_0001;

    /// <summary>A time beyond any calendar: the year 2150.</summary>
    public const long ImplausibleTime = 5_680_281_600_000_000;

    public static string Name(Malformation kind) => kind switch
    {
        Malformation.NotFramed => "not_framed",
        Malformation.UnknownSchemaId => "unknown_schema_id",
        Malformation.Truncated => "truncated",
        Malformation.MalformedVarint => "malformed_varint",
        Malformation.TrailingBytes => "trailing_bytes",
        Malformation.ImplausibleDay => "implausible_day",
        _ => "null_value",
    };

    /// <summary>
    /// Writes a spoiled form of an event; the event itself is only the raw
    /// material, and must have an implausible time where the time is what is wrong.
    /// </summary>
    public static void Write(AvroWriter writer, Malformation kind, int schemaId, Action<AvroWriter> body)
    {
        if (kind == Malformation.NullValue)
            return;
        if (kind == Malformation.NotFramed)
        {
            writer.Raw("{\"kind\":\"NEW\",\"price\":12.5}"u8);
            return;
        }
        writer.Frame(kind == Malformation.UnknownSchemaId ? UnknownSchemaId : schemaId);
        if (kind == Malformation.MalformedVarint)
        {
            writer.Raw([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
            return;
        }
        var start = writer.Length;
        body(writer);
        if (kind == Malformation.Truncated)
            writer.Truncate(start + (writer.Length - start) / 2);
        if (kind == Malformation.TrailingBytes)
            writer.Raw([0xDE, 0xAD, 0xBE, 0xEF]);
    }
}
