namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>A column that cannot be read, as an expression that fails with the reason when a query asks for it, and not before.</summary>
internal static class ReadRefusal
{
    const string Mark = "dartlake column ";
    const string Raised = "Invalid Input Error: " + Mark;

    /// <summary>SQL of that type whose every value is the failure.</summary>
    public static string Sql(LakeErrorKind kind, string why, string type) => $"CAST(error({SqlText.Literal($"{Mark}{kind}: {why}")}) AS {type})";

    /// <summary>The failure that DuckDB's message is of, or null when it is another.</summary>
    public static LakeException? Find(string message, Exception inner)
    {
        var kind = message.StartsWith(Raised, StringComparison.Ordinal) ? message[Raised.Length..].Split(':')[0] : "";
        return Enum.TryParse<LakeErrorKind>(kind, out var parsed)
            ? new LakeException(parsed, message[(Raised.Length + kind.Length + 2)..], inner)
            : null;
    }
}
