using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Decoding.Protobuf;
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

    [Theory]
    [InlineData("00", true)]
    [InlineData("0200", true)]
    [InlineData("0202", false)]
    [InlineData("04" + "0000", false)]
    public void The_message_index_has_a_short_and_a_long_form(string index, bool isPermit)
    {
        var batch = new ColumnBatch(TableContracts.Get("bronze.permit"));
        var decoder = new PermitDecoder(batch, ProtoSchemaReader.Parse(Topics.Permit.Schema.Text));
        var failure = decoder.Decode([.. Convert.FromHexString(index), .. Event().ToByteArray()]);
        Assert.Equal(isPermit ? null : DeadLetterReason.WrongSchema, failure?.Reason);
    }

    [Fact]
    public void A_message_that_stands_behind_another_has_another_index()
    {
        var text = Topics.Permit.Schema.Text.Replace("message PermitEvent {", "message Other { reserved 4, 9 to 11; }\nmessage PermitEvent {", StringComparison.Ordinal);
        var decoder = new PermitDecoder(new(TableContracts.Get("bronze.permit")), ProtoSchemaReader.Parse(text));
        Assert.Null(decoder.Decode([2, 2, .. Event().ToByteArray()]));
        Assert.Equal(DeadLetterReason.WrongSchema, decoder.Decode([0, .. Event().ToByteArray()])!.Reason);
    }

    [Fact]
    public void Fields_of_a_newer_schema_have_columns_whatever_their_type_and_depth_and_a_field_of_nobody_is_named()
    {
        const string more = """
            string desk = 16 [json_name = "x"]; // a comment; with = signs
            sint32 level = 17; uint64 big = 18; double rate = 19; bool hedge = 20;
            repeated string tags = 21; map<string, int64> sizes = 22; Colour colour = 23; Inner inner = 24;
            enum Colour { option allow_alias = true; RED = 0; BLUE = 5; }
            message Inner { int32 a = 1; }
            """;
        var text = Topics.Permit.Schema.Text
            .Replace("int64 sequence = 5;", "int64 sequence = 5;" + more, StringComparison.Ordinal)
            .Replace("string currency = 5;\n}", "string currency = 5; optional string book = 9; }", StringComparison.Ordinal);
        var schema = ProtoSchemaReader.Parse(text);
        var own = TableContracts.Get("bronze.permit");
        var added = new PermitDecoder(new(own), schema).Additional;
        Assert.Equal(
            ["desk string", "level int", "big decimal(20, 0)", "rate double", "hedge boolean", "tags binary", "sizes binary", "colour string", "inner binary", "position_book string"],
            added.Select(c => $"{c.Name} {c.Type}").Where(c => !c.StartsWith("trade_", StringComparison.Ordinal)));
        var grown = new ColumnBatch(own with { Columns = [.. own.Columns, .. added.Select((c, i) => c with { Id = 1000 + i })] });
        var decoder = new PermitDecoder(grown, schema);
        Assert.Empty(decoder.Additional);
        byte[] extras = [0x82, 1, 2, (byte)'D', (byte)'7', 0x88, 1, 13, 0xAA, 1, 1, (byte)'a', 0xAA, 1, 1, (byte)'b', 0xB8, 1, 5];
        Assert.Null(decoder.Decode([0, .. Event().ToByteArray(), .. extras]));
        Assert.Equal("D7"u8, grown.Text(grown.Contract.IndexOf("desk"))[0]);
        Assert.Equal(-7, grown.Int32(grown.Contract.IndexOf("level")).Values[0]);
        Assert.Equal("BLUE"u8, grown.Text(grown.Contract.IndexOf("colour"))[0]);
        Assert.Equal<byte>([0xAA, 1, 1, (byte)'a', 0xAA, 1, 1, (byte)'b'], grown.Binary(grown.Contract.IndexOf("tags"))[0]);
        Assert.True(grown[grown.Contract.IndexOf("big")].IsNull(0));
        Assert.Contains("a field 99", decoder.Decode([0, .. Event().ToByteArray(), 0x98, 6, 1])!.Detail, StringComparison.Ordinal);
    }

    /// <summary>Protocol Buffers language specification, "Packages and Name Resolution": from the innermost scope outwards.</summary>
    [Theory]
    [InlineData("State", "INNER")]
    [InlineData("Deep.State", "DEEP")]
    [InlineData("Event.State", "INNER")]
    [InlineData("Other.State", "OTHER")]
    [InlineData(".house.v1.State", "OUTER")]
    [InlineData("v1.State", "OUTER")]
    [InlineData("house.v1.Other.State", "OTHER")]
    [InlineData(".house.v1.Event.Deep.State", "DEEP")]
    [InlineData("Far", "FAR")]
    [InlineData(".State", null)]
    [InlineData("Deep.Far", null)] // the first part is found within the event, and the rest is not there
    public void A_type_is_the_one_that_is_seen_from_where_its_name_stands(string name, string? symbol)
    {
        var schema = ProtoSchemaReader.Parse("""
            syntax = "proto3"; package house.v1; option java_package = "package x;";
            message Other { enum State { OTHER = 0; } }
            message Event { message Deep { enum State { DEEP = 0; } } enum State { reserved 7; INNER = 0; } State state = 1; }
            enum State { OUTER = 0; }
            enum Far { FAR = 0; }
            """);
        Assert.Equal(symbol, schema.Enum(schema.Message([1]), name)?.Symbols[0]);
        Assert.Equal("house.v1.Event.Deep", schema.Message(schema.Message([1]), "Deep")!.FullName);
    }

    [Fact]
    public void A_name_with_a_control_character_is_refused_without_showing_it()
    {
        var e = Assert.Throws<LakeException>(() => ProtoSchemaReader.Parse("message M { string \u001b = 1; }"));
        Assert.Equal("not a .proto file: a field cannot have the name '\\u001b'", e.Message);
    }

    [Fact]
    public void A_field_whose_number_means_something_else_to_us_is_refused_by_name()
    {
        var text = Topics.Permit.Schema.Text.Replace("int64 sequence = 5;", "string sequence = 5;", StringComparison.Ordinal);
        var e = Assert.Throws<LakeException>(() => new PermitDecoder(new(TableContracts.Get("bronze.permit")), ProtoSchemaReader.Parse(text)));
        Assert.Contains("field sequence ", e.Message, StringComparison.Ordinal);
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
