using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Restart;
using Dart.Lake.Jobs.Pipelines.Hot.Shown;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>Feeds bronze through the hot computation again, to compare with what the job wrote.</summary>
static class HotReplay
{
    /// <summary>The hashes that a hot job shows when it has applied bronze up to these positions (null: all of it), by key.</summary>
    /// <exception cref="LakeException">Corrupt, Unavailable: the tables cannot be read.</exception>
    public static async Task<IReadOnlyDictionary<string, HotHash>> ValuesAsync(
        DuckDbEngine engine, Lake lake, IReadOnlyDictionary<LogPartition, long>? upTo, CancellationToken cancel)
    {
        // no log is consumed, so nothing is held
        var state = (await HotRestore.LoadAsync(engine, lake, [], upTo, mostHeld: 0, pass: null, cancel)).State;
        state.TouchAll();
        return new HotHashes(state).Of(state.TakeChanges()).Where(h => !h.IsGone).ToDictionary(h => h.Key, StringComparer.Ordinal);
    }
}
