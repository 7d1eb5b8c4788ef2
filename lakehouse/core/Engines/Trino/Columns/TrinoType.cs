using System.Text.Json;

namespace Dart.Lake.Lakehouse.Engines.Trino.Columns;

/// <summary>A type as Trino's protocol gives it (<c>typeSignature</c>): its name, numbers in brackets, and types in it.</summary>
/// <param name="Name">Such as <c>timestamp with time zone</c>.</param>
/// <param name="Numbers">Such as a decimal's digits and places.</param>
/// <param name="Parts">Of an array, a map or a row; names are those of a row's fields, and empty where there are none.</param>
sealed record TrinoType(string Name, IReadOnlyList<int> Numbers, IReadOnlyList<(string Name, TrinoType Type)> Parts)
{
    /// <summary>Types within types; deeper ones are no answer of a query of ours.</summary>
    const int MostDepth = 32;

    /// <exception cref="LakeException">Unavailable: what the server sends is no type.</exception>
    public static TrinoType Read(JsonElement signature) => Read(signature, 0);

    static TrinoType Read(JsonElement signature, int depth)
    {
        if (depth > MostDepth || signature.ValueKind != JsonValueKind.Object
            || !signature.TryGetProperty("rawType", out var name) || name.ValueKind != JsonValueKind.String)
            throw LakeException.Unavailable("Trino describes a column as no type of its protocol");
        var (numbers, parts) = (new List<int>(), new List<(string, TrinoType)>());
        if (signature.TryGetProperty("arguments", out var arguments) && arguments.ValueKind == JsonValueKind.Array)
            foreach (var argument in arguments.EnumerateArray())
            {
                var value = argument.GetProperty("value");
                switch (argument.GetProperty("kind").GetString())
                {
                    case "LONG":
                        numbers.Add((int)Math.Min(value.GetInt64(), int.MaxValue));
                        break;
                    case "TYPE":
                        parts.Add(("", Read(value, depth + 1)));
                        break;
                    case "NAMED_TYPE":
                        var field = value.TryGetProperty("fieldName", out var named) ? named.GetProperty("name").GetString()! : "";
                        parts.Add((field, Read(value.GetProperty("typeSignature"), depth + 1)));
                        break;
                    // others say nothing of how values are written
                    default:
                        break;
                }
            }
        return new(name.GetString()!, numbers, parts);
    }

    /// <summary>The places of a time's fraction; three where the server says none.</summary>
    public int Places => Numbers is [var places, ..] ? places : 3;
}
