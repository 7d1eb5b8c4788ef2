using System.Text;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// The marker that a replayed or simulated source sends when the day is over: the trade date as days since 1970, and who says so.
/// </summary>
internal sealed record EndOfDayMarker(int TradeDate, string Source)
{
    /// <summary>Reads payloads of one writer's schema of the marker, which is resolved as an event's is. Not thread-safe.</summary>
    internal sealed class Reader
    {
        static readonly TableContract contract = new()
        {
            Name = "END_OF_DAY",
            Table = null,
            Key = null,
            Description = "",
            Columns =
            [
                new(1, "trade_date", new(ColumnKind.Date), Nullable: false, "", "", ColumnEncoding.Default),
                new(2, "source", new(ColumnKind.String), Nullable: false, "", "", ColumnEncoding.Default),
            ],
        };

        readonly ColumnBatch batch = new(contract, 64);
        readonly AvroDecoder decoder;

        /// <exception cref="LakeException">Invalid: names the field that cannot be resolved.</exception>
        public Reader(AvroSchema writer) => decoder = AvroDecoder.Compile(writer, batch);

        /// <summary>Null: the payload is no marker.</summary>
        public EndOfDayMarker? TryRead(ReadOnlySpan<byte> payload)
        {
            batch.Rollback();
            return decoder.Decode(payload) is null
                ? new(batch.Int32(0).Values[0], Encoding.UTF8.GetString(batch.Text(1)[0]))
                : null;
        }
    }
}
