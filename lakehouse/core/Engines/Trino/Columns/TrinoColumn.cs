using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Dart.Lake.Lakehouse.Engines.Trino.Columns;

/// <summary>
/// Values of one column as they are read from JSON, into one Arrow array a batch. What JSON has no number for, Trino writes as a text.
/// </summary>
/// <param name="type">Of the array.</param>
abstract class TrinoColumn(IArrowType type)
{
    ArrowBuffer.BitmapBuilder valid = new();

    public IArrowType Type => type;

    protected int Length => valid.Length;

    /// <summary>The value that the reader stands at; afterwards it stands at its last token.</summary>
    /// <exception cref="LakeException">Unavailable: it is none of the type; Invalid: one that the array's type cannot hold.</exception>
    public void Add(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            AddNull();
            return;
        }
        AddValue(ref json);
        valid.Append(true);
    }

    public void AddNull()
    {
        AddNothing();
        valid.Append(false);
    }

    /// <summary>The value of a text: what stands in quotes, or the key of a map.</summary>
    public void AddKey(string text)
    {
        AddText(System.Text.Encoding.UTF8.GetBytes(text));
        valid.Append(true);
    }

    /// <summary>The array of what was added; the column begins anew.</summary>
    public IArrowArray Take()
    {
        var (length, nulls) = (valid.Length, valid.UnsetBitCount);
        var bitmap = nulls == 0 ? ArrowBuffer.Empty : valid.Build();
        valid = new();
        return Take(length, nulls, bitmap);
    }

    /// <summary>A value that is not null.</summary>
    protected virtual void AddValue(ref Utf8JsonReader json)
    {
        if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            throw Wrong(json.TokenType.ToString());
        if (json.TokenType is JsonTokenType.String && json.ValueIsEscaped)
            AddText(System.Text.Encoding.UTF8.GetBytes(json.GetString()!));
        else
            AddText(json.ValueSpan);
    }

    /// <param name="text">UTF-8; of a number its digits.</param>
    protected abstract void AddText(ReadOnlySpan<byte> text);

    /// <summary>Keeps the place of a null.</summary>
    protected abstract void AddNothing();

    protected abstract IArrowArray Take(int length, int nulls, ArrowBuffer bitmap);

    protected LakeException Wrong(ReadOnlySpan<byte> text) =>
        Wrong(System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 40)]));

    protected LakeException Wrong(string text) =>
        LakeException.Unavailable($"Trino sends '{text}' in a column of type {type.Name}; see whether something between changes its answers");
}
