using System.Text.RegularExpressions;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>Types a line on a terminal of a given size, which util-linux' script makes.</summary>
static partial class Terminal
{
    [GeneratedRegex(@"\x1b\[[0-9;?]*[mhl]|\x1b[=>]|\x1b\][^\x07]*\x07")]
    private static partial Regex Colour();

    [GeneratedRegex(@"(\r?\x1b\[[0-9;?]*[A-Za-z])+", RegexOptions.ExplicitCapture)]
    private static partial Regex Movement();

    /// <summary>What the terminal got, with both of stdout and stderr in it.</summary>
    public static Task<Exe.Result> TypeAsync(string folder, string line, int columns, int rows, TimeSpan limit)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "needs /usr/bin/script of util-linux, which makes a terminal");
        return Shell.TypeAsync(
            folder, $"unset COLUMNS; script -qec {ShellWord.Quoted($"stty cols {columns} rows {rows}; {line}")} /dev/null", limit);
    }

    /// <summary>
    /// Its lines as they were sent, without colours. A line ends where the cursor was moved, and below a panel, which fills its line.
    /// </summary>
    public static string[] Lines(string sent)
    {
        var text = Movement().Replace(Colour().Replace(sent, ""), "\n")
            .Replace("\r\n", "\n", StringComparison.Ordinal)
            .Replace("╯", "╯\n", StringComparison.Ordinal);
        return [.. text.TrimEnd('\n').Split('\n').Select(line => line.Split('\r')[^1].TrimEnd(' '))];
    }
}
