namespace Dart.Lake.Jobs.Producers;

/// <summary>
/// A small generator whose numbers depend on its seed alone: SplitMix64 (G. Steele, D. Lea,
/// C. Flood: "Fast splittable pseudorandom number generators", 2014). Streams for different
/// purposes are made from names, so that a change in one leaves the others as they were.
/// </summary>
sealed class SeededRandom(ulong seed)
{
    ulong state = seed;

    /// <summary>The stream of a purpose, a day and an item.</summary>
    public static SeededRandom For(int seed, string purpose, int day = 0, int item = 0)
    {
        var hash = Mix((ulong)(uint)seed + 0x51ED_270B_7F4A_7C15);
        foreach (var letter in purpose)
            hash = Mix(hash ^ letter);
        return new SeededRandom(Mix(Mix(hash ^ (uint)day) ^ (ulong)(uint)item << 32));
    }

    public ulong NextBits()
    {
        unchecked
        {
            return Mix(state += 0x9E37_79B9_7F4A_7C15);
        }
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="limit"/>).</summary>
    public int Next(int limit) => (int)Math.BigMul(NextBits(), (ulong)limit, out _);

    /// <summary>Uniform in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public int Next(int from, int to) => from + Next(to - from);

    /// <summary>Nearly normal with mean 0 and deviation 1: the sum of four uniforms (Irwin-Hall), within 3.5 deviations.</summary>
    public double NextNormal()
    {
        const double deviation = 37837.23; // of the sum of four uniforms of 16 bits: 2^16 / sqrt(3)
        var bits = NextBits();
        var sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48);
        return (sum - 131070.0) / deviation;
    }

    static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ z >> 30) * 0xBF58_476D_1CE4_E5B9;
            z = (z ^ z >> 27) * 0x94D0_49BB_1331_11EB;
            return z ^ z >> 31;
        }
    }
}
