using System.Numerics;

namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>
/// A set of offsets: 8 KiB for every 65,536 neighbours of which one is
/// in the set, nothing for the rest, 256 MiB at most. Not thread-safe.
/// </summary>
sealed class OffsetBitmap
{
    const int PageBits = 16, WordsPerPage = 1 << (PageBits - 6), PagesMax = 32_768;
    readonly SortedDictionary<long, ulong[]> pages = [];
    long lastPage = -1;
    ulong[] last = [];

    public long Count { get; private set; }

    /// <summary>Adds the offset; false when it was there.</summary>
    public bool Add(long offset)
    {
        var page = offset >> PageBits;
        if (page != lastPage)
        {
            if (!pages.TryGetValue(page, out var words))
            {
                if (pages.Count == PagesMax)
                    throw LakeException.Corrupt($"offsets of one partition are spread over more than {PagesMax:N0} ranges of {1 << PageBits:N0}; look at its rows before it is proved");
                pages.Add(page, words = new ulong[WordsPerPage]);
            }
            last = words;
            lastPage = page;
        }
        ref var word = ref last[(int)(offset >> 6) & (WordsPerPage - 1)];
        var bit = 1UL << (int)(offset & 63);
        if ((word & bit) != 0)
            return false;
        word |= bit;
        Count++;
        return true;
    }

    public bool Contains(long offset) => pages.TryGetValue(offset >> PageBits, out var words)
        && (words[(int)(offset >> 6) & (WordsPerPage - 1)] & 1UL << (int)(offset & 63)) != 0;

    /// <summary>The set as runs, rising, neighbours joined.</summary>
    public IEnumerable<OffsetRun> Runs()
    {
        long from = -1, to = -1;
        foreach (var (page, words) in pages)
            for (var w = 0; w < WordsPerPage; w++)
            {
                var start = (page << PageBits) + ((long)w << 6);
                foreach (var run in RunsOf(words[w], start))
                    if (run.From == to)
                        to = run.To;
                    else
                    {
                        if (to > from)
                            yield return new(from, to);
                        (from, to) = (run.From, run.To);
                    }
            }
        if (to > from)
            yield return new(from, to);
    }

    static IEnumerable<OffsetRun> RunsOf(ulong word, long start)
    {
        var bit = 0;
        while (bit < 64 && word >> bit != 0)
        {
            bit += BitOperations.TrailingZeroCount(word >> bit);
            var length = Math.Min(64 - bit, BitOperations.TrailingZeroCount(~(word >> bit)));
            yield return new(start + bit, start + bit + length);
            bit += length;
        }
    }
}
