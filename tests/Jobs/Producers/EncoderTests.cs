using Avro.Generic;
using CsCheck;
using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Producers;

public sealed class EncoderTests
{
    static readonly Gen<long> AnyDecimal = Gen.OneOf(Gen.Long[-999_999_999_999_999_999, 999_999_999_999_999_999], Gen.Long[-300, 300]);
    static readonly Gen<long> AnyTime = Gen.Long[0, 4_000_000_000_000_000];
    static readonly Gen<EncodedText> AnyText = Gen.String[Gen.OneOf('a', 'Z', 'ß', '漢'), 0, 200].Select(text => new EncodedText(text));

    [Fact]
    public void Market_data_are_read_by_Apache_Avro() =>
        Gen.Select(
            Gen.Enum<MarketDataKind>(),
            AnyText,
            AnyTime,
            Gen.Long,
            AnyDecimal.Nullable(),
            AnyDecimal.Nullable(),
            AnyText.Null(),
            Gen.Bool.Nullable())
            .Sample((kind, text, time, sequence, first, second, condition, suspicious) =>
            {
                var record = Read(Topics.MarketData, writer => writer.Write(new MarketDataEvent(
                    kind, text, time, time + 7, text, sequence, condition)
                {
                    Bid = first,
                    AskSize = second,
                    Price = second,
                    Condition = condition,
                    Suspicious = suspicious,
                }));
                Assert.Equal(kind.ToString().ToUpperInvariant(), AvroDecoded.Text(record, "kind"));
                Assert.Equal(text.Text, AvroDecoded.Text(record, "instrument"));
                Assert.Equal(time, AvroDecoded.Micros(record, "event_time"));
                Assert.Equal(time + 7, AvroDecoded.Micros(record, "ingest_time"));
                Assert.Equal(sequence, record["sequence"]);
                Assert.Equal(first / 1_000_000m, AvroDecoded.Decimal(record, "bid"));
                Assert.Null(record["bid_size"]);
                Assert.Null(record["ask"]);
                Assert.Equal(second / 10_000m, AvroDecoded.Decimal(record, "ask_size"));
                Assert.Equal(second / 1_000_000m, AvroDecoded.Decimal(record, "price"));
                Assert.Equal(condition?.Text, AvroDecoded.Text(record, "condition"));
                Assert.Equal(condition?.Text, AvroDecoded.Text(record, "venue"));
                Assert.Equal(suspicious, record["suspicious"]);
            }, iter: 500);

    [Fact]
    public void Trades_are_read_by_Apache_Avro() =>
        Gen.Select(Gen.Enum<TradeKind>(), AnyText, AnyTime, Gen.Long.Nullable(), Gen.Enum<Side>().Nullable(), AnyDecimal.Nullable())
            .Sample((kind, text, time, reference, side, number) =>
            {
                var record = Read(Topics.Trades, writer => writer.Write(new TradeEvent(kind, text, text, time, time, text, -1, text, text)
                {
                    RefSequence = reference,
                    Side = side,
                    Price = number,
                    Quantity = number,
                    Fee = number,
                }));
                Assert.Equal(kind.ToString().ToUpperInvariant(), AvroDecoded.Text(record, "kind"));
                Assert.Equal(reference, record["ref_sequence"]);
                Assert.Equal(side?.ToString().ToUpperInvariant(), AvroDecoded.Text(record, "side"));
                Assert.Equal(number / 1_000_000m, AvroDecoded.Decimal(record, "price"));
                Assert.Equal(number / 10_000m, AvroDecoded.Decimal(record, "quantity"));
                Assert.Equal(number / 1_000_000m, AvroDecoded.Decimal(record, "fee"));
                Assert.Equal(text.Text, AvroDecoded.Text(record, "venue"));
            }, iter: 500);

    [Fact]
    public void Every_field_of_a_reference_is_read_by_Apache_Avro()
    {
        var record = Read(Topics.Reference, writer => writer.Write(new ReferenceEvent(ReferenceKind.CorporateAction, "ÄX", 1, 2, new("s"), 3, 4)
        {
            ValidTo = 5,
            Name = "name",
            InstrumentKind = InstrumentKind.Fx,
            Currency = "USD",
            ToCurrency = "EUR",
            Venue = "XNYS",
            Underlying = "U",
            Strike = -1,
            Expiry = 6,
            OptionRight = OptionRight.Put,
            Exercise = ExerciseStyle.American,
            Multiplier = 1_000_000,
            Desk = "D",
            MarginLimit = 12_345,
            Action = ActionKind.Dividend,
            Numerator = 7,
            Denominator = 8,
            AsOf = 9,
            Value = 128,
        }));
        var read = ((Avro.RecordSchema)record.Schema).Fields.Select(field => $"{field.Name}={Shown(record, field.Name)}");
        Assert.Equal("""
            kind=CORPORATE_ACTION id=ÄX event_time=1 ingest_time=2 source=s sequence=3 valid_from=4 valid_to=5 name=name instrument_kind=FX currency=USD to_currency=EUR venue=XNYS underlying=U
            strike=-0.000001 expiry=1970-01-07 option_right=PUT exercise=AMERICAN multiplier=100 desk=D margin_limit=123.45 action=DIVIDEND numerator=7 denominator=8 as_of=1970-01-10 value=0.000128
            """.ReplaceLineEndings(" "), string.Join(' ', read));
    }

    [Fact]
    public void The_marker_is_read_by_Apache_Avro()
    {
        var writer = new AvroWriter(16);
        writer.Frame(7);
        writer.WriteEndOfDay(new DateOnly(2026, 11, 24), new EncodedText("sim"));
        Assert.Equal([0, 0, 0, 0, 7], writer.Written[..5].ToArray());
        var record = AvroDecoded.EndOfDay(writer.Written);
        Assert.Equal(new DateTime(2026, 11, 24), record["trade_date"]);
        Assert.Equal("sim", record["source"]);
    }

    static string? Shown(GenericRecord record, string field) => record[field] switch
    {
        DateTime time when time.TimeOfDay == TimeSpan.Zero => $"{time:yyyy-MM-dd}",
        DateTime => $"{AvroDecoded.Micros(record, field)}",
        Avro.AvroDecimal value => $"{Avro.AvroDecimal.ToDecimal(value)}",
        _ => AvroDecoded.Text(record, field),
    };

    static GenericRecord Read(Topic topic, Action<AvroWriter> write)
    {
        var writer = new AvroWriter(1);
        writer.Frame(1);
        write(writer);
        return AvroDecoded.Read(topic, writer.Written);
    }
}
