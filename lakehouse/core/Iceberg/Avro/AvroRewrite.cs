namespace Dart.Lake.Lakehouse.Iceberg.Avro;

/// <summary>
/// A container file with some values exchanged and all others byte for byte as they were, in fields that we do not know too. Fields
/// are found by Iceberg's id, at any depth of records.
/// </summary>
/// <param name="text">A string field's new value, or null: it stays.</param>
/// <param name="number">An int or long field's new value, or null: it stays. Fields come in the order of the file.</param>
sealed class AvroRewrite(Func<int, string, string?> text, Func<int, long, long?> number)
{
    /// <exception cref="LakeException">Corrupt: not a readable container.</exception>
    public byte[] Apply(ReadOnlyMemory<byte> bytes, Guid marker)
    {
        var file = AvroFile.Open(bytes);
        var header = file.Header.Where(pair => pair.Key is not ("avro.schema" or "avro.codec"))
            .Select(pair => KeyValuePair.Create(pair.Key, System.Text.Encoding.UTF8.GetString(pair.Value))).ToList();
        var target = new AvroFileWriter(System.Text.Encoding.UTF8.GetString(file.Header["avro.schema"]), header, marker);
        foreach (var (count, data) in file.Blocks())
        {
            var cursor = new AvroCursor(data.Span);
            for (var i = 0L; i < count; i++)
            {
                Record(ref cursor, data.Span, file.Schema, target.Next);
                target.EndObject();
            }
        }
        return target.Finish();
    }

    void Record(ref AvroCursor cursor, ReadOnlySpan<byte> data, AvroFileSchema schema, AvroBuffer target)
    {
        foreach (var field in schema.Fields)
        {
            var start = data.Length - cursor.Remaining;
            if (cursor.Resolve(field.Schema) is not { } type)
            {
                target.Raw(data[start..^cursor.Remaining]);
                continue;
            }
            // the branch of a union, if it is one
            target.Raw(data[start..^cursor.Remaining]);
            start = data.Length - cursor.Remaining;
            if (type.Kind == AvroFileKind.Record)
            {
                Record(ref cursor, data, type, target);
                continue;
            }
            if (type.Kind == AvroFileKind.String && text(field.Id, cursor.Text(type)) is { } other)
                target.Text(other);
            else if (type.Kind is AvroFileKind.Int or AvroFileKind.Long && number(field.Id, cursor.Integer(type)) is { } another)
                target.Integer(another);
            else
                Keep(ref cursor, data, type, start, target);
        }
    }

    /// <summary>A value as it was; texts and numbers have been read already.</summary>
    static void Keep(ref AvroCursor cursor, ReadOnlySpan<byte> data, AvroFileSchema type, int start, AvroBuffer target)
    {
        if (type.Kind is not (AvroFileKind.String or AvroFileKind.Int or AvroFileKind.Long))
            cursor.Skip(type);
        target.Raw(data[start..^cursor.Remaining]);
    }
}
