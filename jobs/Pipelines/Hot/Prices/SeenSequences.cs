namespace Dart.Lake.Jobs.Pipelines.Hot.Prices;

/// <summary>
/// Which sequences of a feed have come: a bit each in pages of 65,536, as feeds count up. Of a
/// feed that jumps, the pages touched longest ago are forgotten, so that memory has a limit; a
/// duplicate from then counts again in the streaming volume, which no published number is made of.
/// </summary>
sealed class SeenSequences
{
    const int PageBits = 16, MaxPages = 4096;

    readonly Dictionary<long, ulong[]> pages = [];
    readonly Queue<long> order = new();
    long lastPage = -1;
    ulong[] last = [];

    /// <returns>Whether the sequence had not come before.</returns>
    public bool Add(long sequence)
    {
        var number = sequence >> PageBits;
        if (number != lastPage || last.Length == 0)
            (lastPage, last) = (number, Page(number));
        ref var word = ref last[(sequence & ((1 << PageBits) - 1)) >> 6];
        var bit = 1UL << (int)(sequence & 63);
        if ((word & bit) != 0)
            return false;
        word |= bit;
        return true;
    }

    ulong[] Page(long number)
    {
        if (pages.TryGetValue(number, out var page))
            return page;
        if (pages.Count == MaxPages)
            pages.Remove(order.Dequeue());
        page = new ulong[(1 << PageBits) / 64];
        pages.Add(number, page);
        order.Enqueue(number);
        return page;
    }
}
