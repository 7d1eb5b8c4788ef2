namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>
/// Holds a producer back while a partition's bytes past the slowest consumer's position reach a limit: the in-process cluster drops old
/// records by itself. Positions are what consumers have committed or applied, never what they merely read. Thread-safe.
/// Offsets are counted from the log's end at the start, so there may be one producer per topic at a time.
/// </summary>
public sealed class OutstandingBytes
{
    /// <summary>What suits the in-process cluster, bytes per partition.</summary>
    public const long InProcessLimit = 3_000_000;

    // Bytes are known to this many records, so that a partition costs a few entries and not one per record.
    const int Grain = 64;

    readonly object gate = new();
    readonly Dictionary<(string, int), Partition> partitions = [];
    readonly Dictionary<(string Consumer, string Topic, int Partition), long> reported = [];
    readonly IReadOnlyList<string> consumers;
    readonly long limit;

    /// <param name="consumers">Names of those who must report; the slowest of them counts.</param>
    /// <param name="limit">Bytes per partition.</param>
    public OutstandingBytes(IReadOnlyList<string> consumers, long limit = InProcessLimit)
    {
        this.consumers = consumers;
        this.limit = limit;
    }

    /// <summary>A consumer's position (first offset that it has not made durable) moved.</summary>
    public void Report(string consumer, string topic, int partition, long next)
    {
        lock (gate)
        {
            reported[(consumer, topic, partition)] = next;
            if (partitions.TryGetValue((topic, partition), out var p))
                p.Forget(Slowest(topic, partition));
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Bytes sent and not yet consumed.</summary>
    public long Outstanding(string topic, int partition)
    {
        lock (gate)
            return partitions.TryGetValue((topic, partition), out var p) ? p.Bytes : 0;
    }

    /// <summary>Whether the consumers have everything that was sent.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate)
                return partitions.Values.All(p => p.Bytes == 0);
        }
    }

    internal void Begin(string topic, int partition, long end)
    {
        lock (gate)
            partitions[(topic, partition)] = new(end);
    }

    /// <summary>Counts a record that is about to be sent, if there is room for it.</summary>
    internal bool TryAdd(string topic, int partition, int bytes)
    {
        lock (gate)
        {
            var p = partitions[(topic, partition)];
            if (p.TryAdd(bytes, limit))
                return true;
            // The consumers may have been there already when the newest records were counted.
            p.Forget(Slowest(topic, partition));
            return p.TryAdd(bytes, limit);
        }
    }

    /// <summary>Waits until there is room for a record, and counts it.</summary>
    internal void Add(string topic, int partition, int bytes, CancellationToken cancel)
    {
        // The wait has an end of its own only to see the cancellation.
        lock (gate)
            while (!TryAdd(topic, partition, bytes))
            {
                cancel.ThrowIfCancellationRequested();
                Monitor.Wait(gate, 50);
            }
    }

    long Slowest(string topic, int partition)
    {
        var least = long.MaxValue;
        foreach (var consumer in consumers)
            least = Math.Min(least, reported.GetValueOrDefault((consumer, topic, partition), 0));
        return least;
    }

    sealed class Partition(long end)
    {
        readonly Queue<(long End, long Bytes)> sent = [];
        long next = end, open;

        public long Bytes { get; private set; }

        public bool TryAdd(int bytes, long limit)
        {
            // One record always fits, or a record beyond the limit would wait for ever.
            if (Bytes > 0 && Bytes + bytes > limit)
            {
                Close();
                return false;
            }
            Bytes += bytes;
            open += bytes;
            if (++next % Grain == 0)
                Close();
            return true;
        }

        public void Forget(long position)
        {
            if (position >= next)
                Close();
            while (sent.TryPeek(out var first) && first.End <= position)
            {
                Bytes -= first.Bytes;
                sent.Dequeue();
            }
        }

        void Close()
        {
            if (open > 0)
                sent.Enqueue((next, open));
            open = 0;
        }
    }
}
