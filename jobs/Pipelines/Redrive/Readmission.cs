using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>
/// Dead letters of one topic before the same decision that bronze takes of a record, with the schemas and the contract of now.
/// </summary>
sealed class Readmission(
    Topic topic, ISchemaRegistry registry, TableGrowth growth, NewFields newFields, LogHoles holes, TimeProvider time, ILogger log)
{
    readonly List<DeadLetter> rows = [], markers = [];
    readonly List<Stays> stays = [];
    ColumnBatch? batch;

    public Topic Topic => topic;

    /// <summary>The rows that the table takes, with their own coordinates.</summary>
    public ColumnBatch Batch => batch ?? throw LakeException.Bug("nothing was decided yet");

    /// <summary>Those that are in the batch.</summary>
    public IReadOnlyList<DeadLetter> Rows => rows;

    /// <summary>Those that are END_OF_DAY markers, and in the holes.</summary>
    public IReadOnlyList<DeadLetter> Markers => markers;

    /// <summary>Those that are dead letters still.</summary>
    public IReadOnlyList<Stays> Stays => stays;

    /// <summary>Decides on all of them; the table has got the columns that their schemas need.</summary>
    /// <param name="contract">As the table has it.</param>
    /// <param name="letters">Of the topic.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">Unavailable: the registry does not answer, or cannot read a schema.</exception>
    public async Task DecideAsync(TableContract contract, IReadOnlyList<DeadLetter> letters, CancellationToken cancel)
    {
        var ids = letters.Select(IdOf).OfType<int>().Distinct().Order().ToList();
        var admission = await LoadAsync(contract, ids, cancel).ConfigureAwait(false);
        var refused = new Dictionary<int, string>();
        foreach (var id in ids)
        {
            var missing = admission.Additional(id);
            if (missing.Count == 0)
                continue;
            var names = string.Join(", ", missing.Select(c => $"{c.Name} {c.Type}"));
            var because = $"schema {id} of {topic.Name}";
            if (newFields == NewFields.Stop)
                refused[id] = $"{topic.Table} has no columns for {names} of {because}, and new fields are stopped at";
            else if (newFields == NewFields.Ignore)
                log.IgnoresFields(topic.Table, names, because);
            else
            {
                var grown = await growth.AddAsync(topic.Contract, missing, because, contract, cancel).ConfigureAwait(false);
                admission = await LoadAsync(grown, ids, cancel).ConfigureAwait(false);
            }
        }
        var coordinates = new Coordinates(Batch);
        foreach (var letter in letters)
            if (IdOf(letter) is { } id && refused.TryGetValue(id, out var why))
                stays.Add(new(letter.At, letter.Reason, why));
            else
                Decide(letter, admission, coordinates);
    }

    async Task<Admission> LoadAsync(TableContract contract, IReadOnlyList<int> ids, CancellationToken cancel)
    {
        batch = new(contract, 64);
        var admission = new Admission(batch, registry, topic.Schema, time);
        foreach (var id in ids)
            await admission.LoadNowAsync(id, cancel).ConfigureAwait(false);
        return admission;
    }

    void Decide(DeadLetter letter, Admission admission, Coordinates coordinates)
    {
        var at = letter.At.Partition;
        var record = Record(letter, topic);
        if (!admission.TryFrame(record, out var frame))
            throw LakeException.Bug($"schema {frame.SchemaId} was not loaded");
        var fate = admission.Decide(record, frame);
        if (fate.DeadLetter is { } failure)
        {
            stays.Add(new(letter.At, failure.Reason.Text(), failure.Detail));
        }
        else if (fate.Marker is { } marker)
        {
            holes.Add(at, letter.At.Next, letter.At.Next + 1, LogHoles.EndOfDayReason, marker, letter.IngestedMicros);
            markers.Add(letter);
        }
        else
        {
            coordinates.Append(record, new(new(at.Topic, at.LogId, at.Partition + 1)), frame.SchemaId, letter.IngestedMicros);
            Batch.EndRow();
            rows.Add(letter);
        }
    }

    /// <summary>The record as the log had it.</summary>
    public static KafkaRecord Record(DeadLetter letter, Topic topic) => new(
        topic.Index,
        letter.At.Partition.Partition,
        letter.At.Next,
        letter.TimestampMicros ?? -1,
        letter.Key,
        letter.Value,
        letter.Key is not null,
        letter.Value is not null);

    /// <summary>The schema id of its frame, if it has one.</summary>
    public static int? IdOf(DeadLetter letter) =>
        letter.Value is { } value && Frame.TryRead(value, out var id, out _) ? id : null;
}
