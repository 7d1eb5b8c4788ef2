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

namespace Dart.Lake.Jobs.Pipelines.Returns;

/// <summary>
/// Dead letters come back: a release decodes them again with the schemas and contracts of now and moves what is a record of its topic
/// into its table, with its own coordinates, by one commit of all tables; a drop says that they are not waited for any more. Each act is
/// in <c>ops.acts</c> with the bytes. Bronze's positions are not touched, so streams go on beside it.
/// </summary>
public sealed class DeadLetterOffice(
    Lake lake, DuckDbEngine engine, ISchemaRegistry registry, NewFields newFields, TimeProvider time, IdSource ids, ILogger log)
{
    /// <summary>Records that one commit moves, and how often it is tried when others act too.</summary>
    const int MostAtOnce = 500, MostTries = 20;

    static readonly TableIdent letters = TableIdent.Parse(LakeNames.DeadLetters), holeTable = TableIdent.Parse(LakeNames.LogHoles);

    static readonly TableContract[] ours =
    [
        .. Topics.All.Select(t => t.Table)
            .Append(LakeNames.DeadLetters).Append(LakeNames.LogHoles).Append(LakeNames.Acts).Select(TableContracts.Get),
    ];

    readonly ParquetFileWriter writer = new(lake.Store, ids);
    readonly ActCommit commit = new(lake.Catalog, lake.Store);

    /// <summary>Chosen dead letters in the order of their places.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ListAsync(Chosen chosen, int most, CancellationToken cancel)
    {
        var tables = await lake.Catalog.LoadAllAsync([letters, ActTable.Ident], cancel).ConfigureAwait(false);
        if (!tables.TryGetValue(letters, out var table))
            return [];
        await using var session = engine.OpenSession();
        return await new DeadLetterRows(lake, session, ids)
            .ReadAsync(table, tables.GetValueOrDefault(ActTable.Ident), chosen, null, most, cancel)
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
            await admission.LoadAsync(id, cancel).ConfigureAwait(false);
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
    /// <exception cref="LakeException">Unavailable: the registry does not answer. Conflict: others act all the time.</exception>
    public Task<ActReport> ReleaseAsync(Chosen chosen, Signature signature, CancellationToken cancel) =>
        InPartsAsync(chosen, (session, state, part, stop) => ReleaseAsync(session, state, part, signature, stop), cancel);

    /// <summary>Marks them as dropped: they do not count as open, and keep their place and their bytes.</summary>
    /// <exception cref="LakeException">Conflict: others act all the time.</exception>
    public Task<ActReport> DropAsync(Chosen chosen, Signature signature, CancellationToken cancel) =>
        InPartsAsync(chosen with { Dropped = false }, (_, state, part, stop) => DropAsync(state, part, signature, stop), cancel);

    /// <summary>The tables of an act as one read of the catalog saw them, and the contracts as the tables have them.</summary>
    sealed record State(IReadOnlyDictionary<TableIdent, Table> Tables, IReadOnlyDictionary<string, TableContract> Contracts);

    delegate Task<ActReport?> Part(DuckDbSession session, State state, IReadOnlyList<DeadLetter> part, CancellationToken cancel);

    /// <summary>Acts on what is chosen, a commit a part: whatever ends it, each record is before its act or behind it.</summary>
    async Task<ActReport> InPartsAsync(Chosen chosen, Part act, CancellationToken cancel)
    {
        var (moved, stays) = (new SortedDictionary<string, long>(StringComparer.Ordinal), new List<Stays>());
        if (await lake.Catalog.TryLoadAsync(letters, cancel).ConfigureAwait(false) is null)
            return new(moved, stays);
        await using var session = engine.OpenSession();
        var rows = new DeadLetterRows(lake, session, ids);
        var tries = 0;
        for (LogPosition? after = null; ;)
        {
            var contracts = await new TableGrowth(lake, log).EnsureAsync(ours, cancel).ConfigureAwait(false);
            var tables = await lake.Catalog
                .LoadAllAsync([letters, ActTable.Ident, .. Topics.All.Select(t => TableIdent.Parse(t.Table)), holeTable], cancel)
                .ConfigureAwait(false);
            var part = await rows
                .ReadAsync(tables[letters], tables[ActTable.Ident], chosen, after, MostAtOnce, cancel).ConfigureAwait(false);
            if (part.Count == 0)
                return new(moved, stays);
            if (await act(session, new(tables, contracts), part, cancel).ConfigureAwait(false) is { } report)
            {
                foreach (var (table, count) in report.Moved)
                    moved[table] = moved.GetValueOrDefault(table) + count;
                stays.AddRange(report.Stays);
                (after, tries) = (part[^1].At, 0);
            }
            else if (++tries == MostTries)
            {
                throw LakeException.Conflict($"others changed {letters} or {ActTable.Ident} {MostTries} times meanwhile; {moved.Values.Sum()} records were moved, run it again for the others");
            }
        }
    }

    async Task<ActReport?> ReleaseAsync(
        DuckDbSession session, State state, IReadOnlyList<DeadLetter> part, Signature signature, CancellationToken cancel)
    {
        var holes = new LogHoles(state.Contracts[LakeNames.LogHoles]);
        var stays = new List<Stays>();
        var decided = new List<Readmission>();
        foreach (var ofTopic in part.GroupBy(l => l.At.Partition.Topic, StringComparer.Ordinal))
        {
            if (Topics.All.FirstOrDefault(t => t.Name == ofTopic.Key) is not { } topic)
            {
                stays.AddRange(ofTopic.Select(l => new Stays(l.At, l.Reason, $"no table takes the topic {ofTopic.Key}")));
                continue;
            }
            var readmission = new Readmission(topic, registry, new(lake, log), newFields, holes, time, log);
            await readmission.DecideAsync(state.Contracts[topic.Table], [.. ofTopic], cancel).ConfigureAwait(false);
            stays.AddRange(readmission.Stays);
            decided.Add(readmission);
        }
        var moved = decided.SelectMany(d => d.Rows.Concat(d.Markers)).Select(l => l.At).ToList();
        if (moved.Count == 0)
            return new(new Dictionary<string, long>(), stays);
        return await MoveAsync(session, state, decided, holes, moved, signature, cancel).ConfigureAwait(false)
            ? new(Counts(decided), stays)
            : null;
    }

    static Dictionary<string, long> Counts(IReadOnlyList<Readmission> decided)
    {
        var counts = decided.Where(d => d.Rows.Count > 0).ToDictionary(d => d.Topic.Table, d => (long)d.Rows.Count, StringComparer.Ordinal);
        if (decided.Sum(d => d.Markers.Count) is > 0 and var markers)
            counts[LakeNames.LogHoles] = markers;
        return counts;
    }

    /// <summary>Rows, markers, what is left of the dead letters and the act in one commit; false: somebody else was first.</summary>
    async Task<bool> MoveAsync(
        DuckDbSession session,
        State state,
        IReadOnlyList<Readmission> decided,
        LogHoles holes,
        IReadOnlyList<LogPosition> moved,
        Signature signature,
        CancellationToken cancel)
    {
        var left = await new DeadLetterRows(lake, session, ids)
            .WithoutAsync(state.Tables[letters], state.Contracts[LakeNames.DeadLetters], moved, cancel)
            .ConfigureAwait(false);
        if (left is null)
            return false;
        var acts = decided.SelectMany(d => d.Rows.Select(l => ActRow.Of(l, ActRow.Release, d.Topic.Table))
            .Concat(d.Markers.Select(l => ActRow.Of(l, ActRow.Release, LakeNames.LogHoles))));
        var act = await new ActTable(writer, time, ids)
            .PrepareAsync(state.Tables[ActTable.Ident], state.Contracts[LakeNames.Acts], acts, signature, cancel)
            .ConfigureAwait(false);
        var written = new List<DataFile>(left.Added);
        var changes = new List<TableChange>
        {
            new(letters, _ => new() { Remove = left.Removed, Add = left.Added, Summary = act.Summary }),
        };
        foreach (var (ident, batch) in decided
            .Where(d => d.Rows.Count > 0)
            .Select(d => (TableIdent.Parse(d.Topic.Table), d.Batch))
            .Append((holeTable, holes.Batch)))
        {
            var files = await writer.WriteAsync(batch, state.Tables[ident].Metadata.Location, cancel).ConfigureAwait(false);
            written.AddRange(files);
            if (files.Count > 0)
                changes.Add(new(ident, _ => new() { Add = files, Summary = act.Summary }));
        }
        return await commit.RunAsync(act, changes, written, cancel).ConfigureAwait(false);
    }

    async Task<ActReport?> DropAsync(State state, IReadOnlyList<DeadLetter> part, Signature signature, CancellationToken cancel)
    {
        var act = await new ActTable(writer, time, ids).PrepareAsync(
            state.Tables[ActTable.Ident],
            state.Contracts[LakeNames.Acts],
            part.Select(l => ActRow.Of(l, ActRow.Drop, null)),
            signature,
            cancel).ConfigureAwait(false);
        return await commit.RunAsync(act, [], [], cancel).ConfigureAwait(false)
            ? new(new Dictionary<string, long> { [LakeNames.DeadLetters] = part.Count }, [])
            : null;
    }
}
