using System.Buffers.Text;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Dart.Lake.Lakehouse.Engines.Trino.Columns;

/// <summary>Texts, and bytes, which the protocol writes as base64.</summary>
sealed class BytesColumn(IArrowType type) : TrinoColumn(type)
{
    readonly bool isBase64 = type is BinaryType;
    ArrowBuffer.Builder<byte> bytes = new();
    ArrowBuffer.Builder<int> ends = new ArrowBuffer.Builder<int>().Append(0);

    protected override void AddText(ReadOnlySpan<byte> text)
    {
        if (isBase64)
            AddDecoded(text);
        else
            bytes.Append(text);
        AddNothing();
    }

    void AddDecoded(ReadOnlySpan<byte> text)
    {
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        var status = Base64.DecodeFromUtf8(text, decoded, out var used, out var written);
        if (status != System.Buffers.OperationStatus.Done || used != text.Length)
            throw Wrong(text);
        bytes.Append(decoded.AsSpan(0, written));
    }

    protected override void AddNothing() => ends.Append(bytes.Length);

    protected override IArrowArray Take(int length, int nulls, ArrowBuffer bitmap)
    {
        var data = new ArrayData(Type, length, nulls, 0, [bitmap, ends.Build(), bytes.Build()]);
        (bytes, ends) = (new(), new ArrowBuffer.Builder<int>().Append(0));
        return ArrowArrayFactory.BuildArray(data);
    }
}
