using System.IO.Hashing;
using Dart.Lake.Jobs.Producers;

namespace Dart.Lake.Jobs.Tests.Producers;

/// <summary>A sink that hashes what comes, per topic and key in order, and shows each event to whoever looks.</summary>
sealed class RecordingSink
{
    readonly SortedDictionary<string, XxHash128> hashes = new(StringComparer.Ordinal);

    public delegate void Look(EventView view);

    public Look? Seen { get; init; }

    public bool Hashes { get; init; } = true;

    public long Count { get; private set; }

    public EventTarget Target(int partitions = 4) => EventTarget.Even(partitions, SchemaIds, TakeAsync);

    public static SchemaIds SchemaIds { get; } = new([11, 12, 13, 14], 15);

    /// <summary>One line a topic and key.</summary>
    public IReadOnlyList<string> Fingerprint =>
        [.. hashes.Select(entry => $"{entry.Key} {Convert.ToHexString(entry.Value.GetCurrentHash())}")];

    /// <summary>Whether it is END_OF_DAY: there are as many as partitions.</summary>
    public static bool IsMarker(EventView view) =>
        view.Value.Length > 5 && view.Value[0] == 0 && view.Value[1] == 0 && view.Value[4] == SchemaIds.EndOfDay;

    ValueTask TakeAsync(EventBatch batch, CancellationToken cancel)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var view = batch[i];
            Count++;
            Seen?.Invoke(view);
            if (!Hashes || IsMarker(view))
                continue;
            var name = $"{view.Topic}/{System.Text.Encoding.UTF8.GetString(view.Key)}";
            if (!hashes.TryGetValue(name, out var hash))
                hashes.Add(name, hash = new XxHash128());
            hash.Append(BitConverter.GetBytes(view.IsNull ? -1 : view.Value.Length));
            hash.Append(view.Value);
        }
        return ValueTask.CompletedTask;
    }
}
