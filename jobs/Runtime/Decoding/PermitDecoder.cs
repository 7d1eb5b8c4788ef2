using System.Text;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;
using Dart.Lake.Schemas.Permit;
using Google.Protobuf;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>PERMIT events through the generated classes into rows of bronze.permit; they are a hundredth of the volume.</summary>
internal sealed class PermitDecoder : RowDecoder
{
    const int LongestDecimal = 64;

    readonly ColumnBatch batch;
    readonly int eventColumns;
    readonly Dictionary<string, int> index = new(StringComparer.Ordinal);
    readonly object?[] row;

    public PermitDecoder(ColumnBatch batch)
    {
        this.batch = batch;
        while (eventColumns < batch.ColumnCount && !TableContract.IsCoordinate(batch[eventColumns].Definition.Name))
            index.Add(batch[eventColumns].Definition.Name, eventColumns++);
        row = new object?[eventColumns];
    }

    public override DecodeFailure? Decode(ReadOnlySpan<byte> payload)
    {
        // The message index of the Confluent frame: 0 is short for "the first message".
        if (payload.IsEmpty)
            return new(DeadLetterReason.Truncated, "the value ends before the message index");
        if (payload[0] != 0)
            return new(DeadLetterReason.WrongSchema, "the message index is not that of PermitEvent");
        PermitEvent message;
        try
        {
            message = PermitEvent.Parser.ParseFrom(payload[1..]);
        }
        catch (InvalidProtocolBufferException e)
        {
            return new(e.Message.Contains("ended unexpectedly", StringComparison.Ordinal) ? DeadLetterReason.Truncated : DeadLetterReason.Malformed, e.Message);
        }
        Array.Clear(row);
        if (Fill(message) is { } wrong)
            return new(DeadLetterReason.Malformed, wrong);
        for (var i = 0; i < eventColumns; i++)
            batch[i].AppendBoxed(row[i]);
        return null;
    }

    string? Fill(PermitEvent e)
    {
        if (e.Account.Length == 0 || e.Source.Length == 0)
            return "account or source is empty";
        Set("account", e.Account);
        Set("event_time", e.EventTimeMicros);
        Set("ingest_time", e.IngestTimeMicros);
        Set("source", e.Source);
        Set("sequence", e.Sequence);
        return e.BodyCase switch
        {
            PermitEvent.BodyOneofCase.Position => Position(e.Position),
            PermitEvent.BodyOneofCase.Exposure => Measure(PermitKind.Exposure, e.Exposure.Measure, e.Exposure.Amount, e.Exposure.Currency),
            PermitEvent.BodyOneofCase.Risk => Measure(PermitKind.Risk, e.Risk.Measure, e.Risk.Amount, e.Risk.Currency),
            PermitEvent.BodyOneofCase.Margin => Margin(e.Margin),
            PermitEvent.BodyOneofCase.Interaction => Interaction(e.Interaction),
            PermitEvent.BodyOneofCase.Trade => Trade(e.Trade),
            _ => "the event has no body",
        };
    }

    string? Position(PositionStatement p)
    {
        Set("kind", PermitKind.Position.Word());
        Set("instrument", p.Instrument);
        Set("currency", p.Currency);
        return Number("quantity", p.Quantity) ?? Number("price", p.AveragePrice) ?? Number("amount", p.MarketValue);
    }

    string? Measure(PermitKind kind, string measure, Schemas.Permit.Decimal amount, string currency)
    {
        Set("kind", kind.Word());
        Set("measure", measure);
        Set("currency", currency);
        return Number("amount", amount);
    }

    string? Margin(MarginCall m)
    {
        Set("kind", PermitKind.Margin.Word());
        Set("currency", m.Currency);
        return Number("amount", m.Required) ?? Number("available", m.Available);
    }

    string? Interaction(Interaction i)
    {
        Set("kind", PermitKind.Interaction.Word());
        Set("channel", i.Channel);
        Set("counterparty", i.Counterparty);
        Set("note", i.Note);
        return null;
    }

    string? Trade(TradeReport t)
    {
        Set("kind", PermitKind.Trade.Word());
        Set("instrument", t.Instrument);
        Set("side", t.Side);
        Set("currency", t.Currency);
        Set("trade_source", t.TradeSource);
        Set("trade_sequence", t.TradeSequence);
        return Number("quantity", t.Quantity) ?? Number("price", t.Price);
    }

    void Set(string column, object value) => row[index[column]] = value is string { Length: 0 } ? null : value;

    string? Number(string column, Schemas.Permit.Decimal? number)
    {
        if (number is null)
            return null;
        var type = batch[index[column]].Definition.Type;
        if (!TryUnscaled(number.Value, type.Precision, type.Scale, out var unscaled))
            return $"{column} is not a {type}";
        row[index[column]] = unscaled;
        return null;
    }

    /// <summary>
    /// An exact number in plain notation as the unscaled integer of a decimal;
    /// false when it has more digits than the type, other than zeros at its end.
    /// </summary>
    internal static bool TryUnscaled(string text, int precision, int scale, out Int128 unscaled)
    {
        unscaled = 0;
        if (text.Length is 0 or > LongestDecimal)
            return false;
        var negative = text[0] == '-';
        var digits = negative ? text.AsSpan(1) : text;
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? [] : digits[(point + 1)..].TrimEnd('0');
        if (whole.IsEmpty
            || (point >= 0 && point == digits.Length - 1)
            || fraction.Length > scale
            || whole.TrimStart('0').Length > precision - scale)
            return false;
        foreach (var c in whole)
            if (!TryDigit(c, ref unscaled))
                return false;
        foreach (var c in fraction)
            if (!TryDigit(c, ref unscaled))
                return false;
        for (var i = fraction.Length; i < scale; i++)
            unscaled *= 10;
        if (negative)
            unscaled = -unscaled;
        return true;
    }

    static bool TryDigit(char c, ref Int128 number)
    {
        if (!char.IsAsciiDigit(c))
            return false;
        number = number * 10 + (c - '0');
        return true;
    }
}
