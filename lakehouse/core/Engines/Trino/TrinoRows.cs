using System.Text.Json;
using Apache.Arrow;
using Dart.Lake.Lakehouse.Engines.Trino.Columns;

namespace Dart.Lake.Lakehouse.Engines.Trino;

/// <summary>Rows of an answer, read from JSON arrays into Arrow columns without a value of its own in between.</summary>
sealed class TrinoRows
{
    readonly IReadOnlyList<TrinoColumn> columns;
    int count;

    /// <param name="columns">Names and types of the answer.</param>
    public TrinoRows(IReadOnlyList<(string Name, TrinoType Type)> columns)
    {
        this.columns = [.. columns.Select(c => TrinoColumns.Of(c.Type))];
        Schema = new([.. columns.Select((c, i) => new Field(c.Name, this.columns[i].Type, true))], null);
    }

    public Apache.Arrow.Schema Schema { get; }

    /// <summary>An array of rows; the reader stands at its begin, and then at its end.</summary>
    public void Read(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw LakeException.Unavailable("Trino sends rows that are no array");
        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            foreach (var column in columns)
            {
                json.Read();
                if (json.TokenType == JsonTokenType.EndArray)
                    throw LakeException.Unavailable("Trino sends a row that has fewer values than the answer has columns");
                column.Add(ref json);
            }
            json.Read();
            if (json.TokenType != JsonTokenType.EndArray)
                throw LakeException.Unavailable("Trino sends a row that has more values than the answer has columns");
            count++;
        }
        if (json.TokenType != JsonTokenType.EndArray)
            throw LakeException.Unavailable("Trino sends something among its rows that is none");
    }

    /// <summary>The same of bytes that hold one array.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var json = new Utf8JsonReader(bytes);
            json.Read();
            Read(ref json);
        }
        catch (JsonException e)
        {
            throw LakeException.Unavailable($"Trino sends rows that are no JSON ({e.Message})", e);
        }
    }

    /// <summary>What was read since the last time; null: nothing.</summary>
    public RecordBatch? Take()
    {
        if (count == 0)
            return null;
        var batch = new RecordBatch(Schema, columns.Select(c => c.Take()), count);
        count = 0;
        return batch;
    }
}
