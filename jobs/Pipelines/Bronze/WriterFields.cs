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
        // others may have changed the table since it was looked at: then the schema is resolved again
        if (await AdoptAsync(all, sink, cancel).ConfigureAwait(false))
            return;
        var (names, because) = (string.Join(", ", missing.Select(c => $"{c.Name} {c.Type}")), $"schema {id} of {sink.Topic.Name}");
        switch (mode)
        {
            case NewFields.Evolve:
                await AddAsync(all, sink, missing, because, cancel).ConfigureAwait(false);
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
    async Task AddAsync(
        IReadOnlyList<BronzeSink> all, BronzeSink sink, IReadOnlyList<ContractColumn> missing, string because, CancellationToken cancel)
    {
        TableContract contract;
        try
        {
            contract = await growth.AddAsync(sink.Topic.Contract, missing, because, sink.Batch.Contract, cancel).ConfigureAwait(false);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Conflict)
        {
            if (await AdoptAsync(all, sink, cancel).ConfigureAwait(false))
                return;
            throw LakeException.Invalid($"{sink.Topic.Table} cannot take the fields of {because}: {e.Message}", e);
        }
        Adopt(all, sink, contract);
    }

    /// <summary>Takes the table's columns as they are now.</summary>
    /// <returns>Whether they are others than before.</returns>
    async Task<bool> AdoptAsync(IReadOnlyList<BronzeSink> all, BronzeSink sink, CancellationToken cancel) =>
        Adopt(all, sink, await growth.NowAsync(sink.Topic.Contract, sink.Batch.Contract, cancel).ConfigureAwait(false));

    static bool Adopt(IReadOnlyList<BronzeSink> all, BronzeSink sink, TableContract contract) =>
        all.Where(s => s.Table == sink.Table).Count(s => s.Adopt(contract)) > 0;
}
