using System.Globalization;
using System.Text;
using Dart.Lake.Jobs.Runtime.Decoding.Protobuf;
using Google.Protobuf.Reflection;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>The fields of a message one after the other, those of messages within it by their path.</summary>
static class ProtoGlimpse
{
    public static Glimpse Of(ReadOnlySpan<byte> message, MessageDescriptor type)
    {
        var fields = new List<KeyValuePair<string, string?>>();
        var read = 0;
        var failure = Walk(message, type, "", fields, ref read);
        return new(fields, failure, message[read..].ToArray());
    }

    /// <param name="message">Bytes of a message.</param>
    /// <param name="type">Its type.</param>
    /// <param name="path">What the names of its fields begin with.</param>
    /// <param name="fields">Gets them.</param>
    /// <param name="read">How many bytes were understood.</param>
    static string? Walk(
        ReadOnlySpan<byte> message, MessageDescriptor type, string path, List<KeyValuePair<string, string?>> fields, ref int read)
    {
        for (var reader = new ProtoReader(message); !reader.AtEnd; read = message.Length - reader.Rest.Length)
        {
            if (!reader.TryNext())
                return $"{type.Name} holds bytes that are no field";
            var field = type.FindFieldByNumber(reader.Number);
            var name = $"{path}{field?.Name ?? reader.Number.ToString(CultureInfo.InvariantCulture)}";
            var inner = 0;
            if (field?.FieldType != FieldType.Message || reader.Wire != ProtoWire.Bytes)
                fields.Add(new(name, Value(reader, field)));
            else if (Walk(reader.Bytes, field.MessageType, $"{name}.", fields, ref inner) is { } failure)
                return failure;
        }
        return null;
    }

    static string Value(in ProtoReader reader, FieldDescriptor? field) => (reader.Wire, field?.FieldType) switch
    {
        (ProtoWire.Bytes, FieldType.String) => Encoding.UTF8.GetString(reader.Bytes),
        (ProtoWire.Bytes, _) => Convert.ToHexString(reader.Bytes),
        _ => ((long)reader.Value).ToString(CultureInfo.InvariantCulture),
    };
}
