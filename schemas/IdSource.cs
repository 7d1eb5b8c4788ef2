namespace Dart.Lake;

/// <summary>Where random ids come from: the operating system in production, a seed in tests. Thread-safe.</summary>
public sealed class IdSource
{
    readonly Lock gate = new();
    readonly Random? seeded;

    IdSource(Random? seeded) => this.seeded = seeded;

    /// <summary>Ids from the operating system's generator.</summary>
    public static IdSource System { get; } = new(null);

    /// <summary>The same seed gives the same ids in the same order.</summary>
    public static IdSource Seeded(int seed) => new(new Random(seed));

    /// <summary>A random UUID (version 4 layout).</summary>
    public Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>A random positive 63-bit id, as Iceberg's snapshot ids are.</summary>
    public long NewLong()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        var value = BitConverter.ToInt64(bytes) & long.MaxValue;
        return value == 0 ? 1 : value;
    }

    void Fill(Span<byte> bytes)
    {
        if (seeded is null)
            global::System.Security.Cryptography.RandomNumberGenerator.Fill(bytes);
        else
            lock (gate)
                seeded.NextBytes(bytes);
    }
}
