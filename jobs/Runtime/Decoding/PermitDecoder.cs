using System.Text;
using Dart.Lake.Jobs.Runtime.Decoding.Protobuf;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;
using Dart.Lake.Schemas.Permit;
using Google.Protobuf;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>PERMIT events through the generated classes into rows of bronze.permit; they are a hundredth of the volume.</summary>
internal sealed class PermitDecoder : RowDecoder
{
    const int LongestDecimal = 64;
    const int MostIndexes = 100;

    static readonly DecodeFailure
        indexEnds = new(DeadLetterReason.Truncated, "the value ends before the message index"),
        notPermit = new(DeadLetterReason.WrongSchema, "the message index is not that of PermitEvent");

    readonly ColumnBatch batch;
    readonly int[] eventColumns;
    readonly Dictionary<string, int> index = new(StringComparer.Ordinal);
    readonly object?[] row;
    readonly AdditionalColumns additional;
    readonly ProtoLevel level;
    readonly IReadOnlyList<int> messageIndex;

    /// <param name="batch">Where rows go.</param>
    /// <param name="writer">The writer's schema.</param>
    /// <exception cref="LakeException">Invalid: the schema cannot be read into the contract.</exception>
    public PermitDecoder(ColumnBatch batch, ProtoSchema writer)
    {
        this.batch = batch;
        eventColumns = [.. Enumerable.Range(0, batch.ColumnCount).Where(i => !TableContract.IsCoordinate(batch[i].Definition.Name))];
        foreach (var i in eventColumns)
            index.Add(batch[i].Definition.Name, i);
        row = new object?[batch.ColumnCount];
        messageIndex = writer.IndexOf(PermitEvent.Descriptor.Name)
            ?? throw LakeException.Invalid($"the schema has no message {PermitEvent.Descriptor.Name}");
        additional = new(batch);
        level = new(PermitEvent.Descriptor, writer.Message(messageIndex), writer, "", batch, additional);
    }

    /// <summary>Columns that the batch lacks; their values are read and forgotten.</summary>
    public IReadOnlyList<ContractColumn> Additional => additional.Missing;

    public override DecodeFailure? Decode(ReadOnlySpan<byte> payload)
    {
        return ReadIndex(ref payload) ?? DecodeEvent(payload);
    }

    DecodeFailure? DecodeEvent(ReadOnlySpan<byte> payload)
    {
        PermitEvent message;
        try
        {
            message = PermitEvent.Parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException e)
        {
            // the library explains at length what it might be
            return e.Message.Contains("ended unexpectedly", StringComparison.Ordinal)
                ? new(DeadLetterReason.Truncated, "it ends in the middle of a field")
                : new(DeadLetterReason.Malformed, $"not Protobuf: {e.Message.Split(". ")[0].TrimEnd('.')}");
        }
        Array.Clear(row);
        if ((Fill(message) ?? level.Take(payload, row)) is { } wrong)
            return new(DeadLetterReason.Malformed, wrong);
        foreach (var i in eventColumns)
            batch[i].AppendBoxed(row[i]);
        return null;
    }

    public override Glimpse Look(ReadOnlySpan<byte> payload)
    {
        if (ReadIndex(ref payload) is { } noEvent)
            return Glimpse.None(noEvent.Detail, payload);
        var glimpse = ProtoGlimpse.Of(payload, PermitEvent.Descriptor);
        return glimpse.Failure is null ? glimpse with { Failure = DecodeEvent(payload)?.Detail } : glimpse;
    }

    /// <summary>
    /// The message index of the Confluent frame, as zigzag numbers: how many, and each from outside in; a 0 alone is short for one that
    /// is 0.
    /// </summary>
    DecodeFailure? ReadIndex(ref ReadOnlySpan<byte> payload)
    {
        var reader = new AvroReader(payload);
        if (!reader.TryLong(out var count) || count is < 0 or > MostIndexes)
            return reader.AtEnd || payload.IsEmpty ? indexEnds : notPermit;
        var found = count == 0 ? messageIndex is [0] : count == messageIndex.Count;
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryLong(out var at))
                return reader.AtEnd ? indexEnds : notPermit;
            found = found && at == messageIndex[i];
        }
        payload = payload[reader.Position..];
        return found ? null : notPermit;
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
