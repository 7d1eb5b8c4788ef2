namespace Dart.Lake.House.Tests;

/// <summary>docs/glossary.md as the tests read it: the table below the heading "Words that are not used".</summary>
static class Glossary
{
    public const string Path = "docs/glossary.md";
    const string Heading = "## Words that are not used";

    public static IReadOnlyList<(string Banned, string Instead)> BannedWords() =>
    [
        .. Repository.Lines(Path)
            .SkipWhile(l => l != Heading).Skip(1)
            .TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal))
            .Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| word", StringComparison.Ordinal))
            .Select(l => l.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (cells[1].Trim('`'), cells[2])),
    ];
}
