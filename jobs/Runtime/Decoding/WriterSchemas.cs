using Dart.Lake.Jobs.Runtime.Decoding.Protobuf;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// What a schema id means on a topic: a decoder, the END_OF_DAY marker, a failure that all its records share, or that nothing is known
/// yet. Exactly one of these is set.
/// </summary>
internal sealed record WriterSchema
{
    public RowDecoder? Decoder { get; init; }
    public EndOfDayMarker.Reader? Marker { get; init; }
    public DecodeFailure? Failure { get; init; }

    /// <summary>Beside a failure: reads the record by the writer's schema alone, so that people can see what came.</summary>
    public RowDecoder? OfWriter { get; init; }

    /// <summary>Columns that the batch lacks; the decoder reads their values and forgets them.</summary>
    public IReadOnlyList<ContractColumn> Additional { get; init; } = [];

    /// <summary>The registry has a text of the id that is no schema; why. Nothing is decided by it: it may be half written.</summary>
    public string? Broken { get; init; }

    /// <summary>The registry did not have the id.</summary>
    public bool IsUnknown => Failure is { Reason: DeadLetterReason.UnknownSchema };
}

/// <summary>
/// The writer schemas of one topic by id, each resolved once against the batch that its rows go to. Bounded; not thread-safe.
/// </summary>
/// <param name="registry">Asked for ids that are not known yet.</param>
/// <param name="batch">Where rows go; its contract decides what fits.</param>
/// <param name="wire">The event's schema as ours has it; another record's schema is refused.</param>
/// <param name="time">An id that the registry does not know is asked again after a while.</param>
internal sealed class WriterSchemas(ISchemaRegistry registry, ColumnBatch batch, WireSchema wire, TimeProvider time)
{
    const int MostIds = 1000;
    static readonly TimeSpan askAgain = TimeSpan.FromSeconds(5);

    readonly AvroSchema? reader = wire.IsProtobuf ? null : AvroSchemaReader.Parse(wire.Text);
    readonly Dictionary<int, (WriterSchema Schema, long Asked)> known = [];
    int lastId;
    WriterSchema? last;

    /// <summary>A schema of the topic's events was found, so the registry has what the topic needs.</summary>
    public bool HasEvents { get; private set; }

    /// <summary>What an id means, if that is known already.</summary>
    public WriterSchema? TryGet(int id)
    {
        if (last is not null && id == lastId)
            return last;
        if (!known.TryGetValue(id, out var entry))
            return null;
        if (entry.Schema.IsUnknown)
            return time.GetElapsedTime(entry.Asked) < askAgain ? entry.Schema : null;
        (lastId, last) = (id, entry.Schema);
        return last;
    }

    /// <summary>Asks the registry for an id.</summary>
    /// <exception cref="LakeException">Unavailable: the registry does not answer, so nothing is known of the id.</exception>
    public async Task<WriterSchema> LoadAsync(int id, CancellationToken cancel)
    {
        var schema = Resolve(id, await registry.TryGetAsync(id, cancel).ConfigureAwait(false));
        if (schema.Broken is not null)
            return schema;
        // Garbage can name any id.
        if (known.Count >= MostIds)
            known.Clear();
        known[id] = (schema, time.GetTimestamp());
        HasEvents |= schema.Decoder is not null;
        return schema;
    }

    /// <summary>Where to put a schema that the registry lacks.</summary>
    public string Missing(int id) => registry.Missing(id);

    /// <summary>What to do with a schema that cannot be read.</summary>
    public string Broken(int id) => registry.Broken(id);

    WriterSchema Resolve(int id, RegisteredSchema? registered)
    {
        if (registered is null)
            return Refused(DeadLetterReason.UnknownSchema, $"the registry has no schema {id}");
        if (registered.Unreadable is { } why)
            return Refused(DeadLetterReason.UnknownSchema, $"schema {id} {why}");
        try
        {
            return registered.Language switch
            {
                SchemaLanguage.Protobuf => Protobuf(id, ProtoSchemaReader.Parse(registered.Text, registered.References)),
                SchemaLanguage.Avro => Avro(id, AvroSchemaReader.Parse(registered.Text, registered.References)),
                _ => Refused(DeadLetterReason.WrongSchema, $"schema {id} is JSON Schema; {wire.RecordName} is wanted"),
            };
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            // a text that stays is as good as none, and a topic that has no other stops
            return registry.TextsAreFinal
                ? Refused(DeadLetterReason.UnknownSchema, $"what the registry has as schema {id} is none ({e.Message})")
                : new() { Broken = e.Message };
        }
    }

    WriterSchema Avro(int id, AvroSchema schema) =>
        schema.Is(Topics.EndOfDay.RecordName) ? new() { Marker = new(schema) }
        : reader is null || !schema.Is(reader.FullName) && !reader.Aliases.Any(schema.Is)
            ? Refused(schema, $"schema {id} is {ShownName.Of(schema.FullName)}; {wire.RecordName} is wanted")
        : Event(id, schema);

    WriterSchema Event(int id, AvroSchema schema)
    {
        try
        {
            var resolution = new AvroResolution(schema, reader, batch);
            return new() { Decoder = AvroDecoder.Compile(resolution), Additional = resolution.Additional };
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            return Refused(schema, $"schema {id}: {e.Message}");
        }
    }

    WriterSchema Protobuf(int id, ProtoSchema schema)
    {
        if (!wire.IsProtobuf)
            return Refused(DeadLetterReason.WrongSchema, $"schema {id} is Protobuf; {wire.RecordName} is wanted");
        try
        {
            var decoder = new PermitDecoder(batch, schema);
            return new() { Decoder = decoder, Additional = decoder.Additional };
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            return Refused(DeadLetterReason.WrongSchema, $"schema {id}: {e.Message}");
        }
    }

    /// <summary>A schema that can be read, and that the table cannot take.</summary>
    WriterSchema Refused(AvroSchema schema, string detail)
    {
        var refused = Refused(DeadLetterReason.WrongSchema, detail);
        try
        {
            return refused with { OfWriter = AvroDecoder.OfWriter(schema, batch) };
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            return refused;
        }
    }

    static WriterSchema Refused(DeadLetterReason reason, string detail) => new() { Failure = new(reason, detail) };
}
