using System.Globalization;
using Dart.Lake.Lakehouse.Engines.Formats;

namespace Dart.Lake.Host.Output;

/// <summary>
/// Lines for people on stdout: whatever they quote of the data, no control character of it reaches the terminal, and on a terminal they
/// are broken at blanks. In a pipe they are whole.
/// </summary>
static class Screen
{
    /// <summary>Of a line that goes on from the one above.</summary>
    public const int Indent = 2;

    const int UsualWidth = 80;

    /// <summary>Places of a line of the terminal; null: stdout is none.</summary>
    public static int? Width => Console.IsOutputRedirected ? null : Asked() ?? Measured();

    /// <summary>The same of stderr.</summary>
    public static int? ErrorWidth => Console.IsErrorRedirected ? null : Asked() ?? Measured();

    /// <summary>Prints one line.</summary>
    public static void Line(string text = "")
    {
        foreach (var line in TextWrap.Lines(Printable.Of(text), Width, Indent))
            Console.Out.WriteLine(line);
    }

    /// <summary>Prints one line on stderr.</summary>
    public static void ErrorLine(string text)
    {
        foreach (var line in TextWrap.Lines(Printable.Of(text), ErrorWidth, Indent))
            Console.Error.WriteLine(line);
    }

    /// <summary>Prints a line that a person types or copies; where it is too long it goes on as the shell wants it.</summary>
    /// <param name="words">Its words, each quoted as it must be.</param>
    public static void Command(params IReadOnlyList<string> words)
    {
        var line = new string(' ', Indent) + words[0];
        foreach (var word in words.Skip(1))
            if (Width is { } width && TextWrap.Width(line) + TextWrap.Width(word) + 3 > width)
            {
                Console.Out.WriteLine($"{line} \\");
                line = new string(' ', 2 * Indent) + word;
            }
            else
                line += $" {word}";
        Console.Out.WriteLine(line);
    }

    static int? Asked() =>
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0
            ? columns
            : null;

    static int Measured() => Console.WindowWidth is > 0 and var columns ? columns : UsualWidth;
}
