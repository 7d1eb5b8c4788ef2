namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>Text of the data on its way to a terminal or into one line of a log.</summary>
public static class Printable
{
    /// <summary>A line break or a control character of the data must not reach the terminal: each is a blank.</summary>
    public static string Of(string text) =>
        text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && text.AsSpan().IndexOfAnyInRange('\x7f', '\x9f') < 0
            ? text
            : string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
