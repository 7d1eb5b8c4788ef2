using System.Text.Unicode;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// The one decision on a record of a topic: a row, a marker or a dead letter. Bronze and hot both ask it, so
/// what the one keeps the other counts. It depends on the record, the contract, and the writer's schema as the registry has it when it is
/// asked; a schema that the registry gets late is known to the one before it is to the other, and then hot follows bronze (decision 0043).
/// Not thread-safe.
/// </summary>
internal sealed class Admission
{
    static readonly DecodeFailure
        nullValue = new(DeadLetterReason.NullValue, "the record has no value"),
        notFramed = new(DeadLetterReason.NotFramed, "the value does not begin with a zero byte and a schema id"),
        keyIsNoText = new(DeadLetterReason.Malformed, "the key is not UTF-8");

    readonly ColumnBatch batch;
    readonly WriterSchemas schemas;
    readonly TimeChecks times;

    /// <param name="batch">Takes the event columns of rows.</param>
    /// <param name="registry">Has the writers' schemas.</param>
    /// <param name="wire">The event's schema as ours has it.</param>
    /// <param name="time">See <see cref="WriterSchemas"/>.</param>
    public Admission(ColumnBatch batch, ISchemaRegistry registry, WireSchema wire, TimeProvider time)
    {
        this.batch = batch;
        schemas = new(registry, batch, wire, time);
        times = new(batch);
    }

    /// <summary>Reads the frame of a record. False: its schema is not known yet; load the frame's id and call again.</summary>
    public bool TryFrame(scoped in KafkaRecord record, out FramedValue frame)
    {
        frame = default;
        if (!record.HasValue || !Frame.TryRead(record.Value, out var id, out var payload))
            return true;
        var schema = schemas.TryGet(id);
        frame = new(id, schema, payload);
        return schema is not null;
    }

    /// <summary>The registry has a schema of the topic's events.</summary>
    public bool HasEvents => schemas.HasEvents;

    /// <summary>Asks the registry for a schema.</summary>
    /// <returns>
    /// The schema. Of an id that the registry lacks the records are dead letters; of one that is broken none is decided on.
    /// </returns>
    /// <exception cref="LakeException">Unavailable: the registry does not answer.</exception>
    public Task<WriterSchema> LoadAsync(int id, CancellationToken cancel) => schemas.LoadAsync(id, cancel);

    /// <summary>The same, where there is nothing to wait for.</summary>
    /// <exception cref="LakeException">Unavailable: the registry does not answer, or its schema cannot be read.</exception>
    public async Task LoadNowAsync(int id, CancellationToken cancel)
    {
        if ((await LoadAsync(id, cancel).ConfigureAwait(false)).Broken is { } why)
            throw LakeException.Unavailable($"the registry's schema {id} cannot be read ({why}); {Broken(id)}");
    }

    /// <summary>Columns that the batch lacks and a schema, which is known, has.</summary>
    public IReadOnlyList<ContractColumn> Additional(int id) => schemas.TryGet(id)?.Additional ?? [];

    /// <summary>What to do when the registry lacks an id, with the line to type.</summary>
    public string Missing(int id) => schemas.Missing(id);

    /// <summary>What to do when the registry's schema of an id cannot be read.</summary>
    public string Broken(int id) => schemas.Broken(id);

    /// <summary>
    /// Decides on a record. The event columns of a row are appended to the
    /// batch; the caller adds its own and ends the row, or rolls it back.
    /// </summary>
    public Fate Decide(in KafkaRecord record, in FramedValue frame)
    {
        if (!record.HasValue)
            return Fate.Dead(nullValue);
        if (frame.Schema is not { } schema)
            return Fate.Dead(notFramed);
        if (schema.Marker is { } markers)
            return markers.Read(frame.Payload);
        return (schema.Failure ?? Decode(schema.Decoder!, frame.Payload, record)) is { } failure ? Fate.Dead(failure) : default;
    }

    /// <summary>Decodes a record as far as it goes; it leaves nothing in the batch.</summary>
    public Glimpse Look(in KafkaRecord record, in FramedValue frame)
    {
        if (frame.Schema is { OfWriter: { } writer, Failure: { } misfit })
        {
            var seen = writer.Look(frame.Payload);
            return seen with { Failure = seen.Failure is { } also ? $"{misfit.Detail}; {also}" : misfit.Detail };
        }
        if (frame.Schema is not { Decoder: { } decoder })
            return Glimpse.None(
                Decide(record, frame).DeadLetter?.Detail ?? "it is an END_OF_DAY marker", frame.Schema is null ? record.Value : frame.Payload);
        var glimpse = decoder.Look(frame.Payload);
        batch.Rollback();
        var failure = Decide(record, frame).DeadLetter?.Detail;
        batch.Rollback();
        return glimpse with { Failure = glimpse.Failure ?? failure };
    }

    /// <summary>Appends the event's columns; a record that becomes no row leaves nothing in the batch.</summary>
    DecodeFailure? Decode(RowDecoder decoder, ReadOnlySpan<byte> payload, in KafkaRecord record)
    {
        var failure = decoder.Decode(payload)
            ?? times.Check()
            ?? (record.HasKey && !Utf8.IsValid(record.Key) ? keyIsNoText : null);
        if (failure is not null)
            batch.Rollback();
        return failure;
    }
}
