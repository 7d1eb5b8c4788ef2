namespace Dart.Lake.Jobs.Producers.Encoding;

/// <summary>
/// Writes an event's fields in the order of its schema in schemas/avro; the tests read them back with Apache.Avro by those files.
/// </summary>
static class EventEncoder
{
    public static void Write(this AvroWriter writer, in MarketDataEvent data)
    {
        writer.Long((long)data.Kind);
        writer.Text(data.Instrument);
        writer.Long(data.EventTime);
        writer.Long(data.IngestTime);
        writer.Text(data.Source);
        writer.Long(data.Sequence);
        writer.OptionalText(data.Venue);
        writer.OptionalDecimal(data.Bid);
        writer.OptionalDecimal(data.BidSize);
        writer.OptionalDecimal(data.Ask);
        writer.OptionalDecimal(data.AskSize);
        writer.OptionalDecimal(data.Price);
        writer.OptionalDecimal(data.Size);
        writer.OptionalText(data.Condition);
        writer.OptionalBoolean(data.Suspicious);
    }

    public static void Write(this AvroWriter writer, in TradeEvent trade)
    {
        writer.Long((long)trade.Kind);
        writer.Text(trade.Account);
        writer.Text(trade.Instrument);
        writer.Long(trade.EventTime);
        writer.Long(trade.IngestTime);
        writer.Text(trade.Source);
        writer.Long(trade.Sequence);
        writer.OptionalLong(trade.RefSequence);
        writer.OptionalLong((long?)trade.Side);
        writer.OptionalDecimal(trade.Price);
        writer.OptionalDecimal(trade.Quantity);
        writer.OptionalDecimal(trade.Fee);
        writer.Text(trade.Currency);
        writer.Text(trade.Venue);
    }

    public static void Write(this AvroWriter writer, ReferenceEvent reference)
    {
        writer.Long((long)reference.Kind);
        Text(writer, reference.Id);
        writer.Long(reference.EventTime);
        writer.Long(reference.IngestTime);
        writer.Text(reference.Source);
        writer.Long(reference.Sequence);
        writer.Long(reference.ValidFrom);
        writer.OptionalLong(reference.ValidTo);
        OptionalText(writer, reference.Name);
        writer.OptionalLong((long?)reference.InstrumentKind);
        OptionalText(writer, reference.Currency);
        OptionalText(writer, reference.ToCurrency);
        OptionalText(writer, reference.Venue);
        OptionalText(writer, reference.Underlying);
        writer.OptionalDecimal(reference.Strike);
        writer.OptionalLong(reference.Expiry);
        writer.OptionalLong((long?)reference.OptionRight);
        writer.OptionalLong((long?)reference.Exercise);
        writer.OptionalDecimal(reference.Multiplier);
        OptionalText(writer, reference.Desk);
        writer.OptionalDecimal(reference.MarginLimit);
        writer.OptionalLong((long?)reference.Action);
        writer.OptionalLong(reference.Numerator);
        writer.OptionalLong(reference.Denominator);
        writer.OptionalLong(reference.AsOf);
        writer.OptionalDecimal(reference.Value);
    }

    /// <summary>schemas/avro/end_of_day.avsc.</summary>
    public static void WriteEndOfDay(this AvroWriter writer, DateOnly tradeDate, EncodedText source)
    {
        writer.Long(tradeDate.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
        writer.Text(source);
    }

    static void OptionalText(AvroWriter writer, string? value)
    {
        writer.OptionalLong(value is null ? null : System.Text.Encoding.UTF8.GetByteCount(value));
        if (value is not null)
            Bytes(writer, value);
    }

    static void Text(AvroWriter writer, string value)
    {
        writer.Long(System.Text.Encoding.UTF8.GetByteCount(value));
        Bytes(writer, value);
    }

    static void Bytes(AvroWriter writer, string value) =>
        System.Text.Encoding.UTF8.GetBytes(value, writer.Take(System.Text.Encoding.UTF8.GetByteCount(value)));
}
