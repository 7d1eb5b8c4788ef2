using System.Globalization;

namespace Dart.Lake.Schemas;

/// <summary>A name out of a schema that others write, in words that go to a terminal.</summary>
public static class ShownName
{
    const int Longest = 200;

    /// <summary>The name, with control characters as escapes and cut where it is too long for a line.</summary>
    public static string Of(string name)
    {
        var shown = name.Length <= Longest ? name : $"{name[..Longest]}…";
        return shown.Any(IsControl)
            ? string.Concat(shown.Select(c => IsControl(c) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : $"{c}"))
            : shown;
    }

    static bool IsControl(char c) => char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
