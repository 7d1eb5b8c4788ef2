using System.Runtime.CompilerServices;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Statistics;

/// <summary>
/// Gathers the 4,096 smallest hashes of a set of values, as the QuickSelect sketch of Apache DataSketches does at its default size; with
/// so many the relative standard error of the estimate is 1.6%. Sketches of parts give, united, that of the whole. Not thread-safe.
/// </summary>
sealed class ThetaSketchBuilder
{
    /// <summary>DataSketches' default; other engines unite only sketches of one seed.</summary>
    public const ulong Seed = 9001;

    /// <summary>Hashes that are kept of a set that has more.</summary>
    public const int Nominal = 4096;

    /// <summary>So many are gathered before the largest are thrown out.</summary>
    const int Most = 2 * Nominal;

    const int FewestSlots = 256;

    long[] slots = new long[FewestSlots];
    int count;
    long theta = ThetaSketch.Whole;

    /// <summary>Adds a value by the hash of its bytes. What has no byte is not counted: DataSketches refuses it, too.</summary>
    /// <param name="murmur">Of <see cref="Murmur3X64"/>, with <see cref="Seed"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong murmur)
    {
        var hash = (long)(murmur >> 1);
        if (hash < theta && hash > 0)
            Insert(hash);
    }

    /// <summary>Adds all that another sketch has seen.</summary>
    public void Add(ThetaSketch other)
    {
        if (other.Theta < theta)
        {
            theta = other.Theta;
            Refill([.. Kept()], slots.Length);
        }
        foreach (var hash in other.Hashes)
            if (hash < theta)
                Insert(hash);
    }

    /// <summary>The sketch of all that was added so far.</summary>
    public ThetaSketch Build()
    {
        var kept = Kept();
        return kept.Length > Nominal ? new(kept[Nominal], kept[..Nominal]) : new(theta, kept);
    }

    /// <summary>Hashes below the threshold, ascending.</summary>
    long[] Kept()
    {
        var kept = Array.FindAll(slots, hash => hash != 0 && hash < theta);
        Array.Sort(kept);
        return kept;
    }

    void Insert(long hash)
    {
        var mask = slots.Length - 1;
        var at = (int)hash & mask;
        for (; slots[at] != 0; at = at + 1 & mask)
            if (slots[at] == hash)
                return;
        slots[at] = hash;
        count++;
        if (count >= Most)
        {
            var kept = Kept();
            theta = kept[Nominal];
            Refill(kept.AsSpan(0, Nominal), slots.Length);
        }
        else if (count > slots.Length / 2)
        {
            Refill(Kept(), slots.Length * 2);
        }
    }

    void Refill(ReadOnlySpan<long> hashes, int size)
    {
        slots = new long[size];
        count = hashes.Length;
        foreach (var hash in hashes)
        {
            var at = (int)hash & size - 1;
            while (slots[at] != 0)
                at = at + 1 & size - 1;
            slots[at] = hash;
        }
    }
}
