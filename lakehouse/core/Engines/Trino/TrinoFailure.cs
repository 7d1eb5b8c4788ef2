using System.Text.Json;

namespace Dart.Lake.Lakehouse.Engines.Trino;

/// <summary>Trino's errors as the platform's.</summary>
static class TrinoFailure
{
    /// <summary>What values do to a query that is right.</summary>
    static readonly HashSet<string> ofValues = new(StringComparer.Ordinal)
    {
        "DIVISION_BY_ZERO", "NUMERIC_VALUE_OUT_OF_RANGE", "INVALID_CAST_ARGUMENT", "INVALID_FUNCTION_ARGUMENT", "CONSTRAINT_VIOLATION",
        "SUBQUERY_MULTIPLE_ROWS", "EXCEEDED_FUNCTION_MEMORY_LIMIT",
    };

    /// <param name="error">The member <c>error</c> of an answer.</param>
    /// <param name="query">Its id in Trino's history.</param>
    public static LakeException Of(JsonElement error, string query)
    {
        var (message, name, type) = (Text(error, "message"), Text(error, "errorName"), Text(error, "errorType"));
        var says = $"{message.ReplaceLineEndings(" ").TrimEnd('.')} ({name}, Trino's query {query})";
        return type switch
        {
            _ when name == "USER_CANCELED" => LakeException.Unavailable($"somebody has ended the query in Trino: {says}; run it again"),
            _ when name == "ADMINISTRATIVELY_KILLED" => LakeException.Unavailable($"an administrator has ended the query in Trino: {says}"),
            "USER_ERROR" when ofValues.Contains(name) => LakeException.Corrupt(says),
            "USER_ERROR" => LakeException.Invalid(says),
            "INSUFFICIENT_RESOURCES" => LakeException.Unavailable($"{says}; give Trino more (memory, time, or fewer queries at once), and run it again"),
            "EXTERNAL" => LakeException.Unavailable($"{says}; see whether Trino reaches the catalog and the store"),
            _ => LakeException.Unavailable($"{says}; run it again, and see Trino's log if it fails again"),
        };
    }

    static string Text(JsonElement error, string name) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
