using Avro.Generic;
using Avro.IO;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Producers;

/// <summary>Reads payloads with Apache.Avro by the project's schema files: a decoder that shares nothing with the encoders.</summary>
static class AvroDecoded
{
    static readonly GenericDatumReader<GenericRecord>[] Readers =
        [.. new[] { "market_data_raw", "trades_raw", "reference_raw" }.Select(Reader)];

    public static GenericRecord EndOfDay(ReadOnlySpan<byte> value) => Read(Reader("end_of_day"), value);

    /// <summary>The record behind the frame; every byte must belong to it.</summary>
    public static GenericRecord Read(Topic topic, ReadOnlySpan<byte> value) => Read(Readers[topic.Index], value);

    public static decimal? Decimal(GenericRecord record, string field) =>
        record[field] is Avro.AvroDecimal value ? Avro.AvroDecimal.ToDecimal(value) : null;

    public static string? Text(GenericRecord record, string field) => record[field] switch
    {
        null => null,
        GenericEnum symbol => symbol.Value,
        var value => value.ToString(),
    };

    public static long Micros(GenericRecord record, string field) => ((DateTime)record[field]).Ticks / 10 - DateTime.UnixEpoch.Ticks / 10;

    static GenericRecord Read(GenericDatumReader<GenericRecord> reader, ReadOnlySpan<byte> value)
    {
        Assert.Equal(0, value[0]);
        using var stream = new MemoryStream(value[5..].ToArray());
        var record = reader.Read(null!, new BinaryDecoder(stream));
        Assert.Equal(stream.Length, stream.Position);
        return record;
    }

    static GenericDatumReader<GenericRecord> Reader(string name)
    {
        using var file = new StreamReader(typeof(LakeException).Assembly.GetManifestResourceStream($"avro/{name}.avsc")!);
        var schema = Avro.Schema.Parse(file.ReadToEnd());
        return new(schema, schema);
    }
}
