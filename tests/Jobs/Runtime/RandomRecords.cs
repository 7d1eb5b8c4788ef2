using System.Buffers.Binary;
using System.Text;
using Avro;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Schemas;
using Google.Protobuf;

namespace Dart.Lake.Jobs.Tests.Runtime;

/// <summary>Seeded records of a topic, of every kind that a log can hold: each with what must become of it.</summary>
/// <param name="topic">Its events are written by Apache.Avro, PERMIT's by Google.Protobuf.</param>
/// <param name="schemaIds">Ids by subject.</param>
/// <param name="random">Makes them.</param>
sealed class RandomRecords(Topic topic, IReadOnlyDictionary<string, int> schemaIds, Random random)
{
    public const string Row = "row", Marker = "marker";

    /// <summary>An id that no registry gives.</summary>
    public const int UnknownId = 999_999;

    static readonly byte[] notUtf8 = [0x41, 0xFF];

    // 1990-01-01 and 2100-01-01.
    const long before1900 = -2_208_988_800_000_001;
    static readonly long earliest = 631_152_000_000_000, latest = 4_102_444_800_000_000;

    readonly string subject = topic.Schema.Subject;

    /// <summary>Of the topic's own schema.</summary>
    public int Id => schemaIds[subject];

    bool IsPermit => topic == Topics.Permit;

    /// <summary>A record's key and value (null: it has none).</summary>
    /// <param name="Key">UTF-8, or garbage.</param>
    /// <param name="Value">Framed, or garbage.</param>
    /// <param name="Fate"><see cref="Row"/>, <see cref="Marker"/>, or the reason of a dead letter; null: whatever the bytes say.</param>
    public readonly record struct Sample(byte[]? Key, byte[]? Value, string? Fate);

    public Sample Next()
    {
        var key = random.Next(4) == 0 ? null : Encoding.UTF8.GetBytes($"KEY{random.Next(9)}é");
        return random.Next(16) switch
        {
            0 => new(key, null, "NULL_VALUE"),
            1 => new(key, [], "NOT_FRAMED"),
            2 => new(key, Framed(Id, Event(Plausible()))[..random.Next(1, 5)], "NOT_FRAMED"),
            3 => new(key, [(byte)random.Next(1, 256), .. Framed(Id, Event(Plausible()))[1..]], "NOT_FRAMED"),
            4 => new(key, Framed(UnknownId, Event(Plausible())), "UNKNOWN_SCHEMA"),
            5 => new(key, Framed(OtherId(), Event(Plausible())), "WRONG_SCHEMA"),
            6 => new(notUtf8, Framed(EndOfDayId, [.. Date(), 6, (byte)'s', (byte)'i', (byte)'m']), Marker),
            7 => new(key, Framed(EndOfDayId, random.Next(2) == 0 ? Date() : [.. Date(), 2, 0xFF]), "MALFORMED"),
            8 => new(key, Truncated(), "TRUNCATED"),
            9 => new(notUtf8, Framed(Id, Event(Implausible())), "IMPLAUSIBLE_DAY"),
            10 => new(notUtf8, Framed(Id, Event(Plausible())), "MALFORMED"),
            11 => new(random.Next(2) == 0 ? key : notUtf8, Mangled(), null),
            13 => new(key, Framed(Id, Event(Plausible(), before1900)), "IMPLAUSIBLE_TIME"),
            14 => new(key, Framed(EndOfDayId, [.. Date(50_000_000), 6, (byte)'s', (byte)'i', (byte)'m']), "IMPLAUSIBLE_TIME"),
            12 => new([], Framed(Id, Event(earliest)), Row),
            _ => new(key, Framed(Id, Event(Plausible())), Row),
        };
    }

    int EndOfDayId => schemaIds[Topics.EndOfDay.Subject];

    long Plausible() => random.NextInt64(earliest, latest);

    long Implausible() => random.Next(2) == 0 ? earliest - 1 : latest;

    int OtherId()
    {
        var others = schemaIds.Where(s => s.Key != subject && s.Key != Topics.EndOfDay.Subject).Select(s => s.Value).Order().ToList();
        return others[random.Next(others.Count)];
    }

    byte[] Event(long time, long? known = null)
    {
        if (IsPermit)
        {
            var permit = PermitDecoderTests.Event();
            permit.EventTimeMicros = time;
            permit.IngestTimeMicros = known ?? permit.IngestTimeMicros;
            return [0, .. permit.ToByteArray()];
        }
        var schema = (RecordSchema)Schema.Parse(topic.Schema.Text);
        var record = AvroDecoderTests.Record(schema, random.Next());
        record.Add("event_time", DateTime.UnixEpoch.AddTicks(time * 10));
        if (known is { } micros)
            record.Add("ingest_time", DateTime.UnixEpoch.AddTicks(micros * 10));
        return AvroDecoderTests.Bytes(schema, record);
    }

    byte[] Truncated() => Framed(Id, Event(Plausible()))[..^1];

    byte[] Mangled()
    {
        var value = Framed(Id, Event(Plausible()));
        value[random.Next(5, value.Length)] = (byte)random.Next(256);
        return random.Next(3) == 0 ? [.. value, 0] : value;
    }

    byte[] Date(int? day = null)
    {
        // A day as Avro writes an int: zigzag, seven bits a byte.
        var left = (uint)(day ?? random.Next(10_000, 30_000)) << 1;
        var bytes = new List<byte>();
        for (; left > 0x7F; left >>= 7)
            bytes.Add((byte)(left | 0x80));
        bytes.Add((byte)left);
        return [.. bytes];
    }

    static byte[] Framed(int id, byte[] payload)
    {
        byte[] value = [0, 0, 0, 0, 0, .. payload];
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(1), id);
        return value;
    }
}
