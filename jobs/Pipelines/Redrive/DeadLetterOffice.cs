using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>
/// Dead letters come back: a release decodes them again with the schemas and contracts of now and moves what is a record of its topic
/// into its table, with its own coordinates, by one commit of all tables; a drop says that they are not waited for any more. Each act is
/// in <c>ops.acts</c> with the bytes. Bronze's positions are not touched, so streams go on beside it.
/// </summary>
public sealed class DeadLetterOffice(
    Lake lake, DuckDbEngine engine, ISchemaRegistry registry, TimeProvider time, IdSource ids, ILogger log)
{
    static readonly TableIdent letters = TableIdent.Parse(LakeNames.DeadLetters), holeTable = TableIdent.Parse(LakeNames.LogHoles);

    static readonly TableContract[] ours =
    [
        .. Topics.All.Select(t => t.Table)
            .Append(LakeNames.DeadLetters).Append(LakeNames.LogHoles).Append(LakeNames.Acts).Select(TableContracts.Get),
    ];

    readonly ParquetFileWriter writer = new(lake.Store, ids);
    readonly FileCommit commit = new(lake.Catalog, lake.Store);
    readonly TableGrowth growth = new(lake, log);

    /// <summary>Of one commit.</summary>
    internal PartLimit Limit { get; init; } = PartLimit.Standard;

    ActTable Acts => new(writer, time, ids);

    /// <summary>Chosen dead letters in the order of their places.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ListAsync(Chosen chosen, int most, CancellationToken cancel)
    {
        var tables = await lake.Catalog.LoadAllAsync([letters, ActTable.Ident], cancel).ConfigureAwait(false);
        if (!tables.TryGetValue(letters, out var table))
            return [];
        await using var session = engine.OpenSession();
        return await new DeadLetterRows(lake, session, ids, Limit)
            .ReadAsync(table, tables.GetValueOrDefault(ActTable.Ident), chosen, most, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>The reasons that the contract names.</summary>
    public static IReadOnlyList<string> Reasons { get; } = [.. Enum.GetValues<DeadLetterReason>().Select(r => r.Text())];

    /// <summary>A dead letter as far as it can be decoded with the schemas and the contract of now.</summary>
    /// <exception cref="LakeException">Unavailable: the registry does not answer.</exception>
    public async Task<Glimpse> ShowAsync(DeadLetter letter, CancellationToken cancel)
    {
        if (Topics.All.FirstOrDefault(t => t.Name == letter.At.Partition.Topic) is not { } topic)
            return new([], $"no table takes the topic {letter.At.Partition.Topic}", letter.Value ?? []);
        var admission = new Admission(new(topic.Contract, 1), registry, topic.Schema, time);
        if (Readmission.IdOf(letter) is { } id)
            await admission.LoadNowAsync(id, cancel).ConfigureAwait(false);
        return Look(letter, topic, admission);
    }

    static Glimpse Look(DeadLetter letter, Topic topic, Admission admission)
    {
        var record = Readmission.Record(letter, topic);
        return admission.TryFrame(record, out var frame)
            ? admission.Look(record, frame)
            : throw LakeException.Bug($"schema {frame.SchemaId} was not loaded");
    }

    /// <summary>Moves what can be decoded now into its table; the others stay and are named. Can be repeated.</summary>
    /// <param name="chosen">Which.</param>
    /// <param name="newFields">What becomes of a writer's fields that neither contract nor table has, as for the bronze job.</param>
    /// <param name="signature">Who, and why.</param>
    /// <param name="cancel">Ends it between its commits.</param>
    /// <exception cref="LakeException">Unavailable: the registry does not answer. Conflict: others act all the time.</exception>
    public Task<ActReport> ReleaseAsync(Chosen chosen, NewFields newFields, Signature signature, CancellationToken cancel)
    {
        if (newFields == NewFields.Ignore)
            log.IgnoresNewFields();
        return InPartsAsync(chosen, (work, part) => ReleasePartAsync(work, part, newFields, signature, cancel), cancel);
    }

    /// <summary>Marks them as dropped: they do not count as open, and keep their place and their bytes.</summary>
    /// <exception cref="LakeException">Conflict: others act all the time.</exception>
    public Task<ActReport> DropAsync(Chosen chosen, Signature signature, CancellationToken cancel) =>
        InPartsAsync(chosen with { Dropped = false }, (work, part) => DropPartAsync(work, part, signature, cancel), cancel);

    /// <summary>The tables of an act as one read of the catalog saw them, and the contracts as the tables have them.</summary>
    sealed record Work(
        DeadLetterRows Rows,
        IReadOnlyDictionary<TableIdent, Table> Tables,
        IReadOnlyDictionary<string, TableContract> Contracts)
    {
        public Table Letters => Tables[letters];

        public Task<ActTable.Prepared> ActAsync(
            ActTable acts, IEnumerable<ActRow> rows, Signature signature, List<DataFile> written, CancellationToken cancel) =>
            acts.PrepareAsync(Tables[ActTable.Ident], Contracts[LakeNames.Acts], rows, signature, written, cancel);
    }

    /// <summary>What an act did, and the files that stand in the place of some that it read; null: somebody else was first.</summary>
    sealed record Done(ActReport Report, IReadOnlyList<DataFile> Written);

    async Task<ActReport> InPartsAsync(Chosen chosen, Func<Work, LetterPart, Task<Done?>> act, CancellationToken cancel)
    {
        if (await lake.Catalog.TryLoadAsync(letters, cancel).ConfigureAwait(false) is not { } before)
            return ActReport.Nothing;
        await using var session = engine.OpenSession();
        var rows = new DeadLetterRows(lake, session, ids, Limit);
        // what streams set aside meanwhile is for the next time, else there is no end
        if (await rows.NewestAsync(before, cancel).ConfigureAwait(false) is not { } newest)
            return ActReport.Nothing;
        var cursor = new LetterCursor(Limit);
        return await ActParts.RunAsync(async () =>
        {
            var contracts = await growth.EnsureAsync(ours, cancel).ConfigureAwait(false);
            var tables = await lake.Catalog
                .LoadAllAsync([letters, ActTable.Ident, .. Topics.All.Select(t => TableIdent.Parse(t.Table)), holeTable], cancel)
                .ConfigureAwait(false);
            var live = await rows.PlanAsync(tables[letters], chosen, cancel).ConfigureAwait(false);
            if (cursor.Next(live) is not { } step)
                return ActParts.Outcome.End;
            var part = await rows
                .ReadAsync(tables[letters], tables[ActTable.Ident], chosen, newest, step, cancel).ConfigureAwait(false);
            var done = part.Letters.Count == 0
                ? new(ActReport.Nothing, [])
                : await act(new(rows, tables, contracts), part).ConfigureAwait(false);
            if (done is not null)
                cursor.Pass(part, done.Written);
            return new(done?.Report);
        }).ConfigureAwait(false);
    }

    async Task<Done?> ReleasePartAsync(Work work, LetterPart part, NewFields newFields, Signature signature, CancellationToken cancel)
    {
        var holes = new LogHoles(work.Contracts[LakeNames.LogHoles]);
        var stays = new List<Stays>();
        var decided = new List<Readmission>();
        foreach (var ofTopic in part.Letters.GroupBy(l => l.At.Partition.Topic, StringComparer.Ordinal))
        {
            if (Topics.All.FirstOrDefault(t => t.Name == ofTopic.Key) is not { } topic)
            {
                stays.AddRange(ofTopic.Select(l => new Stays(l.At, l.Reason, $"no table takes the topic {ofTopic.Key}")));
                continue;
            }
            var readmission = new Readmission(topic, registry, growth, newFields, holes, time, log);
            await readmission.DecideAsync(work.Contracts[topic.Table], [.. ofTopic], cancel).ConfigureAwait(false);
            stays.AddRange(readmission.Stays);
            decided.Add(readmission);
        }
        if (decided.All(d => d.Rows.Count + d.Markers.Count == 0))
            return new(new(new Dictionary<string, long>(), stays), []);
        IReadOnlyList<DataFile> left = [];
        var refused = await commit.RunAsync(async written =>
        {
            var (planned, kept) = await MoveAsync(work, part, decided, holes, signature, written, cancel).ConfigureAwait(false);
            left = kept;
            return planned;
        }, cancel).ConfigureAwait(false);
        return refused is null ? new(new(Counts(decided), stays), left) : null;
    }

    static Dictionary<string, long> Counts(IReadOnlyList<Readmission> decided)
    {
        var counts = decided.Where(d => d.Rows.Count > 0).ToDictionary(d => d.Topic.Table, d => (long)d.Rows.Count, StringComparer.Ordinal);
        if (decided.Sum(d => d.Markers.Count) is > 0 and var markers)
            counts[LakeNames.LogHoles] = markers;
        return counts;
    }

    /// <summary>Rows, markers, what is left of the dead letters and the act in one commit.</summary>
    async Task<(PlannedCommit Planned, IReadOnlyList<DataFile> Left)> MoveAsync(
        Work work,
        LetterPart part,
        IReadOnlyList<Readmission> decided,
        LogHoles holes,
        Signature signature,
        List<DataFile> written,
        CancellationToken cancel)
    {
        var moved = decided.SelectMany(d => d.Rows.Concat(d.Markers)).Select(l => l.At).ToHashSet();
        var holding = part.Letters.Zip(part.Holding).Where(l => moved.Contains(l.First.At)).Select(l => l.Second).Distinct().ToList();
        var left = await work.Rows
            .WithoutAsync(work.Letters, work.Contracts[LakeNames.DeadLetters], holding, [.. moved], cancel)
            .ConfigureAwait(false);
        written.AddRange(left.Added);
        var acts = decided.SelectMany(d => d.Rows.Select(l => ActRow.Of(l, ActRow.Release, d.Topic.Table))
            .Concat(d.Markers.Select(l => ActRow.Of(l, ActRow.Release, LakeNames.LogHoles))));
        var act = await work.ActAsync(Acts, acts, signature, written, cancel).ConfigureAwait(false);
        var changes = new List<TableChange>
        {
            act.Change,
            WrittenColumns.Keeping(
                letters,
                work.Contracts[LakeNames.DeadLetters],
                new() { Remove = left.Removed, Add = left.Added, Summary = act.Summary }),
        };
        foreach (var (ident, batch) in decided
            .Where(d => d.Rows.Count > 0)
            .Select(d => (TableIdent.Parse(d.Topic.Table), d.Batch))
            .Append((holeTable, holes.Batch)))
        {
            var files = await writer.WriteAsync(batch, work.Tables[ident].Metadata.Location, cancel).ConfigureAwait(false);
            written.AddRange(files);
            if (files.Count > 0)
                changes.Add(WrittenColumns.Keeping(ident, batch.Contract, new() { Add = files, Summary = act.Summary }));
        }
        return (new(changes, act.Snapshot), left.Added);
    }

    async Task<Done?> DropPartAsync(Work work, LetterPart part, Signature signature, CancellationToken cancel)
    {
        var refused = await commit.RunAsync(async written =>
        {
            var rows = part.Letters.Select(l => ActRow.Of(l, ActRow.Drop, null));
            var act = await work.ActAsync(Acts, rows, signature, written, cancel).ConfigureAwait(false);
            return new([act.Change], act.Snapshot);
        }, cancel).ConfigureAwait(false);
        return refused is null
            ? new(new(new Dictionary<string, long> { [LakeNames.DeadLetters] = part.Letters.Count }, []), [])
            : null;
    }
}
