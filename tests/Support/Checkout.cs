using System.Text.RegularExpressions;

namespace Dart.Lake.Tests.Support;

/// <summary>The checkout that a test was built from, and the lines that its documents tell people to type.</summary>
public static partial class Checkout
{
    public static string Root { get; } = Find();

    [GeneratedRegex(@"`(?<text>[^`\n]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Code();

    [GeneratedRegex(@"^```[a-z]*\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();

    /// <summary>README and all pages of docs, relative to the root.</summary>
    public static IEnumerable<string> Documents =>
        Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Append("README.md")
            .Order(StringComparer.Ordinal);

    /// <summary>A document's text without its fences.</summary>
    public static string Prose(string text) => Fence().Replace(text, "");

    /// <summary>What stands in backticks outside of fences.</summary>
    public static IEnumerable<string> Spans(string text) => Code().Matches(Prose(text)).Select(m => m.Groups["text"].Value);

    /// <summary>Lines that start with the command, in fences and in spans; what follows a # is a remark.</summary>
    public static IEnumerable<string> Commands(string text, string command) =>
        Fence().Matches(text).SelectMany(m => m.Groups["text"].Value.Split('\n')).Concat(Spans(text))
            .Select(l => l.Trim().TrimStart('$', ' '))
            .Select(l => l.Contains(" # ", StringComparison.Ordinal) ? l[..l.IndexOf(" # ", StringComparison.Ordinal)].TrimEnd() : l)
            .Where(l => l.StartsWith(command + " ", StringComparison.Ordinal));

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Dart.Lake.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException("tests read the sources: run them below the checkout");
    }
}
