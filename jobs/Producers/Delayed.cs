namespace Dart.Lake.Jobs.Producers;

/// <summary>What is to be sent later than its turn: taken back when its turn number has come, in that order.</summary>
sealed class Delayed<T>
{
    readonly PriorityQueue<T, (long Due, long Order)> waiting = new();
    long order;

    public int Count => waiting.Count;

    public void Add(long due, T item) => waiting.Enqueue(item, (due, order++));

    /// <summary>Takes the next item that is due at a turn.</summary>
    public bool TryTake(long turn, out T item)
    {
        if (waiting.TryPeek(out item!, out var key) && key.Due <= turn)
        {
            waiting.Dequeue();
            return true;
        }
        return false;
    }
}
