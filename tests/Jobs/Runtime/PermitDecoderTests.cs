using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;
using Dart.Lake.Schemas.Permit;
using Google.Protobuf;

namespace Dart.Lake.Jobs.Tests.Runtime;

public sealed class PermitDecoderTests
{
    [Theory]
    [InlineData("-12.50", 4, "-125000")]
    [InlineData("0", 4, "0")]
    [InlineData("7.0000000", 4, "70000")]
    [InlineData("007.5", 1, "75")]
    [InlineData("1.23456", 4, null)]
    [InlineData("1e5", 4, null)]
    [InlineData("", 4, null)]
    [InlineData("-", 4, null)]
    [InlineData(".5", 4, null)]
    [InlineData("5.", 4, null)]
    [InlineData("1,5", 4, null)]
    [InlineData("100000000000000", 4, "1000000000000000000")]
    [InlineData("1000000000000000", 4, null)]
    public void A_number_is_exact_or_refused(string text, int scale, string? unscaled) =>
        Assert.Equal(unscaled, PermitDecoder.TryUnscaled(text, 19, scale, out var value) ? value.ToString() : null);

    [Fact]
    public void A_position_becomes_a_row()
    {
        var batch = new ColumnBatch(TableContracts.Get("bronze.permit"));
        var decoder = new PermitDecoder(batch, ProtoSchemaReader.Parse(Topics.Permit.Schema.Text));
        var e = Event();
        Assert.Null(decoder.Decode([0, .. e.ToByteArray()]));
        Assert.Equal("POSITION"u8, batch.Text(batch.Contract.IndexOf("kind"))[0]);
        Assert.Equal(-1_500_000, batch.Int64(batch.Contract.IndexOf("quantity")).Values[0]);
        Assert.Equal((Int128)12_3456789012, batch.Int128(batch.Contract.IndexOf("amount")).Values[0]);
        Assert.True(batch[batch.Contract.IndexOf("channel")].IsNull(0));
    }

    [Fact]
    public void What_is_no_event_says_why()
    {
        var batch = new ColumnBatch(TableContracts.Get("bronze.permit"));
        var decoder = new PermitDecoder(batch, ProtoSchemaReader.Parse(Topics.Permit.Schema.Text));
        var whole = Event().ToByteArray();
        Assert.Equal(DeadLetterReason.Truncated, decoder.Decode([0, .. whole.AsSpan(0, whole.Length - 1)])!.Reason);
        Assert.Equal(DeadLetterReason.Truncated, decoder.Decode([])!.Reason);
        Assert.Equal(DeadLetterReason.WrongSchema, decoder.Decode([2, .. whole])!.Reason);
        Assert.Equal(DeadLetterReason.Malformed, decoder.Decode([0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])!.Reason);
        var noBody = Event();
        noBody.ClearBody();
        Assert.Equal(DeadLetterReason.Malformed, decoder.Decode([0, .. noBody.ToByteArray()])!.Reason);
        var wrongNumber = Event();
        wrongNumber.Position.Quantity.Value = "many";
        Assert.Equal(DeadLetterReason.Malformed, decoder.Decode([0, .. wrongNumber.ToByteArray()])!.Reason);
        batch.Rollback();
        Assert.All(Enumerable.Range(0, batch.ColumnCount), c => Assert.Equal(0, batch[c].Count));
    }

    internal static PermitEvent Event() => new()
    {
        Account = "A1",
        Source = "permit",
        Sequence = 7,
        EventTimeMicros = 1_700_000_000_000_000,
        IngestTimeMicros = 1_700_000_000_000_001,
        Position = new()
        {
            Instrument = "X",
            Currency = "USD",
            Quantity = new() { Value = "-150" },
            AveragePrice = new() { Value = "1.5" },
            MarketValue = new() { Value = "12.3456789012" },
        },
    };
}
