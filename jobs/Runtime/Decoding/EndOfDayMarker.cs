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

        static readonly DecodeFailure notAMarker = new(DeadLetterReason.Malformed, "not a trade date and a source");

        readonly ColumnBatch batch = new(contract, 64);
        readonly AvroDecoder decoder;
        readonly TimeChecks times;

        /// <exception cref="LakeException">Invalid: names the field that cannot be resolved.</exception>
        public Reader(AvroSchema writer)
        {
            decoder = AvroDecoder.Compile(writer, batch);
            times = new(batch);
        }

        /// <summary>What becomes of a payload: a marker, or a dead letter, also where no day can have its number.</summary>
        public Fate Read(ReadOnlySpan<byte> payload)
        {
            batch.Rollback();
            if (decoder.Decode(payload) is not null)
                return Fate.Dead(notAMarker);
            return times.Check() is { } failure
                ? Fate.Dead(failure)
                : Fate.Ends(new(batch.Int32(0).Values[0], Encoding.UTF8.GetString(batch.Text(1)[0])));
        }
    }
}
