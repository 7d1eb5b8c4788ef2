using System.Text.Json;
using Dart.Lake.Lakehouse.Engines.Trino.Columns;

namespace Dart.Lake.Lakehouse.Engines.Trino;

/// <summary>One answer of the statement protocol (Trino's REST API, "QueryResults").</summary>
sealed record TrinoAnswer
{
    public string Query { get; private set; } = "";

    /// <summary>Where the next answer is; null: this is the last.</summary>
    public Uri? Next { get; private set; }

    /// <summary>How far the query is, of 100; null: it does not say.</summary>
    public double? Progress { get; private set; }

    public JsonElement? Error { get; private set; }

    /// <summary>Segments of rows, where spooling was agreed on.</summary>
    public IReadOnlyList<TrinoSegment> Segments { get; private set; } = [];

    /// <summary>Reads an answer; rows in it go to <paramref name="rows"/>, which begins with the first answer that has columns.</summary>
    /// <exception cref="LakeException">Unavailable: it is none.</exception>
    public static TrinoAnswer Read(ReadOnlyMemory<byte> bytes, ref TrinoRows? rows)
    {
        var answer = new TrinoAnswer();
        try
        {
            var early = answer.Read(bytes.Span, ref rows);
            if (early is not { } data)
                return answer;
            if (rows is null)
                throw LakeException.Unavailable("Trino sends rows without their columns");
            rows.Read(bytes.Span[data]);
            return answer;
        }
        catch (Exception e) when (
            e is JsonException or InvalidOperationException or UriFormatException or KeyNotFoundException or FormatException)
        {
            throw LakeException.Unavailable($"what answers is not Trino: {e.Message}; check Trino:Url", e);
        }
    }

    /// <summary>Where rows are that came before their columns.</summary>
    Range? Read(ReadOnlySpan<byte> bytes, ref TrinoRows? rows)
    {
        Range? early = null;
        var json = new Utf8JsonReader(bytes);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            throw new JsonException("no object");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString();
            json.Read();
            switch (name)
            {
                case "id":
                    Query = json.GetString() ?? "";
                    break;
                case "nextUri" when json.TokenType == JsonTokenType.String:
                    Next = new(json.GetString()!);
                    break;
                case "columns" when rows is null && json.TokenType == JsonTokenType.StartArray:
                    rows = new([.. JsonElement.ParseValue(ref json).EnumerateArray().Select(ColumnOf)]);
                    break;
                case "data" when json.TokenType == JsonTokenType.StartArray && rows is not null:
                    rows.Read(ref json);
                    break;
                case "data" when json.TokenType == JsonTokenType.StartArray:
                    var start = (int)json.TokenStartIndex;
                    json.Skip();
                    early = start..(int)json.BytesConsumed;
                    break;
                case "data" when json.TokenType == JsonTokenType.StartObject:
                    Segments = TrinoSegment.Read(JsonElement.ParseValue(ref json));
                    break;
                case "error" when json.TokenType == JsonTokenType.StartObject:
                    Error = JsonElement.ParseValue(ref json);
                    break;
                case "stats" when json.TokenType == JsonTokenType.StartObject:
                    Progress = ProgressOf(JsonElement.ParseValue(ref json));
                    break;
                default:
                    json.Skip();
                    break;
            }
        }
        return early;
    }

    static (string, TrinoType) ColumnOf(JsonElement column) =>
        (column.GetProperty("name").GetString() ?? throw new JsonException("a column without a name"), TrinoType.Read(column.GetProperty("typeSignature")));

    static double? ProgressOf(JsonElement stats) =>
        stats.TryGetProperty("progressPercentage", out var progress) && progress.ValueKind == JsonValueKind.Number
            && progress.GetDouble() is >= 0 and <= 100 and var known ? known : null;
}
