namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>A record's value after its frame was read; the default is a value without one.</summary>
/// <param name="schemaId">Of the frame.</param>
/// <param name="schema">What the id means; null: there is no frame, or the id is not known yet.</param>
/// <param name="payload">What follows the frame.</param>
internal readonly ref struct FramedValue(int schemaId, WriterSchema? schema, ReadOnlySpan<byte> payload)
{
    public int SchemaId { get; } = schemaId;

    public WriterSchema? Schema { get; } = schema;

    public ReadOnlySpan<byte> Payload { get; } = payload;
}
