using System.Buffers.Binary;
using System.Text;
using Avro;
using Avro.Generic;
using Avro.IO;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>Framed values as other people's producers make them: written by Apache.Avro.</summary>
sealed class Events(IReadOnlyDictionary<string, int> schemaIds)
{
    public const long Day = 1_695_600_000_000_000; // 2023-09-25

    static readonly RecordSchema market = (RecordSchema)Avro.Schema.Parse(Topics.MarketData.Schema.Text);
    static readonly RecordSchema trades = (RecordSchema)Avro.Schema.Parse(Topics.Trades.Schema.Text);
    static readonly RecordSchema endOfDay = (RecordSchema)Avro.Schema.Parse(Topics.EndOfDay.Text);
    static readonly EnumSchema kinds = (EnumSchema)market["kind"].Schema;

    public int SchemaId(string subject) => schemaIds[subject];

    public byte[] Quote(long sequence, long eventTime = Day)
    {
        var record = new GenericRecord(market);
        record.Add("kind", new GenericEnum(kinds, "QUOTE"));
        record.Add("instrument", $"SYM{sequence % 50:000}");
        record.Add("event_time", DateTime.UnixEpoch.AddTicks((eventTime + sequence) * 10));
        record.Add("ingest_time", DateTime.UnixEpoch.AddTicks((eventTime + sequence + 100) * 10));
        record.Add("source", "sim");
        record.Add("sequence", sequence);
        record.Add("venue", "XNAS");
        record.Add("bid", new AvroDecimal(100_000_000 + sequence, 6));
        record.Add("bid_size", new AvroDecimal(1_000_000, 4));
        record.Add("ask", new AvroDecimal(100_010_000 + sequence, 6));
        record.Add("ask_size", new AvroDecimal(2_000_000, 4));
        record.Add("condition", Condition(sequence));
        record.Add("suspicious", IsSuspicious(sequence));
        foreach (var name in new[] { "price", "size" })
            record.Add(name, null);
        return Framed("market_data_raw-value", market, record);
    }

    /// <summary>A purchase.</summary>
    /// <param name="account">Id.</param>
    /// <param name="instrument">Id; its currency is USD.</param>
    /// <param name="time">When, and a second later known.</param>
    /// <param name="sequence">Of the feed "desk".</param>
    /// <param name="quantity">Units, at one dollar.</param>
    public byte[] Trade(string account, string instrument, DateTime time, long sequence, int quantity)
    {
        var record = new GenericRecord(trades);
        record.Add("kind", new GenericEnum((EnumSchema)trades["kind"].Schema, "NEW"));
        record.Add("account", account);
        record.Add("instrument", instrument);
        record.Add("event_time", time);
        record.Add("ingest_time", time.AddSeconds(1));
        record.Add("source", "desk");
        record.Add("sequence", sequence);
        record.Add("ref_sequence", null);
        record.Add("side", new GenericEnum((EnumSchema)((UnionSchema)trades["side"].Schema).Schemas[1], "BUY"));
        record.Add("price", new AvroDecimal(1_000_000, 6));
        record.Add("quantity", new AvroDecimal(quantity * 10_000L, 4));
        record.Add("fee", new AvroDecimal(0, 6));
        record.Add("currency", "USD");
        record.Add("venue", "XNAS");
        return Framed("trades_raw-value", trades, record);
    }

    /// <summary>What a quote has in that column.</summary>
    public static string Condition(long sequence) => $"C{sequence % 7}";

    /// <inheritdoc cref="Condition"/>
    public static bool IsSuspicious(long sequence) => sequence % 3 == 0;

    public byte[] Marker(DateOnly date)
    {
        var record = new GenericRecord(endOfDay);
        record.Add("trade_date", date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc));
        record.Add("source", "sim");
        return Framed(Topics.EndOfDay.Subject, endOfDay, record);
    }

    public static byte[] Key(long sequence) => Encoding.UTF8.GetBytes($"SYM{sequence % 50:000}");

    byte[] Framed(string subject, RecordSchema schema, GenericRecord record)
    {
        using var memory = new MemoryStream();
        memory.Write(new byte[5]);
        new GenericDatumWriter<GenericRecord>(schema).Write(record, new BinaryEncoder(memory));
        var bytes = memory.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), schemaIds[subject]);
        return bytes;
    }
}
