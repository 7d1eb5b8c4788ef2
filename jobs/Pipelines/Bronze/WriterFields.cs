using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>Writers' schemas on their way to the sinks, and what becomes of the fields that no table has yet.</summary>
internal sealed class WriterFields
{
    readonly NewFields mode;
    readonly TableGrowth growth;
    readonly SchemaPatience patience;
    readonly ILogger log;
    readonly SortedDictionary<string, SortedSet<string>> ignored = new(StringComparer.Ordinal);

    public WriterFields(NewFields mode, TableGrowth growth, SchemaPatience patience, ILogger log)
    {
        (this.mode, this.growth, this.patience, this.log) = (mode, growth, patience, log);
        if (mode == NewFields.Ignore)
            log.IgnoresNewFields();
    }

    /// <summary>What was left out, by table.</summary>
    public IReadOnlyDictionary<string, string> Ignored =>
         ignored.ToDictionary(i => i.Key, i => string.Join(", ", i.Value), StringComparer.Ordinal);

    /// <summary>After this the sink knows the schema of a record, and its table has the columns for it.</summary>
    /// <param name="all">Every sink: several may write one table.</param>
    /// <param name="sink">The record's.</param>
    /// <param name="id">Of its schema.</param>
    /// <param name="where">The record's place.</param>
    /// <param name="ahead">See <see cref="SchemaPatience.Ahead"/>.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="LakeException">Unavailable: the registry does not answer, or has none of the topic's schemas.
    /// Conflict: there are new fields, and the job is told to stop at them.</exception>
    public async Task LoadAsync(
        IReadOnlyList<BronzeSink> all, BronzeSink sink, int id, LogPosition where,
            IReadOnlyDictionary<int, int> ahead, CancellationToken cancel)
    {
        await patience
            .LoadAsync(sink.Admission, id, where, ahead, (few, _) => Task.FromResult(few && sink.TableHasRows), cancel)
            .ConfigureAwait(false);
        var missing = sink.Admission.Additional(id);
        if (missing.Count == 0)
            return;
        var (names, because) = (string.Join(", ", missing.Select(c => $"{c.Name} {c.Type}")), $"schema {id} of {sink.Topic.Name}");
        switch (mode)
        {
            case NewFields.Evolve:
                var contract = await growth.AddAsync(sink.Topic.Contract, missing, because, cancel).ConfigureAwait(false);
                foreach (var same in all.Where(s => s.Table == sink.Table))
                    same.Adopt(contract);
                break;
            case NewFields.Ignore:
                ignored.TryAdd(sink.Topic.Table, new(StringComparer.Ordinal));
                ignored[sink.Topic.Table].UnionWith(missing.Select(c => c.Name));
                log.IgnoresFields(sink.Topic.Table, names, because);
                break;
            default:
                throw LakeException.Conflict($"{sink.Topic.Table} has no columns for {names} of {because}, first at {where}, and --new-fields is stop: add them, or start with --new-fields evolve");
        }
    }
}
