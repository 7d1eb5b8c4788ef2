using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Dart.Lake.Lakehouse.Engines.Trino.Columns;

/// <summary>Arrays.</summary>
sealed class ListColumn(TrinoColumn items) : TrinoColumn(new ListType(new Field("item", items.Type, true)))
{
    ArrowBuffer.Builder<int> ends = new ArrowBuffer.Builder<int>().Append(0);
    int count;

    protected override void AddValue(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw Wrong(json.TokenType.ToString());
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ref json);
            count++;
        }
        AddNothing();
    }

    protected override void AddText(ReadOnlySpan<byte> text) => throw Wrong(text);

    protected override void AddNothing() => ends.Append(count);

    protected override IArrowArray Take(int length, int nulls, ArrowBuffer bitmap)
    {
        var offsets = ends.Build();
        (ends, count) = (new ArrowBuffer.Builder<int>().Append(0), 0);
        return new ListArray(Type, length, offsets, items.Take(), bitmap, nulls);
    }
}

/// <summary>Maps, which the protocol writes as objects: their keys are texts, whatever type they have.</summary>
sealed class MapColumn(TrinoColumn keys, TrinoColumn values)
    : TrinoColumn(new MapType(new Field("key", keys.Type, false), new Field("value", values.Type, true)))
{
    ArrowBuffer.Builder<int> ends = new ArrowBuffer.Builder<int>().Append(0);
    int count;

    protected override void AddValue(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw Wrong(json.TokenType.ToString());
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            keys.AddKey(json.GetString()!);
            json.Read();
            values.Add(ref json);
            count++;
        }
        AddNothing();
    }

    protected override void AddText(ReadOnlySpan<byte> text) => throw Wrong(text);

    protected override void AddNothing() => ends.Append(count);

    protected override IArrowArray Take(int length, int nulls, ArrowBuffer bitmap)
    {
        var type = (MapType)Type;
        var entries = new StructArray(
            new StructType([type.KeyField, type.ValueField]), count, [keys.Take(), values.Take()], ArrowBuffer.Empty, 0);
        var offsets = ends.Build();
        (ends, count) = (new ArrowBuffer.Builder<int>().Append(0), 0);
        return new MapArray(type, length, offsets, entries, bitmap, nulls);
    }
}

/// <summary>Rows, which the protocol writes as arrays.</summary>
sealed class RowColumn(IReadOnlyList<(string Name, TrinoColumn Column)> fields)
    : TrinoColumn(new StructType([.. fields.Select(f => new Field(f.Name, f.Column.Type, true))]))
{
    protected override void AddValue(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw Wrong(json.TokenType.ToString());
        foreach (var (_, column) in fields)
        {
            if (!json.Read() || json.TokenType == JsonTokenType.EndArray)
                throw Wrong("a row that is too short");
            column.Add(ref json);
        }
        if (!json.Read() || json.TokenType != JsonTokenType.EndArray)
            throw Wrong("a row that is too long");
    }

    protected override void AddText(ReadOnlySpan<byte> text) => throw Wrong(text);

    protected override void AddNothing()
    {
        foreach (var (_, column) in fields)
            column.AddNull();
    }

    protected override IArrowArray Take(int length, int nulls, ArrowBuffer bitmap) =>
        new StructArray(Type, length, [.. fields.Select(f => f.Column.Take())], bitmap, nulls);
}
