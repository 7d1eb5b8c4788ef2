using System.Buffers.Binary;
using System.Text;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Schemas;

namespace Dart.Lake.Bench;

/// <summary>
/// The quotes that are read: the schema of market_data_raw, all of a quote's eleven fields set, about 100 bytes with the frame.
/// </summary>
static class Quotes
{
    public static readonly TopicDefinition Topic = new(Topics.MarketData.Name, 8);
    public static KafkaSettings Kafka(string brokers) => new()
    {
        Brokers = brokers,
        Timeout = TimeSpan.FromSeconds(30),
        Patience = TimeSpan.FromMinutes(1),
    };
    public static FileSchemaRegistry Registry(string folder) => new(Path.Combine(folder, "registry"), TimeProvider.System);

    public static async Task<int> FillAsync(string brokers, string folder, int count)
    {
        var schemas = await SchemaSubjects.RegisterAsync(Registry(folder), CancellationToken.None);
        using (var admin = new KafkaAdmin(Kafka(brokers)))
            await admin.EnsureAsync([Topic], CancellationToken.None);
        var random = new Random(1);
        var buffer = new byte[256];
        var bytes = 0L;
        using var producer = new BatchProducer(Kafka(brokers), "bench", [Topic]);
        for (var i = 0; i < count; i++)
        {
            var instrument = Encoding.UTF8.GetBytes($"SYM{i % 100:000}.XNAS.EQUITY");
            var length = Write(buffer, schemas[Topics.MarketData.Schema.Subject], instrument, i, random);
            bytes += length;
            producer.Send(Topic.Name, instrument, buffer.AsSpan(0, length), CancellationToken.None);
        }
        producer.Flush(CancellationToken.None);
        Console.WriteLine($$"""{"messages": {{count}}, "bytes_per_message": {{(double)bytes / count:0.0}}}""");
        return 0;
    }

    static int Write(Span<byte> buffer, int schemaId, ReadOnlySpan<byte> instrument, int i, Random random)
    {
        buffer[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(buffer[1..], schemaId);
        var at = 5;
        var price = 100_000_000L + random.Next(50_000_000);
        Number(buffer, ref at, 0);
        Bytes(buffer, ref at, instrument);
        Number(buffer, ref at, 1_700_000_000_000_000 + i * 100L);
        Number(buffer, ref at, 1_700_000_000_000_100 + i * 100L);
        Bytes(buffer, ref at, "sim-feed-primary"u8);
        Number(buffer, ref at, i);
        Number(buffer, ref at, 1);
        Bytes(buffer, ref at, "XNAS"u8);
        Decimal(buffer, ref at, price);
        Decimal(buffer, ref at, (1 + random.Next(900)) * 10_000L);
        Decimal(buffer, ref at, price + 10_000);
        Decimal(buffer, ref at, (1 + random.Next(900)) * 10_000L);
        for (var absent = 0; absent < 4; absent++)
            Number(buffer, ref at, 0);
        return at;
    }

    static void Number(Span<byte> buffer, ref int at, long value)
    {
        var raw = (ulong)((value << 1) ^ (value >> 63));
        for (; raw >= 0x80; raw >>= 7)
            buffer[at++] = (byte)(raw | 0x80);
        buffer[at++] = (byte)raw;
    }

    static void Bytes(Span<byte> buffer, ref int at, ReadOnlySpan<byte> value)
    {
        Number(buffer, ref at, value.Length);
        value.CopyTo(buffer[at..]);
        at += value.Length;
    }

    static void Decimal(Span<byte> buffer, ref int at, long unscaled)
    {
        Number(buffer, ref at, 1);
        Number(buffer, ref at, 5);
        for (var shift = 32; shift >= 0; shift -= 8)
            buffer[at++] = (byte)(unscaled >> shift);
    }
}
