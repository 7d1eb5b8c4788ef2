namespace Dart.Lake.Sql.Dialect;

/// <summary>Names and values as SQL text.</summary>
internal static class Quoted
{
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Text(string text) => text.Contains('\0', StringComparison.Ordinal)
        ? throw LakeException.Invalid("a text for SQL contains a NUL character")
        : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Date(DateOnly date) => $"date '{date:yyyy-MM-dd}'";
}
