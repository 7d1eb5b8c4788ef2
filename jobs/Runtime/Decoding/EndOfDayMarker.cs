using Dart.Lake.Schemas;
using System.Text;
using System.Text.Unicode;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// The marker that a replayed or simulated source sends when the day is over: the trade date as days since 1970, and who says so.
/// </summary>
internal sealed record EndOfDayMarker(int TradeDate, string Source)
{
    /// <summary>Whether a schema is the marker's: the name, and its two fields in their order.</summary>
    public static bool Is(AvroSchema schema) => schema.FullName == Topics.EndOfDay.RecordName;

    /// <summary>Reads a payload of the marker's schema.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out EndOfDayMarker? marker)
    {
        var reader = new AvroReader(payload);
        marker = reader.TryInt(out var date) && reader.TryBytes(out var source) && reader.Remaining == 0 && Utf8.IsValid(source)
            ? new(date, Encoding.UTF8.GetString(source)) : null;
        return marker is not null;
    }
}
