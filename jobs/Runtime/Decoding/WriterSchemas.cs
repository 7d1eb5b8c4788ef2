using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// What a schema id means on a topic: a decoder, the END_OF_DAY marker, or a failure that all its records share. Exactly one is set.
/// </summary>
internal sealed record WriterSchema
{
    public RowDecoder? Decoder { get; init; }
    public bool IsEndOfDay { get; init; }
    public DecodeFailure? Failure { get; init; }
}

/// <summary>
/// The writer schemas of one topic by id, each resolved once against the batch that its rows go to. Bounded; not thread-safe.
/// </summary>
/// <param name="registry">Asked for ids that are not known yet.</param>
/// <param name="batch">Where rows go; its contract decides what fits.</param>
/// <param name="recordName">Full name of the event in its schema; another record's schema is refused.</param>
/// <param name="time">An id that the registry does not know is asked again after a while.</param>
internal sealed class WriterSchemas(ISchemaRegistry registry, ColumnBatch batch, string recordName, TimeProvider time)
{
    const int MostIds = 1000;
    static readonly TimeSpan askAgain = TimeSpan.FromSeconds(30);

    readonly Dictionary<int, (WriterSchema Schema, long Asked)> known = [];
    int lastId;
    WriterSchema? last;

    /// <summary>What an id means, if that is known already.</summary>
    public WriterSchema? TryGet(int id)
    {
        if (last is not null && id == lastId)
            return last;
        if (!known.TryGetValue(id, out var entry))
            return null;
        if (entry.Schema.Failure is { Reason: DeadLetterReason.UnknownSchema })
            return time.GetElapsedTime(entry.Asked) < askAgain ? entry.Schema : null;
        (lastId, last) = (id, entry.Schema);
        return last;
    }

    /// <summary>Asks the registry for an id.</summary>
    /// <exception cref="LakeException">Unavailable: the registry does not answer, so nothing is known of the id.</exception>
    public async Task LoadAsync(int id, CancellationToken cancel)
    {
        var schema = Resolve(id, await registry.TryGetAsync(id, cancel).ConfigureAwait(false));
        // Garbage can name any id.
        if (known.Count >= MostIds)
            known.Clear();
        known[id] = (schema, time.GetTimestamp());
    }

    WriterSchema Resolve(int id, RegisteredSchema? registered)
    {
        if (registered is null)
            return Refused(DeadLetterReason.UnknownSchema, $"the registry has no schema {id}");
        try
        {
            if (registered.Language == SchemaLanguage.Protobuf)
                return recordName == Topics.Permit.Schema.RecordName
                    ? new() { Decoder = new PermitDecoder(batch) }
                    : Refused(DeadLetterReason.WrongSchema, $"schema {id} is Protobuf; {recordName} is wanted");
            var schema = AvroSchemaReader.Parse(registered.Text);
            if (EndOfDayMarker.Is(schema))
                return new() { IsEndOfDay = true };
            return schema.FullName == recordName
                ? new() { Decoder = AvroDecoder.Compile(schema, batch) }
                : Refused(DeadLetterReason.WrongSchema, $"schema {id} is {schema.FullName}; {recordName} is wanted");
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            return Refused(DeadLetterReason.WrongSchema, $"schema {id}: {e.Message}");
        }
    }

    static WriterSchema Refused(DeadLetterReason reason, string detail) => new() { Failure = new(reason, detail) };
}
