using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// Loads the schemas of records. An id that the registry lacks, among records of a schema that it has, is garbage. When it has
/// none of a topic's schemas, or one that cannot be read, that is a fault of the configuration: it is waited for, and nothing becomes a
/// dead letter.
/// </summary>
internal sealed class SchemaPatience(TimeSpan patience, TimeProvider time, ILogger log)
{
    // garbage can name any id, and seldom the same one again
    const int MostAhead = 64, Few = 3;
    static readonly TimeSpan again = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Ids of the frames on the topic of the i-th entry that follow in the batch at hand, it included, and how often each is there.
    /// </summary>
    public static IReadOnlyDictionary<int, int> Ahead(BatchConsumer batch, int i, int taken)
    {
        var topic = batch[i].Topic;
        var found = new Dictionary<int, int>();
        for (; i < taken; i++)
            if (batch[i] is { IsEnd: false } record && record.Topic == topic && Frame.TryRead(record.Value, out var id, out _)
                && (found.Count < MostAhead || found.ContainsKey(id)))
                found[id] = found.GetValueOrDefault(id) + 1;
        return found;
    }

    /// <summary>After this the id is known, or is known to be garbage.</summary>
    /// <param name="admission">Of the topic.</param>
    /// <param name="id">Of the record at hand.</param>
    /// <param name="where">Its coordinate.</param>
    /// <param name="ahead">See <see cref="Ahead"/>.</param>
    /// <param name="isDecided">Whether others have decided that the record is garbage; few records are, where good ones stand before
    /// them.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="LakeException">Unavailable: the registry does not answer, or after the limit still has no schema of the topic
    /// or one that cannot be read.</exception>
    public async Task LoadAsync(
        Admission admission,
        int id,
        LogPosition where,
        IReadOnlyDictionary<int, int> ahead,
        Func<bool, CancellationToken, Task<bool>> isDecided,
        CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        for (var said = false; ; said = true)
        {
            var schema = await admission.LoadAsync(id, cancel).ConfigureAwait(false);
            if (schema.Broken is null && await IsDoneAsync(schema).ConfigureAwait(false))
                return;
            if (time.GetElapsedTime(started) >= patience)
                throw LakeException.Unavailable(schema.Broken is { } why
                    ? $"the registry's schema {id}, which {where} is written with, cannot be read ({why}); {admission.Broken(id)}"
                    : $"{schema.Failure!.Detail}, which {where} is written with, nor has it another one of that topic's events; {admission.Missing(id)}");
            if (!said)
                log.Waits($"the registry {(schema.Broken is null ? "has no" : "cannot read its")} schema {id}, which {where} is written with: waiting {patience.TotalSeconds:0} seconds for it");
            await Task.Delay(again, time, cancel).ConfigureAwait(false);
        }

        async Task<bool> IsDoneAsync(WriterSchema schema)
        {
            if (!schema.IsUnknown || admission.HasEvents)
                return true;
            foreach (var next in ahead.Keys.Where(a => a != id))
                await admission.LoadAsync(next, cancel).ConfigureAwait(false);
            return admission.HasEvents || await isDecided(ahead.GetValueOrDefault(id) < Few, cancel).ConfigureAwait(false);
        }
    }
}
