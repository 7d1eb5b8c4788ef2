namespace Dart.Lake;

/// <summary>A word of a line that people type.</summary>
public static class ShellWord
{
    /// <summary>As a POSIX shell reads it: in single quotes where it must be.</summary>
    public static string Quoted(string word) => word.Length > 0
        && word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:,@".Contains(c, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
