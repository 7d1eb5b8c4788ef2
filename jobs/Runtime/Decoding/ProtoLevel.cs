using Dart.Lake.Jobs.Runtime.Decoding.Protobuf;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;
using Google.Protobuf.Reflection;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// A message of ours beside the one of a writer's schema: fields that only the writer has go to additional columns,
/// which have the names of the fields that lead there.
/// </summary>
internal sealed class ProtoLevel
{
    const int Deepest = 20;

    readonly Dictionary<int, ProtoLevel> inner = [];
    readonly Dictionary<int, Extra> extras = [];
    readonly MessageDescriptor known;

    /// <summary>A field that ours lack; Place is that of its column in the batch, or -1.</summary>
    sealed record Extra(ProtoField Field, ProtoEnum? Symbols, ContractColumn Column, int Place);

    /// <exception cref="LakeException">Invalid: names the field that cannot be resolved.</exception>
    public ProtoLevel(
        MessageDescriptor known, ProtoMessage? written, ProtoSchema schema, string prefix,
            ColumnBatch batch, AdditionalColumns additional, int depth = 0)
    {
        this.known = known;
        foreach (var field in written?.Fields ?? [])
            if (known.FindFieldByNumber(field.Number) is { } ours)
                CheckSame(ours, field, written!, schema);
            else
                extras[field.Number] = Place(field, schema.Enum(written!, field.Type), prefix, batch, additional);
        foreach (var field in known.Fields.InDeclarationOrder().Where(f => f.FieldType == FieldType.Message))
        {
            var type = written?.Field(field.FieldNumber)?.Type;
            if (depth < Deepest)
                inner[field.FieldNumber] = new(
                    field.MessageType, type is null ? null : schema.Message(written!, type),
                        schema, $"{prefix}{field.Name}_", batch, additional, depth + 1);
        }
    }

    /// <summary>Takes the fields that only the writer knows; the message is one that ours could read.</summary>
    /// <param name="message">Its bytes.</param>
    /// <param name="row">Values by their column's place.</param>
    /// <returns>Null, or what is wrong.</returns>
    public string? Take(ReadOnlySpan<byte> message, object?[] row)
    {
        for (var reader = new ProtoReader(message); !reader.AtEnd;)
        {
            if (!reader.TryNext())
                return $"{known.Name} holds bytes that are no field";
            if (known.FindFieldByNumber(reader.Number) is { } ours)
            {
                if (reader.Wire != WireOf(ours.FieldType))
                    return $"field {ours.Name} of {known.Name} holds no {ours.FieldType.ToString().ToLowerInvariant()}";
                if (inner.TryGetValue(reader.Number, out var level) && level.Take(reader.Bytes, row) is { } wrong)
                    return wrong;
            }
            else if (!extras.TryGetValue(reader.Number, out var extra))
            {
                return $"{known.Name} has a field {reader.Number}, which its schema does not have";
            }
            else if (ProtoColumns.Value(reader, extra.Field, extra.Symbols) is not { } value)
            {
                return $"field {extra.Field.Name} of {known.Name} holds no {extra.Field.Type}";
            }
            else if (extra.Place >= 0)
            {
                row[extra.Place] = extra.Field.IsRepeated && row[extra.Place] is byte[] before
                    ? (byte[])[.. before, .. (byte[])value]
                    : Fit(value, extra.Column.Type);
            }
        }
        return null;
    }

    static Extra Place(ProtoField field, ProtoEnum? symbols, string prefix, ColumnBatch batch, AdditionalColumns additional)
    {
        var column = additional.Place(prefix + field.Name, ProtoColumns.TypeOf(field, symbols));
        return new(field, symbols, column, additional.Has(column) ? batch.Contract.IndexOf(column.Name) : -1);
    }

    static void CheckSame(FieldDescriptor ours, ProtoField field, ProtoMessage written, ProtoSchema schema)
    {
        var type = schema.Enum(written, field.Type) is null ? field.Type : "int32";
        if (field.IsRepeated || ProtoColumns.Encoding(type) != ProtoColumns.Encoding(ours.FieldType.ToString().ToLowerInvariant()))
            throw LakeException.Invalid(
                $"field {field.Name} (number {field.Number} of {written.Name}) is {(field.IsRepeated ? "repeated " : "")}{field.Type}, "
                + $"and {ours.FieldType.ToString().ToLowerInvariant()} is wanted");
    }

    /// <summary>A value in the type of a column that may be wider.</summary>
    static object Fit(object value, ColumnType type) => (value, type.Kind) switch
    {
        (int v, ColumnKind.Long) => (long)v,
        (int v, ColumnKind.Double) => (double)v,
        (Int128 v, ColumnKind.Decimal) => Enumerable.Range(0, type.Scale).Aggregate(v, (scaled, _) => scaled * 10),
        _ => value,
    };

    static ProtoWire WireOf(FieldType type) => type switch
    {
        FieldType.String or FieldType.Bytes or FieldType.Message => ProtoWire.Bytes,
        FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 => ProtoWire.Fixed64,
        FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 => ProtoWire.Fixed32,
        _ => ProtoWire.Varint,
    };
}
