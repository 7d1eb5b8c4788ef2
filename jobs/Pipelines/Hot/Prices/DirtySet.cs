namespace Dart.Lake.Jobs.Pipelines.Hot.Prices;

/// <summary>Small integers, each once, in the order in which they were added; emptied as a whole.</summary>
sealed class DirtySet
{
    readonly List<int> items = [];
    bool[] isIn = new bool[64];

    public IReadOnlyList<int> Items => items;

    public void Add(int item)
    {
        if (item >= isIn.Length)
            Array.Resize(ref isIn, Math.Max(isIn.Length * 2, item + 1));
        if (isIn[item])
            return;
        isIn[item] = true;
        items.Add(item);
    }

    public void Clear()
    {
        foreach (var item in items)
            isIn[item] = false;
        items.Clear();
    }
}
