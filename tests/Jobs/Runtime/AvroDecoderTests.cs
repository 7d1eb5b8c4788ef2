using System.Numerics;
using System.Text;
using Avro;
using Avro.Generic;
using Avro.IO;
using CsCheck;
using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Runtime;

/// <summary>Payloads are written by Apache.Avro, and what it wrote is what the columns must hold.</summary>
public sealed class AvroDecoderTests
{
    static readonly Topic[] topics = [.. Topics.All.Where(t => !t.Schema.IsProtobuf)];

    [Fact]
    public void Any_record_of_any_topic_arrives_as_Apache_Avro_wrote_it()
    {
        foreach (var topic in topics)
        {
            var schema = (RecordSchema)Avro.Schema.Parse(topic.Schema.Text);
            var batch = new ColumnBatch(topic.Contract);
            var decoder = AvroDecoder.Compile(AvroSchemaReader.Parse(topic.Schema.Text), batch);
            Gen.Int.Sample(seed =>
            {
                var record = Record(schema, seed);
                batch.Reset();
                Assert.Null(decoder.Decode(Bytes(schema, record)));
                foreach (var field in schema.Fields)
                    Assert.Equal(Plain(record[field.Name]), Value(batch[batch.Contract.IndexOf(field.Name)], 0));
            }, iter: 300, threads: 1);
        }
    }

    [Fact]
    public void A_payload_cut_anywhere_is_truncated_and_one_with_more_bytes_malformed()
    {
        var (schema, batch, decoder, record) = Quote();
        var whole = Bytes(schema, record);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Equal(DeadLetterReason.Truncated, decoder.Decode(whole.AsSpan(0, length))!.Reason);
            batch.Rollback();
        }
        Assert.Equal(DeadLetterReason.Malformed, decoder.Decode([.. whole, 0])!.Reason);
        batch.Rollback();
        Assert.Null(decoder.Decode(whole));
        for (var i = 0; i < batch.ColumnCount; i++)
            Assert.Equal(TableContract.IsCoordinate(batch[i].Definition.Name) ? 0 : 1, batch[i].Count);
    }

    [Fact]
    public void Random_bytes_never_break_the_batch()
    {
        var (schema, batch, decoder, record) = Quote();
        var whole = Bytes(schema, record);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length - 1], Gen.Byte).Sample((i, x, j, y) =>
        {
            var bytes = whole.ToArray();
            bytes[i] = x;
            bytes[j] = y;
            var failure = decoder.Decode(bytes);
            Assert.True(failure is null or { Reason: DeadLetterReason.Malformed or DeadLetterReason.Truncated });
            batch.Rollback();
            Assert.All(Enumerable.Range(0, batch.ColumnCount), c => Assert.Equal(0, batch[c].Count));
        }, iter: 20_000, threads: 1);
    }

    [Theory]
    [InlineData("999999999999.999999", true)]
    [InlineData("1000000000000.000000", false)]
    [InlineData("-1000000000000.000000", false)]
    public void A_decimal_beyond_the_contract_is_malformed(string price, bool fits)
    {
        var (schema, _, decoder, record) = Quote();
        record.Add("bid", Decimal(decimal.Parse(price), 6));
        Assert.Equal(fits, decoder.Decode(Bytes(schema, record)) is null);
    }

    [Fact]
    public void Milliseconds_a_smaller_scale_and_null_as_the_second_branch_are_resolved()
    {
        const string text = """
            {"type":"record","name":"MarketData","namespace":"dartlake.v1","fields":[
              {"name":"kind","type":"string"},{"name":"instrument","type":"string"},
              {"name":"event_time","type":{"type":"long","logicalType":"timestamp-millis"}},
              {"name":"ingest_time","type":{"type":"long","logicalType":"timestamp-micros"}},
              {"name":"source","type":"string"},{"name":"sequence","type":"int"},
              {"name":"bid","type":[{"type":"bytes","logicalType":"decimal","precision":9,"scale":2},"null"]},
              {"name":"ask","type":[{"type":"fixed","name":"F","size":12,"logicalType":"decimal","precision":18,"scale":6},"null"]}]}
            """;
        var batch = new ColumnBatch(TableContracts.Get("bronze.market_data"));
        var decoder = AvroDecoder.Compile(AvroSchemaReader.Parse(text), batch);
        byte[] payload = [2, (byte)'Q', 2, (byte)'I', 20, 30, 2, (byte)'S', 8, 0, 4, 0xFF, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0];
        Assert.Null(decoder.Decode(payload));
        Assert.Equal(10_000L, Value(batch[batch.Contract.IndexOf("event_time")], 0));
        Assert.Equal(-2_000_000L, Value(batch[batch.Contract.IndexOf("bid")], 0));
        Assert.Equal(256L, Value(batch[batch.Contract.IndexOf("ask")], 0));
        Assert.Null(Value(batch[batch.Contract.IndexOf("price")], 0));
    }

    [Theory]
    [InlineData("""{"type":"record","name":"X","fields":[{"name":"kind","type":"long"}]}""")]
    [InlineData("""{"type":"record","name":"X","fields":[{"name":"no_such_column","type":"long"}]}""")]
    [InlineData("""{"type":"record","name":"X","fields":[{"name":"kind","type":"string"}]}""")]
    [InlineData("""{"type":"record","name":"X","fields":[{"name":"kind","type":{"type":"array","items":"string"}}]}""")]
    [InlineData("""{"type":"record","name":"X","fields":[{"name":"kind","type":["null","string","long"]}]}""")]
    [InlineData("""{"type":"record","name":"X"}""")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    [InlineData("no json")]
    public void A_schema_that_does_not_fit_is_refused(string text)
    {
        var batch = new ColumnBatch(TableContracts.Get("bronze.market_data"));
        Assert.Equal(
            LakeErrorKind.Invalid, Assert.Throws<LakeException>(() => AvroDecoder.Compile(AvroSchemaReader.Parse(text), batch)).Kind);
    }

    static (RecordSchema, ColumnBatch, AvroDecoder, GenericRecord) Quote()
    {
        var text = Topics.MarketData.Schema.Text;
        var schema = (RecordSchema)Avro.Schema.Parse(text);
        var batch = new ColumnBatch(TableContracts.Get("bronze.market_data"));
        var record = Enumerable.Range(0, 1000).Select(seed => Record(schema, seed)).First(r => r["bid"] is not null && r["venue"] is not null);
        return (schema, batch, AvroDecoder.Compile(AvroSchemaReader.Parse(text), batch), record);
    }

    internal static GenericRecord Record(RecordSchema schema, int seed)
    {
        var random = new Random(seed);
        var record = new GenericRecord(schema);
        foreach (var field in schema.Fields)
            record.Add(field.Name, Random(random, field.Schema));
        return record;
    }

    static object? Random(Random random, Avro.Schema schema) => schema switch
    {
        UnionSchema union => random.Next(3) == 0 ? null : Random(random, union.Schemas.Single(s => s.Tag != Avro.Schema.Type.Null)),
        EnumSchema symbols => new GenericEnum(symbols, symbols.Symbols[random.Next(symbols.Count)]),
        LogicalSchema { LogicalTypeName: "decimal" } d => new AvroDecimal(Unscaled(random), d.GetProperty("scale") is { } s ? int.Parse(s) : 0),
        LogicalSchema { LogicalTypeName: "date" } => DateTime.UnixEpoch.AddDays(random.Next(40_000)),
        LogicalSchema { LogicalTypeName: "timestamp-micros" } => DateTime.UnixEpoch.AddTicks(random.NextInt64(4_000_000_000_000_000) * 10),
        _ => schema.Tag switch
        {
            Avro.Schema.Type.String => string.Concat(Enumerable
                .Range(0, random.Next(20))
                .Select(_ => random.Next(5) == 0 ? "é𝄞" : ((char)random.Next(32, 127)).ToString())),
            Avro.Schema.Type.Long => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
            Avro.Schema.Type.Boolean => random.Next(2) == 0,
            _ => throw new InvalidOperationException(schema.ToString()),
        },
    };

    static BigInteger Unscaled(Random random) => random.NextInt64(-999_999_999_999_999_999, 1_000_000_000_000_000_000) >> random.Next(60);

    static AvroDecimal Decimal(decimal value, int scale) => new(new BigInteger(value * (decimal)Math.Pow(10, scale)), scale);

    internal static byte[] Bytes(RecordSchema schema, GenericRecord record)
    {
        using var memory = new MemoryStream();
        new GenericDatumWriter<GenericRecord>(schema).Write(record, new BinaryEncoder(memory));
        return memory.ToArray();
    }

    static object? Plain(object? value) => value switch
    {
        GenericEnum symbol => symbol.Value,
        AvroDecimal number => (long)number.UnscaledValue,
        DateTime date => (date - DateTime.UnixEpoch).Ticks / 10,
        _ => value,
    };

    static object? Value(Column column, int row) => column.IsNull(row) ? null : column switch
    {
        TextColumn text => Encoding.UTF8.GetString(text[row]),
        Int64Column whole => whole.Values[row],
        Int32Column { Definition.Type.Kind: ColumnKind.Date } days => days.Values[row] * 86_400_000_000L,
        Int32Column small => small.Values[row],
        BooleanColumn flag => flag[row],
        _ => throw new InvalidOperationException(column.Definition.Name),
    };
}
